// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_line.hpp>

/// \file
/// Lines that lie side by side in memory: place j of all of them is contiguous. Worked on in tiles of 512 lines and 256 places,
/// whose sums are added in their order.
namespace isotypic::detail {

/// See the file's comment: the places of items [first, last) one after the other.
struct lines_across {
    cpu& device;
    index_t lines, places, first, last;

    static constexpr index_t high = 512, wide = 256;
    index_t length() const { return (last - first) * places; }
    index_t chunks() const { return (length() + wide - 1) / wide; }
    index_t strips() const { return (lines + high - 1) / high; }

    /// f(i, n, chunk, from, to) for each tile of lines [i, i + n) and places [from, to).
    template <class F>
    void for_each_tile(F const& f) const {
        for_each_part(device, strips() * chunks(), lines * length(), [&](index_t t) {
            const index_t i = t % strips() * high, from = t / strips() * wide;
            f(i, (std::min)(high, lines - i), t / strips(), from, (std::min)(length(), from + wide));
        });
    }
    template <class T>
    T* place(blocks<T> const& x, index_t j) const {
        return x.panel(first + j / places).data + j % places * x.first.col_stride;
    }
    /// Which of the numbers along a line belongs to place j.
    template <class T>
    index_t along(line_affine<T> const& a, index_t j) const {
        return (first + j / places) * a.stride + j % places;
    }

    /// out_i = the two sums of line i about c_i: see line_sums. t may be empty.
    template <bool self, class T>
    void sums(blocks<T const> const& x, blocks<T const> const& t, line_affine<T> const& a, double const* c, two_sums* out) const {
        auto scope = device.scratch().open();
        double* part = device.scratch().take<double>(chunks() * 2 * lines);
        for_each_tile([&](index_t i, index_t n, index_t chunk, index_t from, index_t to) {
            double *s = part + chunk * 2 * lines + i, *p = s + lines;
            std::fill_n(s, n, 0.0), std::fill_n(p, n, 0.0);
            T const *u[4] = {}, *v[4] = {};
            double g[4] = {};
            for (index_t j = from; j < to; j += 4) {
                const index_t some = (std::min)(index_t{4}, to - j);
                for (index_t k = 0; k < some; ++k) {
                    u[k] = place(x, j + k) + i, v[k] = self ? u[k] : place(t, j + k) + i;
                    g[k] = a.gain && !a.of_lines ? double(a.gain[along(a, j + k)]) : 1;
                }
                some == 4 ? add<self, 4>(n, u, v, g, c + i, s, p) : some == 3 ? add<self, 3>(n, u, v, g, c + i, s, p) : some == 2 ? add<self, 2>(n, u, v, g, c + i, s, p) : add<self, 1>(n, u, v, g, c + i, s, p);
            }
        });
        std::fill_n(out, lines, two_sums{});
        for (index_t k = 0; k < chunks(); ++k)
            for (index_t i = 0; i < lines; ++i) out[i] += {part[k * 2 * lines + i], part[(k * 2 + 1) * lines + i]};
    }

    /// y = gain r (x - m) + shift.
    template <class T>
    void write(line_statistics<double const> found, blocks<T const> const& x, blocks<T> const& y, line_affine<T> const& a) const {
        for_each_tile([&](index_t i, index_t n, index_t, index_t from, index_t to) {
            T s[high], big[high], small[high], b[high];
            bool near = true;
            for (index_t l = 0; l < n; ++l) {
                const line_map<T> f{found.mean[i + l], found.inverse[i + l]};
                const bool mine = a.gain && a.of_lines;
                near = near && f.near();
                s[l] = f.factor() * (mine ? a.gain[i + l] : T(1)), big[l] = f.high(), small[l] = f.low(), b[l] = mine ? a.shift[i + l] : T(0);
            }
            for (index_t j = from; j < to; ++j) {
                const bool mine = a.gain && !a.of_lines;
                const T g = mine ? a.gain[along(a, j)] : T(1), h = mine ? a.shift[along(a, j)] : T(0);
                T const* u = place(x, j) + i;
                T* v = place(y, j) + i;
                if (near)
                    scale(n, g, h, s, big, small, b, u, v);
                else
                    for (index_t l = 0; l < n; ++l) {
                        const T gain = a.gain && a.of_lines ? a.gain[i + l] : g;
                        v[l] = gain * line_map<T>{found.mean[i + l], found.inverse[i + l]}.scaled(u[l]) + (b[l] + h);
                    }
            }
        });
    }

    /// out = r (gain t - a_i - b_i r (x - m)) with a_i and b_i the means in `found_along`; a gain of the lines stands before all.
    template <class T>
    void write_derivative(line_statistics<double const> found, two_sums const* along_line, blocks<T const> const& x, blocks<T const> const& t, blocks<T> const& out,
                          line_affine<T> const& a) const {
        for_each_tile([&](index_t i, index_t n, index_t, index_t from, index_t to) {
            T s[high], k[high], flat[high], big[high], small[high], weight[high];
            bool near = true;
            for (index_t l = 0; l < n; ++l) {
                const line_map<T> f{found.mean[i + l], found.inverse[i + l], along_line[i + l].plain, along_line[i + l].product};
                near = near && f.near();
                weight[l] = a.gain && a.of_lines ? a.gain[i + l] : T(1);
                s[l] = f.factor() * weight[l], k[l] = f.along(), flat[l] = T(f.a), big[l] = f.high(), small[l] = f.low();
            }
            for (index_t j = from; j < to; ++j) {
                const T g = a.gain && !a.of_lines ? a.gain[along(a, j)] : T(1);
                T const *u = place(x, j) + i, *v = place(t, j) + i;
                T* w = place(out, j) + i;
                if (near)
                    derive(n, g, s, k, flat, big, small, u, v, w);
                else
                    for (index_t l = 0; l < n; ++l)
                        w[l] = weight[l] * line_map<T>{found.mean[i + l], found.inverse[i + l], along_line[i + l].plain, along_line[i + l].product}.derived(
                                               u[l], double(g) * double(v[l]));
            }
        });
    }

    /// The gradients of gain and shift at every place, added to what is there.
    template <class T>
    void add_places(line_statistics<double const> found, blocks<T const> const& x, blocks<T const> const& t, line_affine<T> const& a, line_affine_gradient d) const {
        for_each_part(device, length(), lines * length(), [&](index_t j) {
            T const *u = place(x, j), *v = place(t, j);
            double gain[8] = {}, shift[8] = {};
            for (index_t i = 0; i < lines; ++i)
                gain[i % 8] += double(v[i]) * (found.inverse[i] * (double(u[i]) - found.mean[i])), shift[i % 8] += double(v[i]);
            d.gain[along(a, j)] += fold_lanes(gain), d.shift[along(a, j)] += fold_lanes(shift);
        });
    }

private:
    /// Some places at a time, so that the sums are not written for each.
    template <bool self, int width, class T>
    static void add(index_t n, T const* const* x, T const* const* t, double const* g, double const* __restrict c, double* __restrict s, double* __restrict p) {
        T const *x0 = x[0], *x1 = x[width > 1], *x2 = x[width > 2 ? 2 : 0], *x3 = x[width > 3 ? 3 : 0];
        T const *t0 = t[0], *t1 = t[width > 1], *t2 = t[width > 2 ? 2 : 0], *t3 = t[width > 3 ? 3 : 0];
        const double g0 = g[0], g1 = g[1], g2 = g[2], g3 = g[3];
        for (index_t l = 0; l < n; ++l) {
            double v = double(x0[l]) - c[l], u = self ? v : g0 * double(t0[l]), sum = u, product = u * v;
            if constexpr (width > 1) v = double(x1[l]) - c[l], u = self ? v : g1 * double(t1[l]), sum += u, product += u * v;
            if constexpr (width > 2) v = double(x2[l]) - c[l], u = self ? v : g2 * double(t2[l]), sum += u, product += u * v;
            if constexpr (width > 3) v = double(x3[l]) - c[l], u = self ? v : g3 * double(t3[l]), sum += u, product += u * v;
            s[l] += sum, p[l] += product;
        }
    }
    template <class T>
    static void scale(index_t n, T g, T h, T const* s, T const* big, T const* small, T const* b, T const* u, T* v) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
        for (index_t l = 0; l < n; ++l) v[l] = g * (s[l] * ((u[l] - big[l]) - small[l])) + (b[l] + h);
    }
    template <class T>
    static void derive(index_t n, T g, T const* s, T const* k, T const* flat, T const* big, T const* small, T const* u, T const* v, T* w) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
        for (index_t l = 0; l < n; ++l) w[l] = s[l] * ((g * v[l] - flat[l]) - k[l] * ((u[l] - big[l]) - small[l]));
    }
};

}  // namespace isotypic::detail
