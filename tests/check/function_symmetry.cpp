// SPDX-License-Identifier: MIT
#include "network.hpp"
#include <isotypic/model/roles.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/rule.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

/// \file
/// What roles say of the network itself, by forward passes: under `function_symmetry` no output changes, one
/// step up it does; and training by rules that commute leaves two such networks the same function.
using namespace isotypic;
using namespace network;

namespace {

/// Outputs that agree, and outputs that do not: rounding, and six decades above it, since how much one draw of
/// a network shows of a broken symmetry is left to chance.
constexpr double same = 1e-12, other = 1e-6;

specimen block(index_t m, index_t n, random_stream& random, index_t items = 1, bool pair = false) {
    return draw(specimen(m, n, items, pair), 1, random)[0];
}

/// The share of a block that all rows share.
double vertical(specimen const& g) {
    return relative(difference(g, horizontal(g, true, false)), item_norms(g, g));
}

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

/// gate, up, down
constexpr auto three = [](auto const& m, auto const& x) { return swiglu(m[0], 0, m[1], 0, m[2], 0, x); };
/// joined(gate, up), down
constexpr auto two = [](auto const& m, auto const& x) { return swiglu(m[0], 0, m[0], 1, m[1], 0, x); };
constexpr auto softmax_experts = [](auto const& m, auto const& x) { return experts(m, x, false); };
constexpr auto sigmoid_experts = [](auto const& m, auto const& x) { return experts(m, x, true); };

/// Unit rows, each at a rate of its own place: right under the identity alone.
const auto by_place = row_norm{} | rule<symmetry<trivial, orthogonal>>([](auto x, auto y) {
                          for (index_t i = 0; i < x.rows; ++i)
                              for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) * double(i + 1);
                      });

template <class P>
replay on(P const& p, double rate = 0.05) {
    return weights_of<symmetry<trivial, trivial>, double>(p, rate, {.rate = 0.2});
}
template <class P>
replay on_shifted(P const& p, double rate = 0.05) {
    return weights_of<up_to_row_shift<trivial, trivial>, double>(p, rate, {.rate = 0.2});
}
const auto rows = momentum{.beta = 0.8} | row_norm{};
const auto centred = momentum{.beta = 0.8} | centre{} | row_norm{} | centre{};

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
