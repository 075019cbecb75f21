// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/simplex_face.hpp>

/// \file
/// The least w'Aw / 2 + b'w over the simplex w >= 0, sum_k w_k = 1, for the Gram matrix A of K gradients.
///
/// Solved exactly, by a primal active-set method: the weights above 0 are at the least point of their face; one whose derivative is lower
/// than theirs joins them; the next least point is gone to, or the first face on the way. How, whatever the sizes and the rank:
/// simplex_face.hpp.
///
/// Source: Wolfe, Finding the nearest point in a polytope, Math. Programming 11 (1976), of which this is the form with b.
namespace isotypic {

/// How the solver came out.
struct simplex_report {
    int steps = 0;         ///< weights that joined or left
    double violation = 0;  ///< of the KKT conditions, the largest, relative to sum_l |A_kl| w_l + |b_k|, and the same of the multiplier
};

namespace detail {

class simplex_program : simplex_face {
public:
    /// Takes its memory from `scratch`, for as long as the caller's scope is open.
    simplex_program(view<double const> gram, workspace& scratch)
        : simplex_face(gram, scratch), spent(scratch.take<bool>(tasks)), grad(scratch.take<double>(tasks)), sizes(scratch.take<double>(tasks)) {}

    /// The answer for b times `by`, from where the last one ended. Without b it is 0.
    simplex_report solve(double const* b, double by) {
        for (index_t k = 0; k < tasks; ++k) beta[k] = b ? by * b[k] / least * a[k] / least : 0;
        simplex_report report;
        const int most = 100 + 20 * int(tasks);
        std::fill_n(spent, tasks, false);
        double least_value = std::numeric_limits<double>::infinity();
        for (steps = 0; steps < most;) {
            settle();
            const auto [m, terms] = multiplier();
            double value = 0, size = 0;
            for (index_t p = 0; p < n; ++p) value += v[held[p]] * (beta[held[p]] + grad[held[p]]) / 2, size += v[held[p]] * sizes[held[p]];
            if (value < least_value - rounding * size) least_value = value, std::fill_n(spent, tasks, false);
            index_t next = -1;
            double lowest = 0;
            for (index_t k = 0; k < tasks; ++k) {
                const double off = grad[k] - m * a[k];
                if (!inside[k] && !spent[k] && off < lowest && off < -rounding * (sizes[k] + terms * a[k])) lowest = off, next = k;
            }
            if (next < 0) break;
            join(next), spent[next] = true;
        }
        const auto [m, terms] = multiplier();
        for (index_t k = 0; k < tasks; ++k) {
            const double off = grad[k] - m * a[k], size = sizes[k] + terms * a[k], found = v[k] > 0 ? std::abs(off) : -off;
            if (found > report.violation * size) report.violation = found / size;
        }
        report.steps = steps;
        return report;
    }

    /// w, and w'Aw.
    void read(double* w) const {
        double sum = 0;
        for (index_t k = 0; k < tasks; ++k) sum += w[k] = v[k] * a[k];
        for (index_t k = 0; k < tasks; ++k) w[k] /= sum;
    }
    /// w'Aw, and the sum of its terms' sizes.
    std::pair<double, double> square() const {
        double q = 0, size = 0;
        for (index_t p = 0; p < n; ++p) {
            q += v[held[p]] * along(held[p], v);
            for (index_t l = 0; l < n; ++l) size += v[held[p]] * std::abs(correlation(p, l)) * v[held[l]];
        }
        return {(std::max)(q, 0.0) * least * least, size * least * least};
    }

    /// t = dw / ds where b is multiplied by `by` and `by` grows at the rate `rate` of s; returns w'At and t'At.
    std::pair<double, double> tangent(double const* b, double rate, double* t) {
        std::fill_n(t, tasks, 0.0);
        if (n < 2 || factor()) return {};
        auto slope = [&](index_t k) { return rate * b[k] / least * a[k] / least; };
        for (index_t p = 1; p < n; ++p) y[p] = -(slope(held[p]) - ratio(p) * slope(held[0]));
        forward(n), backward(n);
        double first = 0, q = 0, own = 0;
        for (index_t p = 1; p < n; ++p) rest[held[p]] = y[p], first -= ratio(p) * y[p];
        rest[held[0]] = first;
        for (index_t p = 0; p < n; ++p) {
            const double product = along(held[p], rest);
            q += v[held[p]] * product, own += rest[held[p]] * product, t[held[p]] = rest[held[p]] * a[held[p]];
        }
        return {q * least * least, own * least * least};
    }

private:
    bool* spent;  ///< joined since the value last fell
    double *grad, *sizes;

    /// All derivatives; returns the multiplier of a'v = 1, and the sum of its terms' sizes.
    std::pair<double, double> multiplier() {
        double m = 0, terms = 0, weight = 0;
        for (index_t k = 0; k < tasks; ++k) {
            grad[k] = beta[k] + along(k, v), sizes[k] = std::abs(beta[k]);
            for (index_t p = 0; p < n; ++p) sizes[k] += std::abs(c[k * tasks + held[p]]) * v[held[p]];
        }
        for (index_t p = 0; p < n; ++p) m += v[held[p]] * grad[held[p]], terms += v[held[p]] * sizes[held[p]], weight += v[held[p]] * a[held[p]];
        return {m / weight, terms / weight};
    }
};

}  // namespace detail
}  // namespace isotypic
