// SPDX-License-Identifier: MIT
#include "engines.hpp"
#include <isotypic/polar/gram_root.hpp>

using namespace engines;

namespace {

constexpr gram_root right{.side = gram_side::right}, left{.side = gram_side::left};

}  // namespace

TEST_CASE("gram_root: the golden polar factors, to rounding times condition squared") {
    for_each_golden([](double condition, double, dense const& a, dense const& polar) {
        if (condition > 1e4) return;
        for (gram_root const& engine : {gram_root{}, right, left})
            CHECK(distance(factor<double>(engine, a), polar) <= 1e-14 * condition * condition);
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
