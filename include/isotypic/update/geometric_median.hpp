// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/device/workspace.hpp>
#include <isotypic/update/pipe.hpp>
#include <cmath>

/// \file
/// Unit rows that sum to zero: the steepest direction of row_max among horizontal updates (derived; not
/// in arXiv 2605.18106, whose answer `centre | row_norm | centre` belongs to the quotient norm).
///
///     c = argmin_c sum_i |x_i - c|  (the geometric median),     u_i = (x_i - c) / |x_i - c|
///
/// The median's optimality condition is sum_i u_i = 0; a row on which the median sits gets minus the sum
/// of the others. Newton's method where it helps, by conjugate gradients on H v = sum_i (v - <u_i, v> u_i) / d_i,
/// else Weiszfeld's step with the guard of Vardi and Zhang (PNAS 97, 2000); whether the nearest row is
/// the median is decided by Kuhn's condition, |sum of the others' directions| <= copies of the row.
namespace isotypic {
namespace detail {

/// The median of the rows of x, in units of x's largest entry, so that no scale over- or underflows.
template <class T, class S>
struct median_search {
    view<T const, S> x;
    double size = 0;
    double *median, *pull, *distance;  ///< c, sum of u_i, |x_i - c|
    double *delta, *residual, *direction, *image;
    double total = 0, weight = 0, force = 0;  ///< sum of d_i, of 1 / d_i, and |pull|
    index_t nearest = 0, copies = 0;          ///< the row nearest to c, and how many rows lie on c

    median_search(view<T const, S> rows, workspace& w)
        : x(rows), median(w.take<double>(x.cols)), pull(w.take<double>(x.cols)), distance(w.take<double>(x.rows)),
          delta(w.take<double>(x.cols)), residual(w.take<double>(x.cols)), direction(w.take<double>(x.cols)), image(w.take<double>(x.cols)) {
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) size = std::fmax(size, std::fabs(double(x(i, j))));
        for (index_t j = 0; j < x.cols; ++j) {
            median[j] = 0;
            for (index_t i = 0; i < x.rows; ++i) median[j] += at(i, j) / double(x.rows);
        }
    }
    double at(index_t i, index_t j) const { return size > 0 ? double(x(i, j)) / size : 0; }
    double dot(double const* a, double const* b) const {
        double sum = 0;
        for (index_t j = 0; j < x.cols; ++j) sum += a[j] * b[j];
        return sum;
    }

    /// Everything that depends on c.
    void look() {
        total = weight = force = 0, nearest = copies = 0;
        for (index_t j = 0; j < x.cols; ++j) pull[j] = 0;
        for (index_t i = 0; i < x.rows; ++i) {
            double square = 0;
            for (index_t j = 0; j < x.cols; ++j) square += (at(i, j) - median[j]) * (at(i, j) - median[j]);
            total += distance[i] = std::sqrt(square);
            if (distance[i] < distance[nearest]) nearest = i;
            if (distance[i] == 0) {
                ++copies;
                continue;
            }
            weight += 1 / distance[i];
            for (index_t j = 0; j < x.cols; ++j) pull[j] += (at(i, j) - median[j]) / distance[i];
        }
        force = std::sqrt(dot(pull, pull));
    }
    void move(double s, double const* v) {
        for (index_t j = 0; j < x.cols; ++j) median[j] += s * v[j];
        look();
    }
    /// delta with H delta = pull; false where H is singular along the way (rows on a line).
    bool newton() {
        for (index_t j = 0; j < x.cols; ++j) delta[j] = 0, residual[j] = direction[j] = pull[j];
        double now = dot(residual, residual);
        const double enough = 1e-16 * now;
        for (int step = 0; step < 64 && now > enough; ++step) {
            for (index_t j = 0; j < x.cols; ++j) image[j] = weight * direction[j];
            for (index_t i = 0; i < x.rows; ++i) {
                double along = 0;
                if (distance[i] == 0) continue;
                for (index_t j = 0; j < x.cols; ++j) along += (at(i, j) - median[j]) * direction[j];
                along /= distance[i] * distance[i] * distance[i];
                for (index_t j = 0; j < x.cols; ++j) image[j] -= along * (at(i, j) - median[j]);
            }
            const double curvature = dot(direction, image);
            if (!(curvature > 1e-10 * weight * dot(direction, direction))) return false;
            const double a = now / curvature, before = now;
            for (index_t j = 0; j < x.cols; ++j) delta[j] += a * direction[j], residual[j] -= a * image[j];
            now = dot(residual, residual);
            for (index_t j = 0; j < x.cols; ++j) direction[j] = residual[j] + now / before * direction[j];
        }
        return true;
    }
    /// c <- the nearest row, if that is the median; else c stays.
    bool sits_on_nearest() {
        const index_t k = nearest;
        for (index_t j = 0; j < x.cols; ++j) image[j] = median[j], median[j] = at(k, j);
        look();
        if (force <= double(copies)) return true;
        for (index_t j = 0; j < x.cols; ++j) median[j] = image[j];
        look();
        return false;
    }
    /// Until a step is below `tolerance` of the mean distance, or the pull is rounding.
    void run(double tolerance, int most_steps) {
        look();
        index_t tested = -1;
        for (int step = 0; step < most_steps && force > 1e-16 * double(x.rows); ++step) {
            if (nearest != tested) {
                tested = nearest;
                if (sits_on_nearest()) return;
            }
            const double before = force, gain = (1 - double(copies) / force) / weight, close = tolerance * total / double(x.rows);
            if (copies == 0 && newton()) {
                move(1, delta);
                if (force < before / 2) {
                    if (std::sqrt(dot(delta, delta)) <= close) return;
                    continue;
                }
                move(-1, delta);
            }
            const double length = gain * force;
            move(gain, pull);
            if (length <= close) return;
        }
    }
};

}  // namespace detail

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
        using T = typename C::value_type;
        auto& d = c.device;
        for (index_t k = 0; k < x.count && x.size(); ++k) {
            auto scope = d.scratch().open();
            if (!x.joined) {
                one(d, x.panel(k), y.panel(k));
                continue;
            }
            view<T const> in = gathered(d, item(x, k));
            view<T> out = dense_like(d.scratch().template take<T>(in.size()), blocks<T const>(in)).first;
            one(d, in, out);
            scattered(d, view<T const>(out), item(y, k));
        }
        return y;
    }

private:
    /// y_i = (x_i - c) / |x_i - c|; rows under the median share minus the sum of the others.
    template <class D, class T, class S>
    void one(D& d, view<T const, S> x, view<T, S> y) const {
        auto scope = d.scratch().open();
        detail::median_search<T, S> s(x, d.scratch());
        s.run(tolerance, most_steps);
        const double share = 1 / double(s.copies ? s.copies : x.rows);
        for (index_t i = 0; i < x.rows; ++i) {
            const double length = s.distance[i];
            for (index_t j = 0; j < x.cols; ++j)
                y(i, j) = T(length == 0 ? -s.pull[j] * share : (s.at(i, j) - s.median[j]) / length - (s.copies ? 0 : s.pull[j] * share));
        }
    }
};

}  // namespace isotypic
