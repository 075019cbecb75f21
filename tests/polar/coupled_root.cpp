// SPDX-License-Identifier: MIT
#include "products.hpp"
#include "update/decompositions.hpp"
#include <isotypic/polar/coupled_root.hpp>
#include <isotypic/polar/gram_root.hpp>

using namespace engines;

namespace {

/// The set's steps on the singular values of a, divided by the Schatten-4 norm of a.
dense normalised(dense const& a) { return a / std::sqrt((a * a.transpose()).norm()); }
dense formula(dense const& a, coefficients const& set) {
    return formulas::by_values(normalised(a), [&](double s) { return set(s); });
}
/// In roundings: C + e I with e = 4 u |C|_F at the least, and the steps.
double lost(dense const& a, coefficients const& set) { return std::pow(condition(a), 2) + slope(normalised(a), set); }
/// C^(-1/2) in double; eigenvalues under 1e-12 of the largest map to 0.
dense exact_root(dense const& c) {
    const double least = 1e-12 * formulas::largest(c);
    return formulas::by_values(c, [=](double s) { return s > least ? 1 / std::sqrt(s) : 0; });
}

template <class T>
dense root(coupled_root const& engine, dense const& c, order o = order::rows, bool in_place = false) {
    cpu device;
    storage<T> x(c.rows(), c.cols(), o), y(c.rows(), c.cols(), o);
    for (index_t i = 0; i < c.rows(); ++i)
        for (index_t j = 0; j < c.cols(); ++j) x.one()(i, j) = T(c(i, j));
    inverse_root(device, engine, view<T const>(x.one()), in_place ? x.one() : y.one());
    return formulas::matrix(view<T const>(in_place ? x.one() : y.one()));
}

}  // namespace

TEST_CASE("coupled_root: newton_schulz with the Schatten-4 norm in the place of |M|_F, for every set") {
    for (coefficients const& set : every_set) {
        auto want = [&](dense const& a) { return formula(a, set); };
        keep_their_word<double>(coupled_root{set}, want, [&](dense const& a) { return 2e-15 * lost(a, set); });
        keep_their_word<float>(coupled_root{set}, want, [&](dense const& a) { return 1e-6 * lost(a, set); });
    }
}

TEST_CASE("coupled_root: the golden polar factors as near as the scalar map of the singular values") {
    for_each_golden([](double condition, double, dense const& a, dense const& polar) {
        const double least = 1e-10 * formulas::largest(a);
        const dense off = a.norm() > 0 ? formulas::by_values(normalised(a), [&](double s) { return s > least ? 1 - polar_express(s) : 0; }) : a;
        const double rounding = std::min(1e-14 * condition * condition, 1e-3);
        CHECK(distance(factor<double>(coupled_root{}, a), polar) <= off.norm() / std::max(polar.norm(), 1.) + 1e-10 + rounding);
    });
}

TEST_CASE("coupled_root: rounding times condition squared, which symmetrised products would not keep") {
    for (double most : {20., 200.}) {
        const spectrum known(30, 20, most);
        const dense polar = known.polar();
        for (coefficients const& set : {polar_express, simple_quintic.with_steps(20), classic_cubic.with_steps(30)}) {
            CHECK(distance(factor<float>(coupled_root{set}, known.matrix()), polar) <= 1e-6 * most * most);
            CHECK(distance(factor<double>(coupled_root{set}, known.matrix()), polar) <= 2e-15 * most * most);
        }
    }
}

TEST_CASE("coupled_root: damped by a share of the trace") {
    const dense a = formulas::gaussian(6, 14, 3);
    const gram_root exact{.damping = 1e-3, .relative = true};
    for (coefficients const& set : {polar_express, classic_cubic})
        CHECK(distance(factor<double>(coupled_root{set, 1e-3}, a), factor<double>(exact, a)) <= 1e-10);
    CHECK(distance(factor<double>(coupled_root{polar_express, 1e-3}, a), formulas::exact_polar(a)) > 1e-4);
}

TEST_CASE("coupled_root: short rank stays bounded in the null space, however many steps") {
    const dense a = formulas::gaussian(12, 5, 1) * formulas::gaussian(5, 40, 2), polar = formulas::exact_polar(a);
    for (coefficients const& set : {polar_express, deepseek, simple_quintic.with_steps(40), keller.with_steps(40)}) {
        const dense u = factor<float>(coupled_root{set}, a), v = factor<double>(coupled_root{set}, a);
        CHECK(formulas::largest(u) <= 1.25);
        CHECK(formulas::largest(v) <= 1.25);
    }
    CHECK(distance(factor<float>(coupled_root{}, a), polar) <= 1e-2);
    CHECK(distance(factor<double>(coupled_root{}, a), polar) <= 1e-10);
}

TEST_CASE("inverse_root: Z = C^(-1/2), any layout, in place, any scale, zero and empty") {
    for (int k : {1, 2, 7, 20}) {
        const dense x = formulas::gaussian(k, 3 * k + 2, 4), c = (x * x.transpose()).cast<float>().cast<double>(), want = exact_root(c);
        for (order o : orders)
            for (bool in_place : {false, true}) {
                CHECK(distance(root<double>(coupled_root{}, c, o, in_place), want) <= 1e-12);
                CHECK(distance(root<float>(coupled_root{}, c, o, in_place), want) <= 1e-4);
            }
        CHECK(distance(root<double>(coupled_root{classic_cubic}, c), want) <= 1e-12);
        for (double scale : {1e-30, 1e30}) CHECK(distance(root<float>(coupled_root{}, c * scale), want / std::sqrt(scale)) <= 1e-4);
        CHECK(root<float>(coupled_root{}, c) == root<float>(coupled_root{}, c).transpose());
        CHECK(root<float>(coupled_root{}, dense::Zero(k, k)) == dense::Zero(k, k));
        for (int power : {1, 20, -21})
            CHECK(root<float>(coupled_root{}, std::ldexp(1, 2 * power) * c) == std::ldexp(1, -power) * root<float>(coupled_root{}, c));
    }
    CHECK(root<double>(coupled_root{}, dense(0, 0)).size() == 0);
}

TEST_CASE("inverse_root: its product with M is the engine") {
    const dense a = formulas::gaussian(7, 18, 6);
    for (coefficients const& set : {polar_express_105, polar_express_105.with_norm_eps(0.5), cubic5})
        CHECK(distance(root<double>(coupled_root{set}, a * a.transpose()) * a, factor<double>(coupled_root{set}, a)) <= 1e-12);
    const double s = std::sqrt((a * a.transpose()).norm() + 0.5);
    CHECK(distance(factor<double>(coupled_root{polar_express_105.with_norm_eps(0.5)}, a),
                   formulas::by_values(a / s, [](double v) { return polar_express_105(v); })) <= 1e-11);
    CHECK_FALSE(coupled_root{keller.with_norm_eps(1e-8)}.scale_free());
    cpu device;
    dense out = dense::Ones(7, 7);
    CHECK_THROWS_WITH_AS(inverse_root(device, coupled_root{}, view<double const>(as_view(a)), as_view(out)), "isotypic: the inverse root of a matrix that is 7 x 18 goes to one that is 7 x 7", error);
    CHECK(out == dense::Ones(7, 7));
}

TEST_CASE("coupled_root: addresses, powers of two, allocations, threads") {
    CHECK(same_at_every_address<float>(coupled_root{}));
    CHECK(same_at_every_address<double>(coupled_root{classic_cubic}));
    CHECK(scales_exactly<float>(coupled_root{}, 60));
    CHECK(scales_exactly<double>(coupled_root{}, 300));
    CHECK(allocates_nothing<float>(coupled_root{}));
    CHECK(same_for_threads<float>(coupled_root{}));
}
