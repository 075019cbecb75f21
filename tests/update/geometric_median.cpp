// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/geometric_median.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {

double distances(dense const& x, Eigen::RowVectorXd const& c) { return (x.rowwise() - c).rowwise().norm().sum(); }

/// min_c sum_i |x_i - c|: plain Weiszfeld, and every row tried as the median.
double least_distances(dense const& x) {
    Eigen::RowVectorXd c = x.colwise().mean();
    double least = distances(x, c);
    for (int step = 0; step < 3000; ++step) {
        const Eigen::VectorXd weight = (x.rowwise() - c).rowwise().norm().cwiseMax(1e-300).cwiseInverse();
        c = (weight.transpose() * x) / weight.sum();
        least = std::min(least, distances(x, c));
    }
    for (index_t i = 0; i < x.rows(); ++i) least = std::min(least, distances(x, x.row(i)));
    return least;
}
/// Rows of very different lengths.
dense heavy_tailed(index_t m, index_t n, std::uint64_t which) {
    dense x = gaussian(m, n, which);
    random_stream random(seed(), which, 1);
    for (index_t i = 0; i < m; ++i) x.row(i) *= std::exp(1.5 * random.normal());
    return x;
}

const geometric_median_rows rule;

}  // namespace

TEST_CASE("geometric_median_rows: rows within the unit ball, horizontal, and no gap to the dual problem") {
    for (auto shape : {std::pair{16, 5}, {8, 3}, {64, 8}, {5, 20}, {3, 2}, {2, 4}}) {
        const int m = shape.first, n = shape.second;
        for (std::uint64_t k = 0; k < 5; ++k)
            for (dense const& x : {gaussian(m, n, k), heavy_tailed(m, n, k)}) {
                INFO(m << " x " << n << ", draw " << k << ", seed " << seed());
                const dense u = update(rule, x);
                CHECK(u.rowwise().norm().maxCoeff() <= 1 + 1e-10);
                CHECK(u.colwise().sum().norm() <= 1e-10);
                CHECK(inner(x, u) == doctest::Approx(least_distances(x)).epsilon(1e-8));
                CHECK(update<float>(rule, x).colwise().sum().norm() <= 1e-6 * double(m));
            }
    }
}

TEST_CASE("geometric_median_rows: at the same largest row it does no worse than centring twice, far better on heavy tails") {
    double gain = 0;
    for (std::uint64_t k = 0; k < 20; ++k) {
        const dense x = heavy_tailed(64, 16, 100 + k), u = update(rule, x), twice = centred(unit_rows(centred(x)));
        const double ours = inner(x, u), theirs = inner(x, twice) / twice.rowwise().norm().maxCoeff();
        CHECK(ours >= theirs);
        gain += ours / theirs / 20;
    }
    CHECK(gain > 1.1);
}

TEST_CASE("geometric_median_rows: for the quotient norm the twice centred rows win") {
    // N([u]) = min_c max_i |u_i - c| <= max_i |u_i|; at horizontal x the quotient's answer reaches sum_i |x_i|.
    const dense x = centred(heavy_tailed(6, 3, 200)), twice = centred(unit_rows(x));
    CHECK(inner(x, twice) == doctest::Approx(x.rowwise().norm().sum()));
    CHECK(inner(x, twice) > inner(x, update(rule, x)));
}

TEST_CASE("geometric_median_rows: where the median sits on a row, that row gets minus the sum of the others") {
    int sat = 0;
    for (std::uint64_t k = 0; k < 400; ++k) {
        const dense x = gaussian(8, 3, 1000 + k), u = update(rule, x);
        const Eigen::VectorXd length = u.rowwise().norm();
        index_t low = 0;
        if (length.minCoeff(&low) > 1 - 1e-6) continue;
        ++sat;
        INFO("draw " << k << ", seed " << seed());
        CHECK(u.colwise().sum().norm() <= 1e-12);
        for (index_t i = 0; i < 8; ++i)
            if (i != low) CHECK((u.row(i) - (x.row(i) - x.row(low)).normalized()).norm() <= 1e-12);
        CHECK(inner(x, u) == doctest::Approx(distances(x, x.row(low))));
    }
    CHECK(sat >= 8);  // 2 to 14 in a hundred
    CHECK(sat <= 56);
}

TEST_CASE("geometric_median_rows: equal rows, a line, one row, zero, any scale") {
    CHECK(update(rule, dense::Zero(4, 3)) == dense::Zero(4, 3));
    CHECK(update(rule, dense::Ones(4, 3)) == dense::Zero(4, 3));
    CHECK(update(rule, gaussian(1, 3, 1)) == dense::Zero(1, 3));
    CHECK(update(rule, dense(0, 3)).size() == 0);
    dense line(3, 2);
    line << 0, 0, 1, 1, 5, 5;
    const double h = std::sqrt(0.5);
    dense expected(3, 2);
    expected << -h, -h, 0, 0, h, h;
    CHECK((update(rule, line) - expected).norm() <= 1e-12);
    const dense x = gaussian(9, 4, 2), u = update(rule, x);
    for (double scale : {1e-30, 1e30}) {
        CHECK(distance(update(rule, scale * x), u) <= 1e-10);
        CHECK(distance(update<float>(rule, scale * x), u) <= 1e-5);
    }
    dense moved = x.rowwise() + gaussian(1, 4, 3).row(0);
    CHECK(distance(update(rule, moved), u) <= 1e-10);
}
