// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_standardize.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/normalization/affine.hpp>
#include <isotypic/normalization/arguments.hpp>

/// \file
/// Parameters of a normalizer as its kernels read them, d numbers for a gain and d for a shift, and back.
namespace isotypic {
namespace detail {

template <class U, class S>
void require_vector(std::string const& name, view<U, S> const& v, index_t d, char const* what) {
    if (v.size() && (v.size() != d || (v.rows != 1 && v.cols != 1)))
        throw error("isotypic: " + name + ": a " + what + " of " + shape_text(v.rows, v.cols) + " for " + std::to_string(d) + " features");
}

inline void require_alike(std::string const&, no_parameters, no_parameters, index_t) {}
template <class U, class V>
void require_alike(std::string const&, common_gain<U> const&, common_gain<V> const&, index_t) {}
template <class U, class V, class S>
void require_alike(std::string const& name, affine<U, S> const& a, affine<V, S> const& b, index_t d) {
    if (a.gain.size() != b.gain.size() || a.shift.size() != b.shift.size())
        throw error("isotypic: " + name + ": parameters and their gradients or tangents differ: gains of " + std::to_string(a.gain.size()) + " and " +
                    std::to_string(b.gain.size()) + ", shifts of " + std::to_string(a.shift.size()) + " and " + std::to_string(b.shift.size()));
    require_vector(name, b.gain, d, "gain's gradient or tangent"), require_vector(name, b.shift, d, "shift's gradient or tangent");
}

/// Dense, in scratch; where there is no gain, `missing`.
template <class T, device D>
line_affine<T> dense_affine(D&, std::string const&, no_parameters, index_t, T) {
    return {};
}
template <class T, class U>
line_affine<T> dense_affine(cpu& device, std::string const&, common_gain<U> const& given, index_t d, T) {
    T* both = device.scratch().template take<T>(2 * d);
    std::fill_n(both, d, T(*given.gain)), std::fill_n(both + d, d, T(0));
    return {both, both + d};
}
template <class T, class U>
line_affine<T> dense_affine(cpu& device, std::string const& name, affine<U> const& given, index_t d, T missing) {
    require_vector(name, given.gain, d, "gain"), require_vector(name, given.shift, d, "shift");
    T* both = device.scratch().template take<T>(2 * d);
    for (index_t j = 0; j < d; ++j) {
        both[j] = given.gain.size() ? T(entry(given.gain, j)) : missing;
        both[d + j] = given.shift.size() ? T(entry(given.shift, j)) : T(0);
    }
    return {both, both + d};
}

/// A device that has its own memory.
template <class D>
concept apart_from_host = device<D> && !std::is_same_v<typename D::space, host>;

template <class U, class S>
blocks<U, S> as_row(view<U, S> v) {
    return v.rows == 1 ? v : v.transposed();
}
template <class T, apart_from_host D, class U, class S>
line_affine<T> dense_affine(D& device, std::string const& name, affine<U, S> const& given, index_t d, T missing) {
    static_assert(std::is_same_v<S, typename D::space>, "isotypic: these parameters of a norm lie in another memory than its input");
    require_vector(name, given.gain, d, "gain"), require_vector(name, given.shift, d, "shift");
    T* both = device.scratch().template take<T>(2 * d);
    const auto fill = [&](view<U, S> const& from, T* to, T otherwise) {
        const blocks<T, S> dense(view<T, S>(to, 1, d));
        if (from.size())
            transform(device, assign{}, as_row(from), dense);
        else
            transform(device, put<T>{otherwise}, dense);
    };
    fill(given.gain, both, missing), fill(given.shift, both + d, T(0));
    return {both, both + d};
}
template <class T, apart_from_host D, class U>
line_affine<T> dense_affine(D&, std::string const&, common_gain<U> const&, index_t, T) {
    static_assert(always_false<U>, "isotypic: one_gain lies in the CPU's memory; on a GPU a norm takes per_feature");
}

/// `sums` are d of the gain and d of the shift.
template <device D>
void clear_gradient(D& device, double* sums, index_t d) {
    if constexpr (apart_from_host<D>)
        transform(device, put<double>{0}, numbers<typename D::space>(sums, 2 * d));
    else
        std::fill_n(sums, 2 * d, 0.0);
}
template <device D>
void write_gradient(D&, no_parameters, double const*, index_t) {}
template <apart_from_host D, class U, class S>
void write_gradient(D& device, affine<U, S> const& to, double const* sums, index_t d) {
    using from = blocks<double const, S>;
    if (to.gain.size()) transform(device, assign{}, from(view<double const, S>(sums, 1, d)), as_row(to.gain));
    if (to.shift.size()) transform(device, assign{}, from(view<double const, S>(sums + d, 1, d)), as_row(to.shift));
}
template <class U>
void write_gradient(cpu&, affine<U> const& to, double const* sums, index_t d) {
    for (index_t j = 0; j < d; ++j) {
        if (to.gain.size()) entry(to.gain, j) = U(sums[j]);
        if (to.shift.size()) entry(to.shift, j) = U(sums[d + j]);
    }
}
template <class U>
void write_gradient(cpu&, common_gain<U> const& to, double const* sums, index_t d) {
    double sum = 0;
    for (index_t j = 0; j < d; ++j) sum += sums[j];
    *to.gain = U(sum);
}

}  // namespace detail

/// out <- a.gain out + b.gain r (x - m) + b.shift.
template <class T>
void move_by(cpu&, line_statistics<double const> found, blocks<T const> const& x, blocks<T> const& out, line_affine<T> const& a, line_affine<T> const& b) {
    if (!a.gain) return;
    detail::for_lines(index_t{0}, detail::line_count(a.of_lines, x), a.of_lines, x, [&](detail::one_line line) {
        const double m = found.mean[line.l], r = found.inverse[line.l];
        for (index_t k = line.first; k < line.last; ++k)
            for (index_t j = 0; j < x.cols(); ++j) {
                const index_t at = a.of_lines ? line.i : k * a.stride + j;
                T& w = out.panel(k)(line.i, j);
                w = T(double(a.gain[at]) * double(w) + double(b.gain[at]) * (r * (double(x.panel(k)(line.i, j)) - m)) + double(b.shift[at]));
            }
    });
}

}  // namespace isotypic
