// SPDX-License-Identifier: MIT
#include "training.hpp"
#include <isotypic/model/roles.hpp>
#include <doctest/doctest.h>

/// \file
/// A language model's head by forward passes and by training, as in swiglu.cpp.
using namespace isotypic;
using namespace network;

namespace {

/// The sum over tokens of f(logits, label), for a head m[0].
template <class S, class F>
S over_tokens(model<S> const& m, examples const& e, F const& f) {
    S sum(0);
    for (std::size_t n = 0; n < e.in.size(); ++n) {
        const std::vector<S> x(e.in[n].begin(), e.in[n].end());
        sum = sum + f(network::multiply(m[0], 0, x), n % std::size_t(m[0].rows));
    }
    return sum;
}

}  // namespace

TEST_CASE("language model head: softmax does not see a shared row, its gradient has none") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(lm_head::function_symmetry::row_shift && !lm_head::function_symmetry::col_shift);
    random_stream random(seed(), 5);
    const examples e(12, 4, 0, random);
    auto cross_entropy = [&](auto const& m) { return over_tokens(m, e, [](auto const& z, std::size_t label) { return log_sum_exp(z) - z[label]; }); };
    auto z_loss = [&](auto const& m) { return over_tokens(m, e, [](auto const& z, std::size_t) { return log_sum_exp(z) * log_sum_exp(z); }); };
    auto value = [&](auto const& loss, specimen const& w) { return loss(plain({w})); };

    const specimen w = block(6, 4, random), v = shifted(w, true, false, random);
    CHECK(std::fabs(value(cross_entropy, w) - value(cross_entropy, v)) < same * value(cross_entropy, w));
    CHECK(std::fabs(value(z_loss, w) - value(z_loss, v)) > other * value(z_loss, w));
    CHECK(std::fabs(value(cross_entropy, w) - value(cross_entropy, shifted(w, false, true, random))) > other * value(cross_entropy, w));
    CHECK(std::fabs(value(cross_entropy, w) - value(cross_entropy, on_rows(moving_element<permutation>(6, random), w))) > other);

    CHECK(vertical(gradient(cross_entropy, {w})[0]) < same);
    CHECK(vertical(gradient(z_loss, {w})[0]) > 1e-2);

    // Scaling rows makes a shared row anew: centring last is what keeps training off it.
    const auto centred_run = train(cross_entropy, {w}, {on_shifted(centred)}, 5), plain_run = train(cross_entropy, {w}, {on_shifted(rows)}, 5);
    CHECK(vertical(difference(centred_run.back()[0], w)) < same);
    CHECK(vertical(difference(plain_run.back()[0], w)) > 1e-2);
    const auto moved = train(cross_entropy, {v}, {on_shifted(centred)}, 5);
    CHECK(std::fabs(value(cross_entropy, moved.back()[0]) - value(cross_entropy, centred_run.back()[0])) < 1e-10);
}
