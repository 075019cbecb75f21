// SPDX-License-Identifier: MIT
#include "training.hpp"
#include <isotypic/model/roles.hpp>
#include <doctest/doctest.h>

/// \file
/// Experts and their router by forward passes and by training, as in swiglu.cpp.
using namespace isotypic;
using namespace network;

namespace {

constexpr auto softmax_experts = [](auto const& m, auto const& x) { return experts(m, x, false); };
constexpr auto sigmoid_experts = [](auto const& m, auto const& x) { return experts(m, x, true); };

}  // namespace

TEST_CASE("experts: exchangeable together with their rows of the router") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 3);
    const examples e(8, 3, 3, random);
    const std::vector<specimen> w{block(4, 3, random), block(3, 3, random, 4), block(3, 3, random, 4), block(3, 3, random, 4)};
    const specimen p = moving_element<router::function_symmetry::rows>(4, random), s = moving_element<signs>(4, random);
    const std::vector<specimen> v{on_rows(p, w[0]), on_items(p, w[1]), on_items(p, w[2]), on_items(p, w[3])};
    CHECK(outputs_apart(softmax_experts, w, v, e) < same);
    CHECK(outputs_apart(sigmoid_experts, w, v, e) < same);
    for (auto const& f : {std::vector<specimen>{w[0], v[1], v[2], v[3]}, {v[0], w[1], w[2], w[3]}, {on_rows(s, w[0]), w[1], w[2], w[3]}}) {
        CHECK(outputs_apart(softmax_experts, w, f, e) > other);
        CHECK(outputs_apart(sigmoid_experts, w, f, e) > other);
    }

    auto loss = [&](auto const& m) { return square_loss(softmax_experts, m, e); };
    auto apart_after = [&](std::vector<replay> const& rules) {
        const auto a = train(loss, w, rules, 6), b = train(loss, v, rules, 6);
        CHECK(outputs_apart(softmax_experts, a.back(), w, e) > other);
        double worst = 0;
        for (std::size_t t = 0; t < a.size(); ++t) worst = std::fmax(worst, outputs_apart(softmax_experts, a[t], b[t], e));
        return worst;
    };
    CHECK(apart_after({on_shifted(centred), on(rows), on(rows), on(by_columns(rows))}) < 1e-10);
    CHECK(apart_after({on_shifted(centred), on(momentum{} | polar{}), on(momentum{} | polar{}), on(momentum{} | polar{})}) < 1e-10);
    CHECK(apart_after({on(by_place), on(rows), on(rows), on(by_columns(rows))}) > other);
}

TEST_CASE("routers: softmax and top-k do not see a shared row, a sigmoid does") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(router::function_symmetry::row_shift && !sigmoid_router::function_symmetry::row_shift);
    random_stream random(seed(), 4);
    const examples e(8, 3, 3, random);
    const std::vector<specimen> w{block(4, 3, random), block(3, 3, random, 4), block(3, 3, random, 4), block(3, 3, random, 4)};
    std::vector<specimen> v = w, across = w;
    v[0] = shifted(w[0], router::function_symmetry::row_shift, router::function_symmetry::col_shift, random);
    across[0] = shifted(w[0], false, true, random);
    CHECK(outputs_apart(softmax_experts, w, v, e) < same);
    CHECK(outputs_apart(sigmoid_experts, w, v, e) > other);
    CHECK(outputs_apart(softmax_experts, w, across, e) > other);
    for (auto const& x : e.in) {
        const auto a = top_two(network::multiply(plain(w)[0], 0, x), false), b = top_two(network::multiply(plain(v)[0], 0, x), false);
        const auto c = top_two(network::multiply(plain(w)[0], 0, x), true), d = top_two(network::multiply(plain(v)[0], 0, x), true);
        for (std::size_t k = 0; k < a.size(); ++k) {
            CHECK(std::fabs(a[k] - b[k]) < same);
            CHECK((c[k] > 0) == (d[k] > 0));
        }
    }

    // The gradient of the softmax form is horizontal, so the shared row never moves under a centred rule.
    auto softmax_loss = [&](auto const& m) { return square_loss(softmax_experts, m, e); };
    auto sigmoid_loss = [&](auto const& m) { return square_loss(sigmoid_experts, m, e); };
    CHECK(vertical(gradient(softmax_loss, w)[0]) < same);
    CHECK(vertical(gradient(sigmoid_loss, w)[0]) > 1e-2);
    const std::vector<replay> rules{on_shifted(centred), on(rows), on(rows), on(by_columns(rows))};
    CHECK(outputs_apart(softmax_experts, train(softmax_loss, w, rules, 6).back(), train(softmax_loss, v, rules, 6).back(), e) < 1e-10);
}
