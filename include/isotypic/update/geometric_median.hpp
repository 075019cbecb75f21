// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/part.hpp>

/// \file
/// Unit rows that sum to zero: the steepest direction of row_max among horizontal updates (derived; not
/// in arXiv 2605.18106, whose answer `centre | row_norm | centre` belongs to the quotient norm).
///
///     c = argmin_c sum_i |x_i - c|  (the geometric median),     u_i = (x_i - c) / |x_i - c|
///
/// The median's optimality condition is sum_i u_i = 0; a row on which the median sits gets minus the sum
/// of the others. Weiszfeld's iteration with the guard of Vardi and Zhang (PNAS 97, 2000).
namespace isotypic {

/// See the file's comment. Stops when a step moves the median by less than `tolerance` of the mean
/// distance, or after `most_steps`; what the rows then still sum to is spread over all of them.
struct geometric_median_rows {
    double tolerance = 1e-12;
    int most_steps = 1000;

    using commutes_with = symmetry<permutation, orthogonal>;
    static constexpr shift_law row_shift{.blind = true, .horizontal = true, .carries = true, .keeps = true};
    static constexpr shift_law col_shift{.keeps = true};
    double homogeneity() const { return 0; }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        for (index_t k = 0; k < x.count; ++k)
            for (index_t p = 0; p < (x.stacked ? 1 : x.panels()) && x.size(); ++p) one(c, x.panel(k, p), y.panel(k, p));
        return y;
    }

private:
    template <class C, class T, class S>
    void one(C const& c, view<T const, S> x, view<T, S> y) const {
        auto& space = c.device.scratch();
        auto scope = space.open();
        const index_t m = x.rows, n = x.cols;
        double *median = space.template take<double>(n), *pull = space.template take<double>(n), *distance = space.template take<double>(m);
        double size = 0;  // largest entry: all sums below run on x / size, so no scale over- or underflows
        for (index_t i = 0; i < m; ++i)
            for (index_t j = 0; j < n; ++j) size = std::fmax(size, std::fabs(double(x(i, j))));
        const double unit = size > 0 ? 1 / size : 0;
        auto at = [&](index_t i, index_t j) { return unit == 0 ? 0 : double(x(i, j)) / size; };
        for (index_t j = 0; j < n; ++j) {
            median[j] = 0;
            for (index_t i = 0; i < m; ++i) median[j] += at(i, j) / double(m);
        }
        index_t sits = -1;  // the row on which the median lies, if any
        for (int step = 0; step < most_steps; ++step) {
            double total = 0, weight = 0;
            for (index_t i = 0; i < m; ++i) {
                double square = 0;
                for (index_t j = 0; j < n; ++j) square += (at(i, j) - median[j]) * (at(i, j) - median[j]);
                total += distance[i] = std::sqrt(square);
            }
            if (total == 0) break;
            double on = 0;  // how many rows the median lies on
            sits = -1;
            for (index_t j = 0; j < n; ++j) pull[j] = 0;
            for (index_t i = 0; i < m; ++i) {
                if (distance[i] <= tolerance * total / double(m)) {
                    sits = i, on += 1;
                    continue;
                }
                weight += 1 / distance[i];
                for (index_t j = 0; j < n; ++j) pull[j] += (at(i, j) - median[j]) / distance[i];
            }
            double force = 0;
            for (index_t j = 0; j < n; ++j) force += pull[j] * pull[j];
            force = std::sqrt(force);
            if (force <= on) break;
            const double gain = (1 - on / force) / weight;
            for (index_t j = 0; j < n; ++j) median[j] += gain * pull[j];
            if (gain * force <= tolerance * total / double(m)) break;
        }
        write(x, y, at, median, pull, distance, sits);
    }

    /// y_i = (x_i - c) / |x_i - c|; rows under the median share minus the sum of the others.
    template <class T, class S, class At>
    void write(view<T const, S> x, view<T, S> y, At const& at, double const* median, double* rest, double* distance, index_t sits) const {
        const index_t m = x.rows, n = x.cols;
        double total = 0, on = 0;
        for (index_t i = 0; i < m; ++i) {
            double square = 0;
            for (index_t j = 0; j < n; ++j) square += (at(i, j) - median[j]) * (at(i, j) - median[j]);
            total += distance[i] = std::sqrt(square);
        }
        auto under = [&](index_t i) { return total == 0 || (sits >= 0 && distance[i] <= tolerance * total / double(m)); };
        for (index_t j = 0; j < n; ++j) rest[j] = 0;
        for (index_t i = 0; i < m; ++i) {
            on += under(i);
            for (index_t j = 0; j < n && !under(i); ++j) rest[j] -= (at(i, j) - median[j]) / distance[i];
        }
        const double share = 1 / (on > 0 ? on : double(m));
        for (index_t i = 0; i < m; ++i)
            for (index_t j = 0; j < n; ++j)
                y(i, j) = T(total == 0 ? 0 : under(i) ? rest[j] * share : (at(i, j) - median[j]) / distance[i] + (on > 0 ? 0 : rest[j] * share));
    }
};

}  // namespace isotypic
