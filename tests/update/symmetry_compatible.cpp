// SPDX-License-Identifier: MIT
#include "authors_runs.hpp"
#include "decompositions.hpp"
#include <isotypic/polar/gram_root.hpp>
#include <isotypic/update/scale.hpp>

using namespace isotypic;
using namespace formulas;

namespace {

const history grads = gaussians(7, 4, 1), wide = gaussians(4, 9, 2);

/// max(<x, u>, eps)^alpha u for the polar factor u of x.
dense scaled_polar(dense const& x, double alpha, double eps = 1e-8) {
    const dense u = exact_polar(x);
    return std::pow(std::max(inner(x, u), eps), alpha) * u;
}

}  // namespace

TEST_CASE("the authors' runs: row rules to float rounding, spectral rules with their damping to a few, without it to 1e-2") {
    for_each_authors_run([](authors_run const& run) {
        const std::string name = run.row.at("case");
        const bool singular = name.rfind("left_", 0) == 0 || name.rfind("hybrid_router", 0) == 0 || name.rfind("right_spectral_a1_centered", 0) == 0;
        auto within = [&](double allowed) {
            return [&, allowed](auto const& rule) {
                dense w = run.first;
                for (dense const& u : updates(rule, run.gradients)) w = (1 - run.rate * run.decay) * w - run.rate * u;
                CHECK(run.off(w) <= allowed);
            };
        };
        const gram_root theirs{.side = run.row.at("left") == "True" ? gram_side::left : gram_side::right, .damping = 1e-8};
        rule_of(run, theirs, within(run.of_rows() ? 2e-6 : singular ? 1e-2 : 1e-5));
        rule_of(run, exact_svd{}, within(run.of_rows() ? 2e-6 : 1e-2));
    });
}

TEST_CASE("row_norm_m: m_i / (|m_i| + eps) of the average") {
    const history m = ema(grads, 0.95);
    CHECK(gap(row_norm_m(), grads, each(m, [](dense const& x) { return unit_rows(x, 1e-8); })) <= 1e-14);
    CHECK(gap(row_norm_m({.eps = 0.1}), grads, each(m, [](dense const& x) { return unit_rows(x, 0.1); })) <= 1e-14);
    CHECK(gap<float>(row_norm_m(), grads, each(m, [](dense const& x) { return unit_rows(x, 1e-8); })) <= 1e-6);
    CHECK(gap(row_norm_m({.beta = 0.5, .eps = 2, .floor = true}), grads, each(ema(grads, 0.5), [](dense x) {
        for (index_t i = 0; i < x.rows(); ++i) x.row(i) /= std::max(x.row(i).norm(), 2.);
        return x;
    })) <= 1e-14);
    const history turned = each(wide, [](dense const& x) { return dense(x.transpose()); });
    CHECK(gap(by_columns(row_norm_m()), wide, each(updates(row_norm_m(), turned), [](dense const& x) { return dense(x.transpose()); })) <= 1e-14);
}

TEST_CASE("centred_row_norm_m: centred before and after, horizontal, blind, and its product with the input is the sum of row norms") {
    const auto rule = centred_row_norm_m();
    CHECK(gap(rule, grads, each(ema(grads, 0.95), [](dense const& x) { return centred(unit_rows(centred(x), 1e-8)); })) <= 1e-13);
    history moved = grads;
    for (std::size_t t = 0; t < moved.size(); ++t) moved[t].rowwise() += gaussian(1, 4, 50 + t).row(0);
    const history m = ema(grads, 0.95), u = updates(rule, grads), v = updates(rule, moved);
    for (std::size_t t = 0; t < u.size(); ++t) {
        CHECK(u[t].colwise().sum().norm() <= 1e-13);
        CHECK(distance(v[t], u[t]) <= 1e-12);
        CHECK(inner(m[t], u[t]) == doctest::Approx(centred(m[t]).rowwise().norm().sum()).epsilon(1e-6));  // eps beside |m_i|
        CHECK(u[t].rowwise().norm().maxCoeff() < 2);
    }
}

TEST_CASE("right and left: max(nu, eps)^alpha times the polar factor, of degree alpha") {
    for (double alpha : {0., 0.5, 1.}) {
        auto formula = [&](dense const& x) { return scaled_polar(x, alpha); };
        CHECK(gap(right_polar_grad_m<exact_svd>({.alpha = alpha}), grads, each(ema(grads, 0.95), formula)) <= 1e-12);
        CHECK(gap(right_polar_grad_m<gram_root>({.alpha = alpha}), grads, each(ema(grads, 0.95), formula)) <= 1e-11);
        CHECK(gap(left_polar_grad_m<gram_root>({.alpha = alpha}), wide, each(ema(wide, 0.95), formula)) <= 1e-11);
        const history tripled = each(grads, [](dense const& x) { return dense(3 * x); });
        const history u = updates(right_polar_grad_m<exact_svd>({.alpha = alpha}), grads);
        CHECK(gap(right_polar_grad_m<exact_svd>({.alpha = alpha}), tripled, each(u, [&](dense const& x) { return dense(std::pow(3, alpha) * x); })) <= 1e-12);
    }
}

TEST_CASE("right and left: the side goes to an engine that forms a Gram matrix, damped as the authors have it") {
    // Of a 2 x 5 block the right Gram matrix is singular, and the left one is not.
    const dense x = 1e-4 * gaussian(2, 5, 3);
    auto damped = [](double s) { return s / std::sqrt(s * s + 1e-8); };
    const gram_root engine{.damping = 1e-8};
    CHECK(distance(update(right_polar_grad_m<gram_root>({.beta = 0, .alpha = 0, .engine = engine}), x), by_values(x, damped)) <= 1e-6);
    CHECK(distance(update(left_polar_grad_m<gram_root>({.beta = 0, .alpha = 0, .engine = engine}), x), by_values(x, damped)) <= 1e-12);
    CHECK(distance(by_values(x, damped), exact_polar(x)) > 1e-2);
    CHECK(detail::on_right(engine).side == gram_side::right);
    CHECK(detail::on_left(engine).side == gram_side::left);
}

TEST_CASE("right and left: the default engine is five steps of Polar Express with a margin of 1.05") {
    const coefficients set = polar_express_105.with_norm_eps(1e-7);
    CHECK(gap(right_polar_grad_m({.alpha = 0}), grads, each(ema(grads, 0.95), [&](dense const& x) { return iterated(x, set); })) <= 1e-10);
    const history expected = each(ema(wide, 0.95), [&](dense const& x) { return dense(inner(x, iterated(x, set)) * iterated(x, set)); });
    CHECK(gap(left_polar_grad_m(), wide, expected) <= 1e-10);
}

TEST_CASE("nu has a floor of eps") {
    const history tiny = each(grads, [](dense const& x) { return dense(1e-12 * x); });
    CHECK(gap(right_polar_grad_m<exact_svd>(), tiny, each(ema(tiny, 0.95), [](dense const& x) { return dense(1e-8 * exact_polar(x)); })) <= 1e-12);
}

TEST_CASE("centred left and right: the polar factor of the centred average, horizontal without the last centring") {
    auto formula = [](dense const& x) { return scaled_polar(centred(x), 1); };
    CHECK(gap(centred_left_polar_grad_m<exact_svd>(), wide, each(ema(wide, 0.95), formula)) <= 1e-12);
    CHECK(gap(centred_left_polar_grad_m<gram_root>(), wide, each(ema(wide, 0.95), formula)) <= 1e-11);
    CHECK(gap(centred_right_polar_grad_m<exact_svd>(), grads, each(ema(grads, 0.95), formula)) <= 1e-12);
    CHECK(gap<float>(centred_left_polar_grad_m<gram_root>(), wide, each(ema(wide, 0.95), formula)) <= 1e-5);
    const auto short_pipe = momentum{} | centre{} | polar<exact_svd>{.alpha = 1};
    for (dense const& u : updates(short_pipe, wide)) CHECK(u.colwise().sum().norm() <= 1e-12 * u.norm());
}

TEST_CASE("hybrid, rows first: nu belongs to the unit rows") {
    for (double alpha : {0., 1.}) {
        const hybrid_polar_grad_m_settings<exact_svd> s{.alpha = alpha};
        CHECK(gap(hybrid_polar_grad_m(s), grads, each(ema(grads, 0.95), [&](dense const& x) { return scaled_polar(unit_rows(x, 1e-8), alpha); })) <= 1e-12);
        CHECK(gap(centred_hybrid_polar_grad_m(s), wide, each(ema(wide, 0.95), [&](dense const& x) {
            return centred(scaled_polar(centred(unit_rows(centred(x), 1e-8)), alpha));
        })) <= 1e-12);
    }
    const coefficients set = polar_express_105.with_norm_eps(1e-7);
    CHECK(gap(hybrid_polar_grad_m({.alpha = 0}), grads, each(ema(grads, 0.95), [&](dense const& x) { return iterated(unit_rows(x, 1e-8), set); })) <= 1e-10);
}

TEST_CASE("hybrid, rows last: unit rows of the polar factor, on which alpha has no bearing but through eps") {
    const hybrid_polar_grad_m_settings<exact_svd> zero{.alpha = 0}, one{.alpha = 1};
    auto formula = [](dense const& x) { return unit_rows(scaled_polar(x, 1), 1e-8); };
    CHECK(gap(hybrid_polar_then_row_m(one), grads, each(ema(grads, 0.95), formula)) <= 1e-12);
    CHECK(gap(centred_hybrid_polar_then_row_m(one), grads, each(ema(grads, 0.95), [&](dense const& x) { return centred(formula(centred(x))); })) <= 1e-12);
    CHECK(gap(hybrid_polar_then_row_m(one), grads, updates(hybrid_polar_then_row_m(zero), grads)) <= 1e-7);
    const auto scaled_first = polar<exact_svd>{.alpha = 1} | row_norm{}, plain = polar<exact_svd>{} | row_norm{};
    CHECK(gap(scaled_first, grads, updates(plain, grads)) <= 1e-14);
}

TEST_CASE("a batch is as many blocks, a joined pair one of twice the width") {
    cpu device;
    dense a = gaussian(6, 4, 60), b = gaussian(6, 4, 61), pair(6, 8), heads(12, 4);
    pair << a, b;
    heads << a, b;
    auto run = [&](auto const& rule, blocks<double const> g, blocks<double> y) {
        auto state = init(rule, device, g);
        return rule.apply(context<cpu, double>{device, 1, g, g}, g, y, state);
    };
    auto check = [&](auto const& rule) {
        dense ya = dense::Zero(6, 4), yb = ya, y = dense::Zero(12, 4);
        run(rule | scaled(constant_scale{2}), joined(std::as_const(a), std::as_const(b)), joined(ya, yb));
        const dense whole = 2 * update(rule, pair);
        CHECK(distance(ya, whole.leftCols(4)) <= 1e-12);
        CHECK(distance(yb, whole.rightCols(4)) <= 1e-12);
        run(rule | scaled(constant_scale{2}), row_heads(std::as_const(heads), 2), row_heads(y, 2));
        CHECK(distance(y.topRows(6), 2 * update(rule, a)) <= 1e-12);
        CHECK(distance(y.bottomRows(6), 2 * update(rule, b)) <= 1e-12);
    };
    check(row_norm_m());
    check(centred_row_norm_m());
    check(right_polar_grad_m());
    check(hybrid_polar_grad_m());
    check(centred_hybrid_polar_then_row_m<exact_svd>());
    check(by_columns(row_norm_m()));
    check(by_columns(hybrid_polar_grad_m()));
}

TEST_CASE("zero gives zero, a zero row stays zero, rank-deficient and thin blocks give numbers") {
    auto check = [](auto const& rule, bool keeps_zero_rows) {
        CHECK(update(rule, dense::Zero(5, 3)) == dense::Zero(5, 3));
        dense x = gaussian(6, 3, 70);
        x.row(2).setZero();
        if (keeps_zero_rows) CHECK(update(rule, x).row(2).norm() <= 1e-15);
        for (dense const& thin : {dense(gaussian(6, 2, 71) * gaussian(2, 9, 72)), gaussian(1, 7, 73), gaussian(7, 1, 74)}) {
            CHECK(update(rule, thin).allFinite());
            CHECK(update<float>(rule, thin).allFinite());
        }
        CHECK(update<float>(rule, 1e-30 * gaussian(5, 3, 75)).allFinite());
        CHECK(update(rule, dense(0, 3)).size() == 0);
        CHECK(update(rule, dense(3, 0)).size() == 0);
    };
    check(row_norm_m(), true);
    check(centred_row_norm_m(), false);
    check(right_polar_grad_m(), true);
    check(right_polar_grad_m<exact_svd>(), true);
    check(right_polar_grad_m<gram_root>(), true);
    check(left_polar_grad_m<gram_root>(), true);
    check(centred_left_polar_grad_m<gram_root>(), false);
    check(centred_right_polar_grad_m(), false);
    check(hybrid_polar_grad_m(), true);
    check(centred_hybrid_polar_grad_m<exact_svd>(), false);
    check(hybrid_polar_then_row_m(), true);
    check(centred_hybrid_polar_then_row_m<gram_root>(), false);
}
