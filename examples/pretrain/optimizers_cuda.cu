// SPDX-License-Identifier: MIT
#include "stacks.hpp"
#include <training/cuda_optimizer.cuh>

namespace {

struct on_gpu {
    std::span<float> w;
    std::span<float const> g;
    template <class... Rules>
    auto operator()(Rules... rules) const {
        auto stack = isotypic::layerwise_on<float>(isotypic::cuda(), rules...);
        return std::make_unique<stepped_on_gpu<decltype(stack)>>(std::move(stack), w, g);
    }
};

}  // namespace

std::unique_ptr<optimizer> make_optimizer_on_gpu(settings const& s, variant const& v, pretrain::weights<float>& w, pretrain::weights<float>& g) {
    return make_stack(s, v, w, g, on_gpu{{w.all.data(), std::size_t(w.all.size())}, {g.all.data(), std::size_t(g.all.size())}});
}
