// SPDX-License-Identifier: MIT
#include "engines.hpp"
#include "update/decompositions.hpp"
#include <isotypic/polar/gram_root.hpp>

using namespace engines;

namespace {

constexpr gram_root right{.side = gram_side::right}, left{.side = gram_side::left};

template <class T, class F>
dense root(F const& f, dense const& a, index_t side, order o) {
    cpu device;
    storage<T> x(a.rows(), a.cols(), o), y(side, side, o);
    for (index_t i = 0; i < a.rows(); ++i)
        for (index_t j = 0; j < a.cols(); ++j) x.one()(i, j) = T(a(i, j));
    f(device, view<T const>(x.one()), y.one());
    return formulas::matrix(view<T const>(y.one()));
}
template <class T>
dense root_right(dense const& a, gram_root const& engine = {}, order o = order::rows) {
    return root<T>([&](cpu& d, view<T const> m, view<T> out) { right_root(d, engine, m, out); }, a, a.cols(), o);
}
template <class T>
dense root_left(dense const& a, gram_root const& engine = {}, order o = order::rows) {
    return root<T>([&](cpu& d, view<T const> m, view<T> out) { left_root(d, engine, m, out); }, a, a.rows(), o);
}

}  // namespace

TEST_CASE("gram_root: the golden polar factors, to rounding times condition squared") {
    for_each_golden([](double condition, double, dense const& a, dense const& polar) {
        if (condition > 1e4) return;
        for (gram_root const& engine : {gram_root{}, right, left}) CHECK(distance(factor<double>(engine, a), polar) <= 1e-14 * condition * condition);
    });
}

TEST_CASE("gram_root: what every engine owes") {
    for (gram_root const& engine : {gram_root{}, right, left, gram_root{.damping = 1e-3, .relative = true}}) {
        auto formula = [&](dense const& a) {
            const double n = double(engine.side == gram_side::right ? a.cols() : engine.side == gram_side::left ? a.rows() : std::min(a.rows(), a.cols()));
            const double e = engine.damping * a.squaredNorm() / n, least = 1e-10 * formulas::largest(a);
            return formulas::by_values(a, [=](double s) { return s > least ? s / std::sqrt(s * s + e) : 0; });
        };
        keep_their_word<double>(engine, formula, [](dense const&) { return 1e-10; });
        keep_their_word<float>(engine, formula, [](dense const&) { return 1e-5; });
        CHECK(same_at_every_address<float>(engine));
    }
}

TEST_CASE("gram_root: left(M) = right(M')', and right = polar at full column rank") {
    const dense a = formulas::gaussian(11, 4, 1);
    CHECK(distance(factor<double>(left, a), factor<double>(right, a.transpose()).transpose()) <= 1e-13);
    CHECK(distance(factor<double>(right, a), formulas::exact_polar(a)) <= 1e-13);
    CHECK(distance(factor<double>(left, a), formulas::exact_polar(a)) <= 1e-12);  // its Gram dense has rank 4 of 11
}

TEST_CASE("gram_root: damped by an absolute eps, s -> s / sqrt(s^2 + eps), which is not scale free") {
    const gram_root damped{.side = gram_side::right, .damping = 1e-8};
    for (double scale : {1., 1e-4, 1e-30}) {
        const dense a = scale * formulas::gaussian(9, 4, 2);
        CHECK(distance(factor<double>(damped, a), formulas::by_values(a, [](double s) { return s / std::sqrt(s * s + 1e-8); })) <= 1e-12);
    }
    CHECK_FALSE(damped.scale_free());
    CHECK(gram_root{.damping = 1e-8, .relative = true}.scale_free());
}

TEST_CASE("gram_root: the null direction of a centred block is not amplified") {
    const dense a = formulas::centred(formulas::gaussian(6, 40, 3).cast<float>().cast<double>());
    const dense u = factor<double>(left, a), v = factor<float>(left, a);
    CHECK(distance(u, formulas::exact_polar(a)) <= 1e-12);
    CHECK(u.colwise().sum().norm() <= 1e-12);
    CHECK(distance(v, formulas::exact_polar(a)) <= 1e-5);
}

TEST_CASE("gram_root: values under the cutoff map to 0") {
    const dense a = Eigen::Vector4d(1, 0.5, 1e-3, 1e-5).asDiagonal();
    auto rank = [&](double cutoff) { return int(std::round(factor<double>(gram_root{.cutoff = cutoff}, a).squaredNorm())); };
    CHECK(rank(0) == 4);
    CHECK(rank(1e-4) == 3);
    CHECK(rank(0.7) == 1);
}

TEST_CASE("right_root, left_root: M R = L M = the polar factor at any rank, L and R symmetric with M's null spaces") {
    for (index_t rank : {3, 7})
        for (index_t n : {7, 12}) {
            const dense a = formulas::gaussian(9, rank, 1) * formulas::gaussian(rank, n, 2), polar = formulas::exact_polar(a);
            const dense off = dense::Identity(n, n) - polar.transpose() * polar, left_off = dense::Identity(9, 9) - polar * polar.transpose();
            for (order o : orders) {
                const dense r = root_right<double>(a, {}, o), l = root_left<double>(a, {}, o);
                CHECK(distance(a * r, polar) <= 1e-10);
                CHECK(distance(l * a, polar) <= 1e-10);
                CHECK(distance(r, r.transpose()) + distance(l, l.transpose()) <= 1e-13);
                CHECK((r * off).norm() <= 1e-10 * r.norm());
                CHECK((l * left_off).norm() <= 1e-10 * l.norm());
                CHECK(distance(root_right<float>(a, {}, o), r) <= 1e-4);
            }
            // R = (M'M)^+ M'U
            CHECK(distance(a.transpose() * a * root_right<double>(a), a.transpose() * polar) <= 1e-10);
        }
}

TEST_CASE("right_root, left_root: of degree -1, zero for zero, nothing for nothing") {
    const dense a = formulas::gaussian(5, 8, 3), r = root_right<float>(a), l = root_left<float>(a);
    for (int power : {-90, 3, 90}) {
        CHECK(root_right<float>(std::ldexp(1, power) * a) == std::ldexp(1, -power) * r);
        CHECK(root_left<float>(std::ldexp(1, power) * a) == std::ldexp(1, -power) * l);
    }
    CHECK(distance(root_right<double>(1e-30 * a), 1e30 * root_right<double>(a)) <= 1e-10);
    CHECK(root_right<float>(dense::Zero(4, 6)) == dense::Zero(6, 6));
    CHECK(root_left<float>(dense(4, 0)) == dense::Zero(4, 4));
    CHECK(root_right<float>(dense(4, 0)).size() == 0);
    cpu device;
    dense out = dense::Ones(5, 5);
    CHECK_THROWS_WITH_AS(right_root(device, gram_root{}, view<double const>(as_view(a)), as_view(out)), "isotypic: the root of a block that is 5 x 8 goes to one that is 5 x 5", error);
    CHECK(out == dense::Ones(5, 5));
}

TEST_CASE("right_root, left_root: the engine's damping and cutoff") {
    const dense a = Eigen::Vector4d(1, 0.5, 1e-3, 1e-5).asDiagonal();
    const Eigen::Vector4d cut = root_left<double>(a, {.cutoff = 1e-4}).diagonal(), damped = root_right<double>(a, {.damping = 1e-2}).diagonal();
    CHECK(distance(cut, Eigen::Vector4d(1, 2, 1e3, 0)) <= 1e-10);
    CHECK(distance(damped, Eigen::Vector4d(1, 0.25, 1e-6, 1e-10).unaryExpr([](double c) { return 1 / std::sqrt(c + 1e-2); })) <= 1e-10);
}
