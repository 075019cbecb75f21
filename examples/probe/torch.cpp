// SPDX-License-Identifier: MIT
#include "source.hpp"
#ifdef PROBE_TORCH
#include <torch/torch.h>

using namespace isotypic;

namespace {

/// An optimizer of one tensor, at rate 1. Before each step the tensor is set to zero, or for a rule with decay to the weight;
/// its way back is the update, for zero without cancellation.
template <class Optimizer, class Options>
candidate of(char const* name, Options const& options, bool decays = false) {
    auto tensor_of = [](specimen const& x) { return torch::tensor(x.values, torch::kDouble).reshape({x.rows, x.cols}); };
    const replay start = [=](specimen const& like) -> run {
        const auto parameter = torch::zeros({like.rows, like.cols}, torch::dtype(torch::kDouble).requires_grad(true));
        const auto optimizer = std::make_shared<Optimizer>(std::vector<torch::Tensor>{parameter}, options);
        return [=](specimen const& weight, specimen const& gradient) {
            const torch::Tensor before = decays ? tensor_of(weight) : torch::zeros_like(parameter).detach();
            parameter.mutable_grad() = tensor_of(gradient);
            {
                torch::NoGradGuard none;
                parameter.copy_(before);
            }
            optimizer->step();
            const torch::Tensor moved = (before - parameter.detach()).contiguous();
            specimen u(gradient.rows, gradient.cols);
            std::copy_n(moved.data_ptr<double>(), u.values.size(), u.values.begin());
            return u;
        };
    };
    return {name, {start, 0x1p-53, decays}};
}

}  // namespace

source torch_optimizers() {
    using namespace torch::optim;
    torch::set_num_threads(1);
    return {std::string("LibTorch ") + PROBE_TORCH,
            {of<SGD>("SGD", SGDOptions(1)), of<SGD>("SGD, momentum", SGDOptions(1).momentum(0.9)),
             of<SGD>("SGD, Nesterov", SGDOptions(1).momentum(0.9).nesterov(true)), of<Adam>("Adam", AdamOptions(1)),
             of<Adam>("Adam, AMSGrad", AdamOptions(1).amsgrad(true)), of<AdamW>("AdamW, no decay", AdamWOptions(1).weight_decay(0)),
             of<AdamW>("AdamW", AdamWOptions(1), true), of<Adagrad>("Adagrad", AdagradOptions(1)), of<RMSprop>("RMSprop", RMSpropOptions(1)),
             of<RMSprop>("RMSprop, centred", RMSpropOptions(1).centered(true)), of<RMSprop>("RMSprop, momentum", RMSpropOptions(1).momentum(0.9))}};
}
#else
source torch_optimizers() { return {"LibTorch", {}, PROBE_NO_TORCH}; }
#endif
