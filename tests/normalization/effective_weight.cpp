// SPDX-License-Identifier: MIT
// The weight in effect: derivatives, and the preconditioner against what was derived by hand.
#include "parameters.hpp"
#include <isotypic/normalization/effective_weight.hpp>
#include <isotypic/normalization/scale_direction.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>

using namespace isotypic;
using dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

constexpr index_t m = 5, n = 4;

dense draw(std::uint64_t which) {
    const auto x = random_numbers(std::size_t(m * n), which);
    return Eigen::Map<dense const>(x.data(), m, n);
}
std::vector<double> numbers_of(dense const& a) { return {a.data(), a.data() + a.size()}; }

/// What the tests ask of one pair of scales.
template <class In, class Out>
struct map_of {
    branches_for_test<In, Out> at;
    cpu device;
    explicit map_of(std::uint64_t which, order layout = order::rows) : at({{m}, n, false, 1, layout}, which) {}
    dense value() {
        dense a(m, n);
        effective_weight<In, Out>{}.value(device, at.list[0], as_view(a));
        return a;
    }
    std::vector<double> value_at(std::vector<double> const& numbers) {
        const auto before = at.numbers;
        std::copy(numbers.begin(), numbers.end(), at.numbers.begin());
        const auto a = numbers_of(value());
        std::copy(before.begin(), before.end(), at.numbers.begin());
        return a;
    }
    dense precondition(dense const& g) {
        dense out(m, n);
        effective_weight<In, Out>{}.precondition(device, at.list[0], as_view(g), as_view(out));
        return out;
    }
    dense weight() { return Eigen::Map<dense>(at.numbers.data(), m, n); }
    Eigen::VectorXd in() { return Eigen::Map<Eigen::VectorXd>(at.list[0].in.vector.data, n); }
    Eigen::VectorXd out() { return Eigen::Map<Eigen::VectorXd>(at.list[0].out.vector.data, m); }
};

template <class In, class Out>
void check_derivatives(order layout) {
    INFO("seed ", seed(), ", ", In::name, ", ", Out::name);
    map_of<In, Out> f(1, layout);
    branches_for_test<In, Out> dw({{m}, n, false, 1, layout}, 0), tangent({{m}, n, false, 1, layout}, 3);
    const dense g = draw(4);
    const auto gs = numbers_of(g);
    effective_weight<In, Out> map;
    dense out(m, n);
    map.jvp(f.device, f.at.list[0], tangent.list[0], as_view(out));
    auto value = [&](auto const& x) { return f.value_at(x); };
    CHECK(distance(numbers_of(out), central_difference(value, f.at.numbers, tangent.numbers)) < 1e-8);
    map.vjp(f.device, f.at.list[0], as_view(g), dw.list[0]);
    CHECK(distance(dw.numbers, gradient_by_differences([&](auto const& x) { return inner(gs, f.value_at(x)); }, f.at.numbers)) < 1e-8);
    CHECK(inner(gs, numbers_of(out)) == doctest::Approx(inner(dw.numbers, tangent.numbers)).epsilon(1e-13));
    // It adds.
    const auto once = dw.numbers;
    map.vjp(f.device, f.at.list[0], as_view(g), dw.list[0]);
    CHECK(distance(dw.numbers, moved(once, 1, once)) < 1e-15);
}

}  // namespace

TEST_CASE("derivatives by differences and of each other, by rows and by columns") {
    for (order layout : {order::rows, order::columns}) {
        check_derivatives<plain_scale, no_scale>(layout);
        check_derivatives<no_scale, plain_scale>(layout);
        check_derivatives<plain_scale, plain_scale>(layout);
        check_derivatives<product_scale, exponential_scale>(layout);
        check_derivatives<unit_direction, log_simplex>(layout);
        check_derivatives<log_simplex, product_scale>(layout);
    }
}

TEST_CASE("a scale in front: P_j = gamma_j^2 + w_j w_j'") {
    map_of<plain_scale, no_scale> f(1);
    const dense g = draw(2), w = f.weight();
    dense by_hand(m, n);
    for (index_t j = 0; j < n; ++j) by_hand.col(j) = f.in()(j)*f.in()(j)*g.col(j) + w.col(j) * (w.col(j).dot(g.col(j)));
    CHECK((f.precondition(g) - by_hand).norm() < 1e-14 * by_hand.norm());
    CHECK((f.value() - w * f.in().asDiagonal()).norm() < 1e-15);
    // Its spectrum from |a_j| and the charge alone.
    const double v = f.in()(0), a2 = f.value().col(0).squaredNorm(), c = v * v - w.col(0).squaredNorm();
    CHECK((c + std::sqrt(c * c + 4 * a2)) / 2 == doctest::Approx(v * v).epsilon(1e-14));
    const dense along = f.value().col(0) * Eigen::RowVectorXd::Unit(n, 0);
    CHECK((f.precondition(along) - std::sqrt(c * c + 4 * a2) * along).norm() < 1e-14);
}

TEST_CASE("scales on both sides: rows and columns of A") {
    map_of<plain_scale, plain_scale> f(1);
    const dense g = draw(2), a = f.value();
    const Eigen::VectorXd v = f.in(), u = f.out();
    dense by_hand(m, n), one_sided(m, n);
    for (index_t i = 0; i < m; ++i)
        for (index_t j = 0; j < n; ++j) {
            const double columns = a(i, j) / (v(j) * v(j)) * a.col(j).dot(g.col(j)), rows = a(i, j) / (u(i) * u(i)) * a.row(i).dot(g.row(i));
            by_hand(i, j) = u(i) * u(i) * v(j) * v(j) * g(i, j) + rows + columns;
            one_sided(i, j) = u(i) * u(i) * v(j) * v(j) * g(i, j) + columns;
        }
    CHECK((f.precondition(g) - by_hand).norm() < 1e-13 * by_hand.norm());
    CHECK((f.precondition(g) - one_sided).norm() > 1e-3 * by_hand.norm());
}

TEST_CASE("a product in front: a third term along A") {
    map_of<product_scale, no_scale> f(1);
    const dense g = draw(2), a = f.value(), w = f.weight();
    const double beta = f.at.list[0].in.magnitude(0, 0), all = (a.array() * g.array()).sum();
    dense two(m, n);
    for (index_t j = 0; j < n; ++j) two.col(j) = beta * beta * (f.in()(j)*f.in()(j)*g.col(j) + w.col(j) * (w.col(j).dot(g.col(j))));
    const dense by_hand = two + a * (all / (beta * beta));
    CHECK((f.precondition(g) - by_hand).norm() < 1e-13 * by_hand.norm());
    CHECK((f.precondition(g) - two).norm() > 1e-3 * by_hand.norm());
}

TEST_CASE("rates: with a scale of squares 1 and above the loss falls no slower than without, with two no slower than with one") {
    INFO("seed ", seed());
    auto rate = [](auto& f, dense const& g) { return (g.array() * f.precondition(g).array()).sum(); };
    for (std::uint64_t k = 1; k < 30; ++k) {
        map_of<plain_scale, plain_scale> both(k);
        map_of<plain_scale, no_scale> one(k);
        const dense g = draw(100 + k);
        auto set = [&](auto const& p, double least) {
            for (std::size_t i = 0; i < std::size_t(p.vector.size()); ++i) {
                double& x = detail::entry(p.vector, i);
                x = std::copysign(least + std::abs(x), x);
            }
        };
        set(both.at.list[0].in, 1);
        for (index_t j = 0; j < n; ++j) one.at.list[0].in.vector(j, 0) = both.at.list[0].in.vector(j, 0);
        CHECK(rate(one, g) >= g.squaredNorm());
        set(both.at.list[0].out, 1);
        CHECK(rate(both, g) >= rate(one, g));
        for (index_t i = 0; i < m; ++i) both.at.list[0].out.vector(i, 0) = 1;
        CHECK(rate(both, g) >= rate(one, g));
        // Not so for a small one, along a G that is orthogonal to every row of W.
        for (index_t i = 0; i < m; ++i) both.at.list[0].out.vector(i, 0) = 1e-2;
        dense across = g;
        const dense wv = both.weight() * both.in().asDiagonal();
        for (index_t i = 0; i < m; ++i) across.row(i) -= wv.row(i) * (wv.row(i).dot(g.row(i)) / wv.row(i).squaredNorm());
        CHECK(rate(both, across) < rate(one, across));
    }
    // Where W = 0 there is no rank-one term, and a scale below 1 is slower.
    map_of<plain_scale, no_scale> f(1);
    std::fill(f.at.numbers.begin(), f.at.numbers.begin() + m * n, 0.0);
    CHECK(rate(f, draw(2)) < draw(2).squaredNorm());
}

TEST_CASE("shapes that do not fit are refused, with nothing written") {
    map_of<plain_scale, plain_scale> f(1);
    dense small(m, n - 1);
    small.setZero();
    effective_weight<plain_scale, plain_scale> map;
    CHECK_THROWS_WITH_AS(map.value(f.device, f.at.list[0], as_view(small)), "isotypic: effective weight 5 x 3: the weight is 5 x 4, not 5 x 3", error);
    auto bare = f.at.list[0];
    bare.out = {};
    dense a = dense::Zero(m, n);
    CHECK_THROWS_WITH_AS(
        map.value(f.device, bare, as_view(a)),
        "isotypic: effective weight 5 x 4: the output scale: a plain scale of 5 numbers takes a vector of 5 and no magnitude, here are none and none", error);
    branches_for_test<plain_scale, plain_scale> dw({{m}, n}, 0);
    auto short_gradient = dw.list[0];
    short_gradient.in.vector = short_gradient.in.vector.part(0, 0, n - 1, 1);
    CHECK_THROWS_AS(map.vjp(f.device, f.at.list[0], as_view(a), short_gradient), error);
    CHECK(inner(dw.numbers, dw.numbers) == 0);
    CHECK(small.norm() == 0);
}
