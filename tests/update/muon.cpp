// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/update/muon.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {

/// factor(m, n) times the set's map of x.
auto iterated_times(coefficients const& set, double (*factor)(double, double)) {
    return [=](dense const& x) { return dense(factor(double(x.rows()), double(x.cols())) * iterated(x, set)); };
}
double at_least_one(double m, double n) { return std::sqrt(std::max(1., m / n)); }
double fifth_of_longest(double m, double n) { return 0.2 * std::sqrt(std::max(m, n)); }

}  // namespace

TEST_CASE("muon: each author's momentum, iteration and scale") {
    const coefficients set = keller.with_norm_eps(1e-7), heads = polar_express_cushion.with_norm_eps(1e-6 / 1.02);
    for (auto shape : {std::pair{8, 3}, {3, 8}, {4, 4}, {6, 1}}) {
        const int m = shape.first, n = shape.second;
        INFO(m << " x " << n << ", seed " << seed());
        const history g = gaussians(m, n, 1);
        CHECK(gap(muon_keller(), g, each(ema(g, 0.95, true), iterated_times(set, at_least_one))) <= 1e-10);
        CHECK(gap(muon_moonlight(), g, each(averaged(g, 0.95, 1, true), iterated_times(set, fifth_of_longest))) <= 1e-10);
        CHECK(gap(muon_heads(), g, each(averaged(g, 0.95, 1, true), iterated_times(heads, at_least_one))) <= 1e-10);
        CHECK(gap<float>(muon_keller(), g, each(ema(g, 0.95, true), iterated_times(set, at_least_one))) <= 1e-3);
        CHECK(gap(muon_keller({.mu = 0.5, .nesterov = false, .set = polar_express}), g, each(ema(g, 0.5), iterated_times(polar_express, at_least_one))) <= 1e-10);
    }
}

TEST_CASE("muon: a setting that is named leaves the others as they are") {
    const history g = gaussians(5, 4, 2);
    CHECK(gap(muon_heads({.mu = 0.95}), g, updates(muon_heads(), g)) == 0);
    CHECK(gap(muon_heads({.nesterov = true}), g, updates(muon_heads(), g)) == 0);
}

TEST_CASE("muon: their eps counts where gradients are as small as it") {
    const history tiny = each(gaussians(5, 4, 2), [](dense const& x) { return dense(1e-7 * x); });
    const history plain = each(ema(tiny, 0.95, true), iterated_times(keller, at_least_one));
    CHECK(gap(muon_keller(), tiny, each(ema(tiny, 0.95, true), iterated_times(keller.with_norm_eps(1e-7), at_least_one))) <= 1e-10);
    CHECK(gap(muon_keller(), tiny, plain) > 1e-3);
    CHECK(gap(muon_keller({.set = keller}), tiny, plain) <= 1e-10);
    CHECK(std::isnan(homogeneity(muon_keller())));
    CHECK(homogeneity(muon_keller({.set = keller})) == 0);
}

TEST_CASE("muon: heads have their own shape, its factor too") {
    // An output projection of 6 x 8 in 4 heads of 6 x 2: sqrt(6 / 2) each.
    cpu device;
    dense o = gaussian(6, 8, 3), y = dense::Zero(6, 8);
    const auto g = column_heads(std::as_const(o), 4);
    auto state = init(muon_heads(), device, g);
    const auto u = muon_heads().apply(context<cpu, double>{device, 1, g, g}, g, column_heads(y, 4), state);
    const coefficients set = polar_express_cushion.with_norm_eps(1e-6 / 1.02);
    for (index_t h = 0; h < 4; ++h)
        CHECK(distance(as_eigen(u.panel(h)), std::sqrt(3.) * iterated(1.95 * o.middleCols(2 * h, 2), set)) <= 1e-10);
}

TEST_CASE("muon: zero and rank-deficient gradients") {
    for (auto const& rule : {muon_keller(), muon_keller({.set = polar_express})}) {
        CHECK(update(rule, dense::Zero(4, 3)) == dense::Zero(4, 3));
        CHECK(update(rule, gaussian(5, 1, 4) * gaussian(1, 6, 5)).allFinite());
    }
    CHECK(update<float>(muon_moonlight(), 1e30 * gaussian(5, 3, 6)).allFinite());
}
