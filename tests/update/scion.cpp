// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/scion.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {

const history tall = gaussians(7, 4, 1), wide = gaussians(3, 8, 2);

/// Columns (rows) divided by size * norm + eps.
dense columns(dense x, double size, double eps) {
    for (index_t j = 0; j < x.cols(); ++j) x.col(j) /= x.col(j).norm() * size + eps;
    return x;
}
dense rows(dense const& x, double size, double eps) { return columns(x.transpose(), size, eps).transpose(); }

}  // namespace

TEST_CASE("scion: d = (1 - mu) d + mu g and every ball of the authors' code") {
    for (history const& g : {tall, wide}) {
        const double m = double(g[0].rows()), n = double(g[0].cols());
        const history d = ema(g, 0.9);
        const coefficients set = keller.with_norm_eps(1e-7);
        auto spectral = [&](double factor) { return each(d, [&, factor](dense const& x) { return dense(factor * iterated(x, set)); }); };
        CHECK(gap(scion_spectral(), g, spectral(std::sqrt(m / n))) <= 1e-10);
        CHECK(gap(scion_spectral({.radius = 50}), g, spectral(50 * std::sqrt(m / n))) <= 1e-10);
        CHECK(gap(scion_spectral({.at_least_one = true}), g, spectral(std::max(1., std::sqrt(m / n)))) <= 1e-10);
        CHECK(gap(scion_spectral({.normalized = false}), g, spectral(std::sqrt(m))) <= 1e-10);

        auto signs = [&](double factor) { return each(d, [&, factor](dense const& x) { return dense(factor * x.cwiseSign()); }); };
        CHECK(gap(scion_sign({.radius = 3000}), g, signs(3000 / n)) <= 1e-15);
        CHECK(gap(scion_sign({.normalized = false}), g, signs(1)) <= 1e-15);

        for (double eps : {1e-8, 0.3}) {
            auto is = [&](auto const& rule, auto const& f) { CHECK(gap(rule, g, each(d, f)) <= 1e-14); };
            is(scion_row_norm({.eps = eps}), [&](dense const& x) { return rows(x, std::sqrt(n), eps); });
            is(scion_row_norm({.radius = 2, .normalized = false, .eps = eps}), [&](dense const& x) { return dense(2 * rows(x, 1, eps)); });
            is(scion_column_norm({.normalized = false, .eps = eps}), [&](dense const& x) { return columns(x, 1 / std::sqrt(m), eps); });
            is(scion_column_norm({.radius = 2, .normalized = true, .eps = eps}), [&](dense const& x) { return dense(2 * columns(x, n / std::sqrt(m), eps)); });
            is(by_columns(scion_column_norm({.normalized = false, .eps = eps})), [&](dense const& x) { return rows(x, 1 / std::sqrt(n), eps); });
        }
        CHECK(gap(scion_row_norm({.mu = 0.5}), g, each(ema(g, 0.5), [&](dense const& x) { return rows(x, std::sqrt(n), 1e-8); })) <= 1e-14);
    }
}

TEST_CASE("scion: defaults of the code: rows are normalized, columns are not; a bias has RMS 1") {
    CHECK(gap(scion_column_norm(), tall, updates(scion_column_norm({.normalized = false}), tall)) == 0);
    CHECK(gap(scion_column_norm({.mu = 0.1}), tall, updates(scion_column_norm(), tall)) == 0);
    CHECK(gap(scion_bias_rms({.mu = 0.1}), tall, updates(scion_bias_rms(), tall)) == 0);
    const dense u = update(scion_bias_rms(), gaussian(9, 1, 3));
    CHECK(u.norm() / 3 == doctest::Approx(1));
    const dense e = update(by_columns(scion_column_norm()), gaussian(20, 5, 4));  // an embedding: sqrt(d) a row
    for (index_t i = 0; i < 20; ++i) CHECK(e.row(i).norm() == doctest::Approx(std::sqrt(5)));
}

TEST_CASE("scion: zero gives zero") {
    auto check = [](auto const& rule) {
        CHECK(update(rule, dense::Zero(4, 3)) == dense::Zero(4, 3));
        CHECK(update(rule, dense(0, 3)).size() == 0);
        CHECK(update<float>(rule, 1e-30 * gaussian(4, 3, 5)).allFinite());
    };
    check(scion_spectral());
    check(scion_sign());
    check(scion_row_norm());
    check(scion_column_norm());
    check(scion_bias_rms());
}

TEST_CASE("scion: constrained is a decay of 1 at the same rate: the weight stays in the ball") {
    dense w = dense::Zero(6, 4);
    const history u = updates(scion_sign({.radius = 10}), gaussians(6, 4, 6, 60));
    for (dense const& step : u) w = (1 - 0.1) * w - 0.1 * step;
    CHECK(w.cwiseAbs().maxCoeff() <= 10. / 4 + 1e-12);
}
