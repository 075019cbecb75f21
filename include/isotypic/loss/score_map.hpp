// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/loss/class_batch.hpp>
#include <isotypic/loss/symmetrise.hpp>

/// \file
/// Maps of the scores that come before a loss:
///
///     unit_scores{.scale = c} | l      s -> c s / |s|, each sample by itself
///     batch_scores{.scale = c} | l     each class over the batch: mean 0, mean square c^2; no running statistics
///
/// They know no labels, so a symmetric loss stays symmetric, and symmetrising commutes with them (`symmetrise(map | l)` is
/// `map | symmetrise(l)`); convexity and blindness to a shift are lost. What they bring is a bound for a loss without one, and degree 0 in
/// the scores, so that a gradient is orthogonal to them. A map stands before a whole loss: `map | (l + m)`.
/// Excluded classes and samples of weight 0 are left out of norms and means. A line of zeros stays zero, with derivative 0.
///
/// Both are y = c z / |z| with z = P s on lines (P: nothing, or the mean taken off), so J = (c / |z|) (P - u u'), u = z / |z|, and along v
///
///     J. g = -(c / |z|^2) (w (u'g) + u (w'g) + (u'v) (P g - u (u'g))),   w = P v - u (u'v)
namespace isotypic {

/// See the file's comment.
struct unit_scores {
    double scale = 1;
    static constexpr char const* name = "unit scores";
    static constexpr bool couples_batch = false;
};

/// See the file's comment. Its result for a sample depends on the others.
struct batch_scores {
    double scale = 1;
    static constexpr char const* name = "batch scores";
    static constexpr bool couples_batch = true;
};

namespace detail {

template <class M>
concept score_map = std::is_same_v<M, unit_scores> || std::is_same_v<M, batch_scores>;

template <score_map M, class L>
struct mapped_loss {
    M map;
    L loss;

    static constexpr loss_law law{.relabelling = L::law.relabelling, .symmetric = L::law.symmetric, .degree = 0};
    static std::string called() { return name_of<L>().append(" of ").append(M::name); }
    void require() const { detail::require(loss), require_that(map.scale > 0 && std::isfinite(map.scale), called(), "scale", map.scale, "above 0"); }
};

template <class L>
inline constexpr bool is_mapped = false;
template <class L>
inline constexpr bool couples = false;
template <class M, class L>
inline constexpr bool is_mapped<mapped_loss<M, L>> = true;
template <class M, class L>
inline constexpr bool couples<mapped_loss<M, L>> = M::couples_batch;

/// The lines of a dense samples x classes array, some numbers of which are -infinity, and what is known of each.
template <score_map M, class T>
class score_lines {
public:
    score_lines(M const& m, workspace& w, T const* first, index_t n, index_t classes)
        : map(m),
          x(first),
          rows(n),
          cols(classes),
          lines(M::couples_batch ? classes : n),
          mean(w.take<double>(lines)),
          size(w.take<double>(lines)),
          count(w.take<double>(lines)),
          a(w.take<double>(lines)),
          b(w.take<double>(lines)),
          c(w.take<double>(lines)),
          along(w.take<double>(lines)),
          against(w.take<double>(lines)) {
        std::fill_n(mean, lines, 0.0), std::fill_n(size, lines, 0.0), std::fill_n(count, lines, 0.0);
        each([&](index_t l, index_t i) { count[l] += 1, mean[l] += double(x[i]); });
        for (index_t l = 0; l < lines; ++l) mean[l] = M::couples_batch && count[l] > 0 ? mean[l] / count[l] : 0;
        std::fill_n(along, lines, 1.0);
        auto add_squares = [&] {
            each([&](index_t l, index_t i) {
                const double part = centred(l, i) / along[l];
                size[l] += part * part;
            });
        };
        add_squares();
        if (sizeof(T) == sizeof(double) && !std::all_of(size, size + lines, [](double s) { return s > 1e-280 && s < 1e280; })) {
            // Squares left the range of double: once more, each line from a power of two, which rounds nothing.
            std::fill_n(along, lines, 0.0), std::fill_n(size, lines, 0.0);
            each([&](index_t l, index_t i) { along[l] = (std::max)(along[l], std::abs(centred(l, i))); });
            for (index_t l = 0; l < lines; ++l) along[l] = std::ldexp(1., exponent_of(along[l]));
            add_squares();
        }
        constexpr double rounding = 4 * std::numeric_limits<double>::epsilon();  // of a mean that all numbers of a line equal
        for (index_t l = 0; l < lines; ++l) {
            size[l] = along[l] * std::sqrt(size[l]);
            if (size[l] <= rounding * std::abs(mean[l]) * std::sqrt(count[l])) size[l] = 0;
        }
    }

    void forward(T* y) const {
        std::copy_n(x, rows * cols, y);
        each([&](index_t l, index_t i) { y[i] = T(scale(l) * unit(l, i)); });
    }
    /// out <- J v; out may be v.
    void derivative(T const* v, T* out) const {
        project(v, a, b);
        each([&](index_t l, index_t i) { out[i] = T(slope(l) * (double(v[i]) - a[l] - unit(l, i) * b[l])); });
    }
    /// out <- out + J. g along v.
    void second(T const* v, T const* g, T* out) const {
        project(v, a, along), project(g, c, against);
        std::fill_n(b, lines, 0.0);
        each([&](index_t l, index_t i) { b[l] += turned(v, l, i) * double(g[i]); });
        each([&](index_t l, index_t i) {
            if (!(size[l] > 0)) return;
            const double u = unit(l, i), flat = double(g[i]) - c[l] - u * against[l];
            out[i] = T(double(out[i]) - slope(l) * ((turned(v, l, i) * against[l] + u * b[l] + along[l] * flat) / size[l]));
        });
    }

private:
    M map;
    T const* x;
    index_t rows, cols, lines;
    double *mean, *size, *count, *a, *b, *c, *along, *against;

    template <class F>
    void each(F const& f) const {
        for (index_t i = 0; i < rows; ++i)
            for (index_t k = 0; k < cols; ++k)
                if (finite_number(x[i * cols + k])) f(M::couples_batch ? k : i, i * cols + k);
    }
    double centred(index_t l, index_t i) const { return double(x[i]) - mean[l]; }
    double unit(index_t l, index_t i) const { return size[l] > 0 ? centred(l, i) / size[l] : 0; }
    double scale(index_t l) const { return M::couples_batch ? map.scale * std::sqrt(count[l]) : map.scale; }
    double slope(index_t l) const { return size[l] > 0 ? scale(l) / size[l] : 0; }
    double turned(T const* v, index_t l, index_t i) const { return double(v[i]) - a[l] - unit(l, i) * along[l]; }

    /// The mean of v on each line, where means are taken off, and u'v.
    void project(T const* v, double* m, double* inner) const {
        std::fill_n(m, lines, 0.0), std::fill_n(inner, lines, 0.0);
        each([&](index_t l, index_t i) { inner[l] += unit(l, i) * double(v[i]), m[l] += M::couples_batch ? double(v[i]) / count[l] : 0; });
    }
};

}  // namespace detail

/// A loss of mapped scores.
template <detail::score_map M, class_loss L>
constexpr auto operator|(M const& map, L const& loss) {
    return detail::mapped_loss<M, L>{map, loss};
}
template <class M, class L>
constexpr auto operator*(double factor, detail::mapped_loss<M, L> const& l) {
    return l.map | factor * l.loss;
}
template <class A, class B>
    requires(detail::is_mapped<A> || detail::is_mapped<B>)
constexpr auto operator+(A const&, B const&) { static_assert(detail::always_false<A, B>, "a score map stands before a whole loss: map | (l + m)"); }
template <class M, class L>
constexpr auto symmetrise(detail::mapped_loss<M, L> const& l) {
    return l.map | symmetrise(l.loss);
}
template <class M, class L>
constexpr auto class_insensitive(detail::mapped_loss<M, L> const& l) {
    return l.map | class_insensitive(l.loss);
}
template <class M, class L>
constexpr auto smooth_labels(detail::mapped_loss<M, L> const& l, double r) {
    return l.map | smooth_labels(l.loss, r);
}

}  // namespace isotypic
