// SPDX-License-Identifier: MIT
// Compiled with -ffast-math, which trainers use.
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/gce.hpp>
#include <doctest/doctest.h>
#include <vector>
using namespace isotypic;

TEST_CASE_TEMPLATE("-ffast-math leaves exponentials right", T, float, double) {
    std::vector<T> x, y(4001);
    for (int k = 0; k <= 4000; ++k) x.push_back(T(-80) * T(k) / T(4000));
    detail::exp_line(index_t(x.size()), T(1), T(0), x.data(), y.data());
    double worst = 0;
    for (std::size_t k = 0; k < x.size(); ++k) worst = (std::max)(worst, std::abs(double(y[k]) / std::exp(double(x[k])) - 1));
    CHECK(worst < (sizeof(T) == 4 ? 4e-7 : 1e-13));  // in double Eigen's own, which loses a digit
}

TEST_CASE_TEMPLATE("and classes of score -infinity excluded", T, float, double) {
    const T minus_infinity = -std::numeric_limits<T>::infinity();
    std::vector<T> all{1, T(-0.5), 2, T(0.3), minus_infinity, 0}, some{1, T(-0.5), 2, T(0.3), 0}, g(6), h(5);
    const std::vector<int> first{0};
    auto same = [&](auto const& loss) {
        criterion c(loss);
        const double l = c.gradient(as_view(all.data(), 1, 6), first, as_view(g.data(), 1, 6)),
                     m = c.gradient(as_view(some.data(), 1, 5), first, as_view(h.data(), 1, 5));
        CHECK(std::abs(l - m) < 1e-6);
        CHECK(g[4] == 0);
        for (std::size_t k = 0; k < 4; ++k) CHECK(std::abs(double(g[k] - h[k])) < 1e-6);
        CHECK(std::abs(double(h[0])) > 1e-2);
    };
    same(cross_entropy{}), same(symmetrise(gce{})), same(unit_scores{.scale = 3} | cross_entropy{}), same(unit_scores{.scale = 3} | unhinged{});
}
