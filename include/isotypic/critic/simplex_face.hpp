// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/workspace.hpp>
#include <isotypic/matrix/view.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

/// \file
/// A face of the simplex of simplex_program.hpp, and the way to its least point, by way of what bounds it.
///
/// In the unknowns v_k = |g_k| w_k / m with the correlations C of A and a_k = m / |g_k|, m the least length above 0:
///
///     v'Cv / 2 + beta'v,      beta_k = b_k / (|g_k| m),      v >= 0,      a'v = 1
///
/// so neither the gradients' common size nor their differences matter. A face is parametrised about its shortest gradient, in
/// H_ik = <x_i, x_k>, x_i = g_i / |g_i| - (a_i / a_0) g_0 / |g_0|, whose Cholesky rows are kept as long as what is before them stays. Where
/// H is singular (equal or opposed gradients, more tasks than parameters) a line of curvature 0 is followed downhill to its end, so that the
/// least point of a face is always one point.
namespace isotypic::detail {

class simplex_face {
protected:
    simplex_face(view<double const> gram, workspace& scratch)
        : tasks(gram.rows), held(scratch.take<index_t>(tasks)), inside(scratch.take<bool>(tasks)), c(scratch.take<double>(tasks * tasks)),
          low(scratch.take<double>(tasks * tasks)), a(scratch.take<double>(tasks)), v(scratch.take<double>(tasks)), beta(scratch.take<double>(tasks)),
          y(scratch.take<double>(tasks)), rest(scratch.take<double>(tasks)) {
        for (index_t k = 0; k < tasks; ++k)
            if (gram(k, k) > 0 && (!(least > 0) || gram(k, k) < least)) least = gram(k, k);
        least = least > 0 ? std::sqrt(least) : 1;
        for (index_t k = 0; k < tasks; ++k) a[k] = gram(k, k) > 0 ? least / std::sqrt(gram(k, k)) : 1;
        for (index_t k = 0; k < tasks; ++k)
            for (index_t l = 0; l < tasks; ++l) {
                const bool none = !(gram(k, k) > 0) || !(gram(l, l) > 0);
                c[k * tasks + l] = none ? 0 : k == l ? 1 : gram(k, l) / std::sqrt(gram(k, k)) / std::sqrt(gram(l, l));
            }
        std::fill_n(v, tasks, 0.0), std::fill_n(inside, tasks, false);
        const index_t first = std::max_element(a, a + tasks) - a;
        held[0] = first, n = 1, inside[first] = true, v[first] = 1 / a[first];
    }

    static constexpr double rounding = 64 * std::numeric_limits<double>::epsilon();
    index_t tasks, n = 0, factored = 1;
    index_t* held;  ///< the tasks of the face, of which the first has the shortest gradient
    bool* inside;
    double *c, *low, *a, *v, *beta, *y, *rest;
    double least = 0;
    int steps = 0;  ///< weights that joined or left

    double ratio(index_t p) const { return a[held[p]] / a[held[0]]; }
    double correlation(index_t p, index_t q) const { return c[held[p] * tasks + held[q]]; }
    double reduced(index_t p, index_t q) const {
        return (correlation(p, q) - ratio(q) * correlation(p, 0)) - ratio(p) * (correlation(q, 0) - ratio(q) * correlation(0, 0));
    }
    double along(index_t k, double const* x) const {
        double sum = 0;
        for (index_t p = 0; p < n; ++p) sum += c[k * tasks + held[p]] * x[held[p]];
        return sum;
    }

    void join(index_t k) {
        v[k] = 0, inside[k] = true, ++steps;
        held[n++] = k;
        if (a[k] > a[held[0]]) std::swap(held[0], held[n - 1]), factored = 1;
    }
    void leave(index_t p) {
        v[held[p]] = 0, inside[held[p]] = false, ++steps;
        --n;
        if (p > 0) {
            for (index_t q = p; q < n; ++q) held[q] = held[q + 1];
            factored = (std::min)(factored, p);
        } else {
            index_t shortest = 1;
            for (index_t q = 2; q <= n; ++q)
                if (a[held[q]] > a[held[shortest]]) shortest = q;
            held[0] = held[shortest], held[shortest] = held[n], factored = 1;
        }
    }

    /// The Cholesky rows of the face; the first place that depends on those before it, or 0.
    index_t factor() {
        for (; factored < n; ++factored) {
            const index_t p = factored;
            double* row = low + p * tasks;
            for (index_t q = 1; q <= p; ++q) {
                double left = reduced(p, q);
                double const* other = low + q * tasks;
                for (index_t r = 1; r < q; ++r) left -= row[r] * other[r];
                if (q < p) row[q] = left / other[q];
                else if (!(left > rounding)) return p;
                else row[p] = std::sqrt(left);
            }
        }
        return 0;
    }
    void forward(index_t end) {
        for (index_t p = 1; p < end; ++p) {
            for (index_t q = 1; q < p; ++q) y[p] -= low[p * tasks + q] * y[q];
            y[p] /= low[p * tasks + p];
        }
    }
    void backward(index_t end) {
        for (index_t p = end; p-- > 1;) {
            y[p] /= low[p * tasks + p];
            for (index_t q = 1; q < p; ++q) y[q] -= low[p * tasks + q] * y[p];
        }
    }

    /// To the least point.
    void settle() {
        for (int whole = 0; whole < 2 && n > 1;) {
            const double slope0 = beta[held[0]] + along(held[0], v);
            for (index_t p = 1; p < n; ++p) rest[p] = beta[held[p]] + along(held[p], v) - ratio(p) * slope0;
            const index_t flat = factor();
            if (flat) {
                double slope = rest[flat];
                for (index_t q = 1; q < flat; ++q) y[q] = -low[flat * tasks + q];
                backward(flat);
                for (index_t q = 1; q < flat; ++q) slope += y[q] * rest[q];
                y[flat] = 1;
                for (index_t q = flat + 1; q < n; ++q) y[q] = 0;
                if (slope > 0)
                    for (index_t q = 1; q <= flat; ++q) y[q] = -y[q];
                if (!move(std::numeric_limits<double>::infinity())) return;
            } else {
                for (index_t p = 1; p < n; ++p) y[p] = -rest[p];
                forward(n), backward(n);
                if (!move(1)) ++whole;
            }
        }
        if (n == 1) v[held[0]] = 1 / a[held[0]];
    }
    /// v along y, at most `most` times it; has it met a bound?
    bool move(double most) {
        constexpr double nearly = 1 + rounding;  // what is left of v by rounding is none
        y[0] = 0;
        for (index_t p = 1; p < n; ++p) y[0] -= ratio(p) * y[p];
        index_t bound = -1;
        for (index_t p = 0; p < n; ++p)
            if (y[p] < 0 && -v[held[p]] / y[p] < most * nearly) most = -v[held[p]] / y[p], bound = p;
        if (!std::isfinite(most)) return false;
        for (index_t p = 0; p < n; ++p) v[held[p]] = (std::max)(v[held[p]] + most * y[p], 0.0);
        if (bound >= 0) leave(bound);
        return bound >= 0;
    }
};

}  // namespace isotypic::detail
