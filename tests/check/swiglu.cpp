// SPDX-License-Identifier: MIT
#include "training.hpp"
#include <isotypic/model/roles.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <doctest/doctest.h>

/// \file
/// SwiGLU by forward passes and by training: under the roles' `function_symmetry` no output changes, one step
/// up it does; rules that commute leave two such networks the same function.
using namespace isotypic;
using namespace network;

namespace {

/// gate, up, down
constexpr auto three = [](auto const& m, auto const& x) { return swiglu(m[0], 0, m[1], 0, m[2], 0, x); };
/// joined(gate, up), down
constexpr auto two = [](auto const& m, auto const& x) { return swiglu(m[0], 0, m[0], 1, m[1], 0, x); };

}  // namespace

TEST_CASE("SwiGLU: neurons are exchangeable, the same way in gate, up and down") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(std::is_same_v<swiglu_gate::function_symmetry::rows, swiglu_down::function_symmetry::cols> &&
                  std::is_same_v<swiglu_up::function_symmetry, swiglu_gate::function_symmetry>);
    random_stream random(seed());
    const examples e(8, 3, 3, random);
    const std::vector<specimen> w{block(5, 3, random), block(5, 3, random), block(3, 5, random)};
    const specimen p = moving_element<swiglu_gate::function_symmetry::rows>(5, random), s = moving_element<signs>(5, random);
    const std::vector<specimen> v{on_rows(p, w[0]), on_rows(p, w[1]), on_cols(p, w[2])};
    CHECK(outputs_apart(three, w, v, e) < same);
    CHECK(outputs_apart(three, w, {v[0], v[1], w[2]}, e) > other);
    CHECK(outputs_apart(three, w, {v[0], w[1], v[2]}, e) > other);
    CHECK(outputs_apart(three, w, {on_rows(s, w[0]), on_rows(s, w[1]), on_cols(s, w[2])}, e) > other);

    auto loss = [&](auto const& m) { return square_loss(three, m, e); };
    auto apart_after = [&](std::vector<replay> const& rules) {
        const auto a = train(loss, w, rules, 10), b = train(loss, v, rules, 10);
        double worst = 0;
        for (std::size_t t = 0; t < a.size(); ++t) worst = std::fmax(worst, outputs_apart(three, a[t], b[t], e));
        CHECK(outputs_apart(three, a.back(), w, e) > other);
        return worst;
    };
    CHECK(apart_after({on(rows), on(rows), on(by_columns(rows))}) < 1e-10);
    CHECK(apart_after({on(momentum{} | polar{}), on(momentum{} | polar{}), on(momentum{} | polar{})}) < 1e-10);
    CHECK(apart_after({on(by_place), on(rows), on(by_columns(rows))}) > other);
}

TEST_CASE("SwiGLU: a joined pair trains as one") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 1);
    const examples e(8, 3, 3, random);
    const std::vector<specimen> w{block(5, 3, random, 1, true), block(3, 5, random)};
    const specimen p = moving_element<permutation>(5, random);
    const std::vector<specimen> v{on_rows(p, w[0]), on_cols(p, w[1])};
    CHECK(outputs_apart(two, w, v, e) < same);
    auto loss = [&](auto const& m) { return square_loss(two, m, e); };
    const std::vector<replay> rules{on(rows), on(by_columns(rows))};
    const auto a = train(loss, w, rules, 10), b = train(loss, v, rules, 10);
    for (std::size_t t = 0; t < a.size(); ++t) {
        CHECK(outputs_apart(two, a[t], b[t], e) < 1e-10);
        CHECK(distance(on_rows(p, a[t][0]), b[t][0]) < 1e-10);
    }
}

TEST_CASE("SwiGLU: up and down may be rescaled, which scaled rows respect and unit rows do not") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 2);
    specimen s(5, 5), inverse(5, 5);
    for (index_t i = 0; i < 5; ++i) s.panel(0, 0)(i, i) = (random.bits() & 1 ? -1 : 1) * std::exp2(4 * random.uniform() - 2);
    for (index_t i = 0; i < 5; ++i) inverse.panel(0, 0)(i, i) = 1 / s.panel(0, 0)(i, i);

    // U(SW, S^-1 G) = S U(W, G): gradients move by the dual of S.
    auto dual_error = [&](auto const& part) {
        const specimen like(5, 3), w = block(5, 3, random), g = block(5, 3, random);
        const run u = updates_of<double>(part)(like), v = updates_of<double>(part)(like);
        return distance(v(on_rows(s, w), on_rows(inverse, g)), on_rows(s, u(w, g)));
    };
    CHECK(dual_error(scaled_row_norm{}) < 1e-14);
    CHECK(dual_error(row_norm{}) > 0.1);

    const examples e(8, 3, 3, random);
    const std::vector<specimen> w{block(5, 3, random), block(5, 3, random), block(3, 5, random)};
    const std::vector<specimen> v{w[0], on_rows(s, w[1]), on_cols(inverse, w[2])};
    CHECK(outputs_apart(three, w, v, e) < same);
    CHECK(outputs_apart(three, w, {on_rows(s, w[0]), w[1], v[2]}, e) > other);
    auto loss = [&](auto const& m) { return square_loss(three, m, e); };
    auto apart_after = [&](auto const& part) {
        const std::vector<replay> rules{on(rows), on(part), on(by_columns(part))};
        return outputs_apart(three, train(loss, w, rules, 10).back(), train(loss, v, rules, 10).back(), e);
    };
    CHECK(apart_after(momentum{.beta = 0.8} | scaled_row_norm{}) < 1e-10);
    CHECK(apart_after(rows) > other);
}
