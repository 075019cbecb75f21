// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/scale.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {

template <class Convention>
double factor(Convention const& c, index_t m, index_t n) {
    return update(scaled(c), dense::Ones(m, n))(0, 0);
}
double rms(dense const& x) { return x.norm() / std::sqrt(double(x.size())); }

}  // namespace

TEST_CASE("scale: every convention's formula, tall, wide and square") {
    for (auto shape : {std::pair{8, 2}, {2, 8}, {5, 5}, {1, 9}, {9, 1}}) {
        const int m = shape.first, n = shape.second;
        const double r = double(m) / n, most = std::max(m, n);
        auto is = [&](auto const& c, double value) { CHECK(factor(c, m, n) == doctest::Approx(value).epsilon(1e-15)); };
        is(keller_scale{}, std::sqrt(std::max(1., r)));
        is(moonlight_scale{}, 0.2 * std::sqrt(most));
        is(moonlight_scale{.rms = 0.4}, 0.4 * std::sqrt(most));
        is(spectral_scale{}, std::sqrt(r));
        is(spectral_scale{.at_least_one = true}, std::max(1., std::sqrt(r)));
        is(spectral_scale{.normalized = false}, std::sqrt(m));
        is(largest_side_scale{}, std::sqrt(most));
        is(largest_side_scale{.extra = 0.2}, 0.2 * std::sqrt(most));
        is(row_rms_scale{.rms = 0.2}, 0.2 * std::sqrt(n));
        is(constant_scale{3}, 3);
        is([](double a, double b) { return a + 100 * b; }, m + 100 * n);
    }
}

TEST_CASE("scale: what the factors are for") {
    const dense x = gaussian(12, 7, 1);
    CHECK(rms(update(polar<exact_svd>{} | scaled(moonlight_scale{}), x)) == doctest::Approx(0.2));
    CHECK(rms(update(row_norm{} | scaled(row_rms_scale{}), x)) == doctest::Approx(1));
    // RMS to RMS operator norm 1: an input of unit RMS along the top singular vector gives an output of unit RMS.
    CHECK(largest(update(polar<exact_svd>{} | scaled(spectral_scale{}), x)) * std::sqrt(7. / 12) == doctest::Approx(1));
}

TEST_CASE("scale: of a joined pair the whole counts, transposed too; of a batch the item") {
    cpu device;
    dense a = dense::Ones(3, 4), b = a, y = a, z = a;
    auto shape = scaled([](double m, double n) { return 100 * m + n; });
    no_state none;
    auto run = [&](auto const& rule, blocks<double const> x, blocks<double> to) {
        rule.apply(context<cpu, double>{device, 1, x, x}, x, to, none);
        return to.matrix(to.matrices() - 1)(0, 0);
    };
    const auto pair = joined(std::as_const(a), std::as_const(b));
    CHECK(run(shape, pair, joined(y, z)) == 308);
    CHECK(run(by_columns(shape), pair, joined(y, z)) == 803);
    CHECK(run(shape, pair.transposed(), joined(y, z).transposed()) == 803);
    CHECK(run(shape, row_heads(std::as_const(a), 3), row_heads(y, 3)) == 104);
    CHECK(run(shape, column_heads(std::as_const(a), 2), column_heads(y, 2)) == 302);
}

TEST_CASE("scale: a factor of one hands its input on, empty blocks have no ratio") {
    const dense square = gaussian(3, 3, 2);
    CHECK(update(scaled(keller_scale{}), square) == square);
    CHECK(update(scaled(keller_scale{}, 2), square) == 2 * square);
    CHECK(update(scaled(keller_scale{}), dense(3, 0)).size() == 0);
    CHECK(update(scaled(spectral_scale{}), dense(0, 3)).size() == 0);
}
