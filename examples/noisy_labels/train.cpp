// SPDX-License-Identifier: MIT
#include "train.hpp"
#include "net.hpp"
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/adamw.hpp>

namespace noisy_labels {
namespace {

/// Matrices decay and biases do not. Adam has not the symmetry of matrices, which is said by `unchecked`.
auto make_stack(double rate, double decay, Index steps) {
    using namespace isotypic;
    const cosine falling{.peak = rate, .steps = steps};
    return layerwise<float>(on<projection>(unchecked(adam{}), falling, weight_decay{decay}), on<bias>(adam{}, falling));
}

struct optimizer {
    decltype(make_stack(1, 0, 1)) stack;
    std::vector<isotypic::gradient<float>> gradients = {};  // views of the same memory in every step

    optimizer(experiment const& e, Index steps, net& n) : stack(make_stack(e.rate, e.decay, steps)) {
        for (std::size_t i = 0; i < n.layers.size(); ++i) {
            const std::string at = "layer" + std::to_string(i);
            layer& l = n.layers[i];
            gradients.push_back(stack.add(at + ".w", isotypic::as<isotypic::projection>(l.w))(l.dw));
            gradients.push_back(stack.add(at + ".b", isotypic::as<isotypic::bias>(l.b))(l.db));
        }
    }
    void step() { stack.step(std::span<isotypic::gradient<float> const>(gradients)); }
};

}  // namespace

outcome train(experiment const& e, data const& d, std::function<void()> const& epoch_done) {
    const Index batches = d.train.count() / batch_size;
    const noisy labels(d, e.wrong, e.seed);
    const objective minimised = make(e.with, d.classes);
    net n(e.what.net, d, batch_size, e.seed);
    optimizer opt(e, batches * e.what.epochs, n);
    std::vector<int> wanted(static_cast<std::size_t>(batch_size));
    outcome found;
    auto validate = [&] { return d.validation.count() ? n.accuracy(d.validation, labels.validation) : 0; };

    for (long epoch = 0; epoch < e.what.epochs && !found.diverged; ++epoch) {
        const auto order = shuffled(d.train.count(), stream(e.seed, purpose::order, epoch));
        for (Index k = 0; k < batches && !found.diverged; ++k) {
            Index const* which = order.data() + k * batch_size;
            for (std::size_t s = 0; s < wanted.size(); ++s) wanted[s] = labels.train[std::size_t(which[s])];
            n.read(d.train, which), n.forward();
            if ((found.diverged = !n.scores().allFinite())) break;
            minimised(n.layers.back().y, wanted, n.gradient());
            n.backward();
            if (const float l1 = float(sparsity(e.with)); l1 > 0)
                for (layer& l : n.layers) l.dw.array() += l1 * l.w.array().sign();
            if (!(found.diverged = !n.finite())) opt.step();
        }
        if (epoch_done) found.curve.push_back(validate()), epoch_done();
    }
    found.validation = validate();
    if (e.test) found.test = n.accuracy(d.test, d.test.label);
    return found;
}

}  // namespace noisy_labels
