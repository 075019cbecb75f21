// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/twofold.hpp>
#include <isotypic/device/workspace.hpp>
#include <isotypic/matrix/view.hpp>
#include <algorithm>
#include <span>

/// \file
/// The w > 0 with (A + r diag A) w = w^(-1/a), elementwise, for the Gram matrix A of K gradients and a fairness a > 0: the minimiser of the
/// strictly convex
///
///     F(w) = w'(A + r diag A) w / 2 - sum_k phi(w_k),      phi'(w) = w^(-1/a)
///
/// Solved for v = |g_k| w_k in the correlations, beside the improvements y = C v of the tasks as unknowns of their own,
///
///     y = C v,      log v / a + log y = log e,      e_k = |g_k|^((1 - a) / a)
///
/// by Newton's method from v = e^(a / (1 + a)), the answer for orthogonal gradients but for a common factor; v and y keep 5 % of what they
/// were at the least, each with a step length of its own. Residuals are taken in twice the precision of double, so that tasks that pull
/// against each other are solved as exactly as others: v is a sum of two doubles while it is found. At a = 1, and from a = 0.5 to 4 where
/// gradients differ in length by no more than a factor of a few, up to 10 steps for a condition of C up to 1e4, and 18 at r = 1e-6 for opposed
/// ones; up to 50 at a = 0.5 or 4 over four decades of lengths. Below a = 0.25 and above 10, over many decades, rounding can keep it from an
/// answer: that is an error.
///
/// The ridge is relative to each gradient's own square, so that it keeps the symmetries of the problem. Tasks without a gradient get weight
/// 0. There is no answer without a ridge where w'A w = 0 for some w >= 0, w != 0, nor with one below the rounding of a Gram matrix of float
/// gradients (some 1e-6): then it is raised tenfold, from 1e-12 on, until there is.
///
/// Derived here. Source of the problem: Ban, Ji, FairGrad, ICML 2024, arXiv 2402.15638; a = 1 is that of Nash-MTL, arXiv 2202.01017.
namespace isotypic {

/// How the solver came out.
struct fairness_report {
    int steps = 0;        ///< of Newton's method, at the ridge that it took
    double ridge = 0;     ///< that it took
    double residual = 0;  ///< max_k |((A + r diag A) w)_k - w_k^(-1/a)| / w_k^(-1/a)
};

namespace detail {

/// x <- M^-1 x by Cholesky's method; M, row-major n x n, is destroyed. For M >= I, but for rounding.
inline void solve_in_place(double* m, index_t n, double* x) {
    for (index_t i = 0; i < n; ++i) {
        double* row = m + i * n;
        for (index_t j = 0; j <= i; ++j) {
            double const* other = m + j * n;
            double lane[4] = {row[j], 0, 0, 0};
            for (index_t k = 0; k < j; ++k) lane[k % 4] -= row[k] * other[k];
            const double left = (lane[0] + lane[1]) + (lane[2] + lane[3]);
            row[j] = i == j ? std::sqrt((std::max)(left, 1e-3)) : left / other[j];
        }
        for (index_t k = 0; k < i; ++k) x[i] -= row[k] * x[k];
        x[i] /= row[i];
    }
    for (index_t i = n; i-- > 0;) {
        x[i] /= m[i * n + i];
        for (index_t k = 0; k < i; ++k) x[k] -= m[i * n + k] * x[i];
    }
}

/// The longest step of at most 1 that leaves every x_k a share of what it is.
inline double longest_step(double const* x, double const* dx, index_t n) {
    constexpr double share = 0.05;
    double most = 1;
    for (index_t k = 0; k < n; ++k)
        if (dx[k] < -(1 - share) * x[k]) most = (std::min)(most, (1 - share) * x[k] / -dx[k]);
    return most;
}

class fairness_solver {
public:
    fairness_solver(view<double const> gram, double fairness, double r, workspace& scratch)
        : alpha(fairness), ridge(r), w(scratch), tasks(w.take<index_t>(gram.rows)), length(w.take<double>(gram.rows)) {
        for (index_t k = 0; k < gram.rows; ++k)
            if (gram(k, k) > 0) tasks[n] = k, length[n++] = std::sqrt(gram(k, k));
        c = w.take<double>(n * n), log_e = w.take<double>(n);
        double mean = 0;
        for (index_t k = 0; k < n; ++k) mean += std::log(length[k]) / double(n);
        for (index_t k = 0; k < n; ++k) {
            log_e[k] = (1 - alpha) / alpha * (std::log(length[k]) - mean);
            for (index_t l = 0; l < n; ++l) c[k * n + l] = k == l ? 1 + ridge : gram(tasks[k], tasks[l]) / length[k] / length[l];
        }
        common = std::exp((1 - alpha) / (1 + alpha) * mean);
    }

    fairness_report solve(std::span<double> weights) {
        std::fill(weights.begin(), weights.end(), 0.0);
        if (!n) return {};
        v = w.take<twofold>(n), y = w.take<double>(n), lead = w.take<double>(n);
        double *m = w.take<double>(n * n), *dv = w.take<double>(n), *dy = w.take<double>(n), *d = w.take<double>(n), *error = w.take<double>(n);
        begin();
        fairness_report report{0, ridge, residual()};
        for (; report.residual > 1e-11 && report.steps < most_steps; ++report.steps) {
            for (index_t k = 0; k < n; ++k) {
                error[k] = std::log(v[k].high) / alpha + std::log(y[k]) - log_e[k];
                d[k] = std::sqrt(alpha * v[k].high / y[k]);
                dv[k] = d[k] * (lead[k] - y[k] * error[k]);
            }
            for (index_t k = 0; k < n; ++k)
                for (index_t l = 0; l < n; ++l) m[k * n + l] = d[k] * c[k * n + l] * d[l] + (k == l);
            solve_in_place(m, n, dv);
            for (index_t k = 0; k < n; ++k) dv[k] *= d[k], dy[k] = -y[k] * (error[k] + dv[k] / (alpha * v[k].high));
            for (index_t k = 0; k < n; ++k) d[k] = v[k].high;
            const double of_v = longest_step(d, dv, n), of_y = longest_step(y, dy, n);
            for (index_t k = 0; k < n; ++k) v[k].add(of_v * dv[k]), v[k] = v[k].normalised(), y[k] += of_y * dy[k];
            report.residual = residual();
        }
        for (index_t k = 0; k < n; ++k) weights[std::size_t(tasks[k])] = common * v[k].high / length[k];
        return report;
    }

private:
    static constexpr int most_steps = 200;
    double alpha, ridge, common = 1;
    workspace& w;
    index_t n = 0;  ///< tasks with a gradient
    index_t* tasks;
    double *length, *c = nullptr, *log_e = nullptr, *y = nullptr, *lead = nullptr;
    twofold* v = nullptr;

    /// The answer for orthogonal gradients, times the number that is best for these.
    void begin() {
        double wins = 0, square = 0;
        for (index_t k = 0; k < n; ++k) v[k] = {std::exp(log_e[k] * alpha / (1 + alpha)), 0};
        for (index_t k = 0; k < n; ++k) {
            wins += std::exp(log_e[k]) * std::pow(v[k].high, 1 - 1 / alpha);
            for (index_t l = 0; l < n; ++l) square += c[k * n + l] * v[k].high * v[l].high;
        }
        const double by = std::pow(wins / square, alpha / (1 + alpha));
        for (index_t k = 0; k < n; ++k) v[k].high *= by, y[k] = std::exp(log_e[k] - std::log(v[k].high) / alpha);
    }
    /// lead <- y - C v, and how far C v is off.
    double residual() {
        double worst = 0;
        for (index_t k = 0; k < n; ++k) {
            twofold off{-std::exp(log_e[k] - std::log(v[k].high) / alpha), 0};
            const double aim = -off.high;
            for (index_t l = 0; l < n; ++l) off.add_product(c[k * n + l], v[l].high), off.low += c[k * n + l] * v[l].low;
            lead[k] = (y[k] - aim) - off.value();
            if (const double r = std::abs(off.value()) / aim; !(r <= worst)) worst = r;  // not a number stays
        }
        return worst;
    }
};

}  // namespace detail
}  // namespace isotypic
