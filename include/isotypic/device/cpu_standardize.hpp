// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_lines_across.hpp>

/// \file
/// Lines of numbers brought to mean 0 and size 1 on the CPU, each read from memory once and written once: see standardization.hpp.
/// The bits depend on shape and layout alone.
namespace isotypic {
namespace detail {

/// True where lines lie side by side in memory.
template <class X, class... More>
bool lie_across(X const& x, More const&... more) {
    return x.first.row_stride == 1 && x.first.col_stride != 1 && ((more.first.row_stride == 1) && ...);
}

/// f(lines, number of the first) for what is worked on together.
template <class T, class F>
void for_each_run(cpu& device, bool together, blocks<T> const& x, F const& f) {
    const index_t runs = together ? 1 : x.count, items = together ? x.count : 1;
    for (index_t k = 0; k < runs; ++k) f(lines_across{device, x.rows(), x.cols(), k, k + items}, together ? 0 : k * x.rows());
}

/// Line l: the rows [i, ..) of items [first, last).
struct one_line {
    index_t l, i, first, last;

    template <class T>
    T* of(blocks<T> const& x, index_t k) const {
        return x.panel(k).data + i * x.first.row_stride;
    }
    template <class T>
    T at(blocks<T const> const& x, index_t j) const {
        return x.panel(first + j / x.cols())(i, j % x.cols());
    }
    /// See line_sums.
    template <bool self, class T>
    two_sums sums(blocks<T const> const& x, blocks<T const> const& t, line_affine<T> const& a, double c) const {
        two_sums s;
        for (index_t k = first; k < last; ++k) {
            T const *u = of(x, k), *v = self ? u : of(t, k);
            const index_t dx = x.first.col_stride, dt = t.first.col_stride;
            if (!self && a.gain && !a.of_lines)
                s += line_sums<self, true>(x.cols(), u, v, a.gain + k * a.stride, dx, dt, c);
            else
                s += line_sums<self, false>(x.cols(), u, v, a.gain, dx, dt, c);
        }
        return s;
    }
};

/// f(line) for lines [begin, end) in the order of memory: items side by side within a row (heads) come before the next row.
template <class T, class F>
void for_lines(index_t begin, index_t end, bool together, blocks<T> const& x, F const& f) {
    const bool within = !together && std::abs(x.stride) < std::abs(x.first.row_stride);
    for (index_t l = begin; l < end; ++l) {
        const index_t k = together ? 0 : within ? l % x.count : l / x.rows(), i = together ? l : within ? l / x.count : l % x.rows();
        f(one_line{together ? i : k * x.rows() + i, i, k, together ? x.count : k + 1});
    }
}
template <class T>
index_t line_count(bool together, blocks<T> const& x) {
    return together ? x.rows() : x.count * x.rows();
}
template <class T>
index_t line_length(bool together, blocks<T> const& x) {
    return together ? x.count * x.cols() : x.cols();
}

/// The line's y, with m and r as given.
template <class T>
void write_line(one_line line, double m, double r, blocks<T const> const& x, blocks<T> const& y, line_affine<T> const& a) {
    const line_map<T> f{m, r};
    for (index_t k = line.first; k < line.last; ++k) {
        T const* from = line.of(x, k);
        T* to = line.of(y, k);
        const index_t n = x.cols(), dx = x.first.col_stride, dy = y.first.col_stride;
        if (!a.gain || !a.of_lines) {
            write_line(f, n, from, dx, to, dy, a.gain ? a.gain + k * a.stride : nullptr, a.gain ? a.shift + k * a.stride : nullptr);
        } else if (f.near() && dx == 1 && dy == 1) {
            const T b = a.shift[line.i], s = a.gain[line.i] * f.factor(), high = f.high(), low = f.low();
            along(n, [=](index_t j) { to[j] = s * ((from[j] - high) - low) + b; });
        } else {
            for (index_t j = 0; j < n; ++j) to[j * dy] = a.gain[line.i] * f.scaled(from[j * dx]) + a.shift[line.i];
        }
    }
}

}  // namespace detail

/// y may be x. `found` has room for m and r.
template <class T>
void standardize(cpu& device, standardization how, blocks<T const> const& x, blocks<T> const& y, line_statistics<double> found, line_affine<T> const& a = {}) {
    if (!x.size()) return;
    const index_t n = detail::line_length(how.together, x);
    if (detail::lie_across(x, y)) {
        detail::for_each_run(device, how.together, x, [&](detail::lines_across const& s, index_t at) {
            auto scope = device.scratch().open();
            double *m = found.mean + at, *r = found.inverse + at;
            detail::two_sums* sums = device.scratch().template take<detail::two_sums>(s.lines);
            bool again = false;
            for (index_t i = 0; i < s.lines; ++i) m[i] = how.centred ? double(s.place(x, 0)[i]) : 0;
            s.template sums<true, T>(x, x, {}, m, sums);
            for (index_t i = 0; i < s.lines && how.centred; ++i)
                if (detail::lost(sums[i], double(n))) m[i] += sums[i].plain / double(n), again = true;
            if (again) s.template sums<true, T>(x, x, {}, m, sums);
            for (index_t i = 0; i < s.lines; ++i)
                std::tie(m[i], r[i]) = detail::finish_statistics(how, n, sums[i], m[i], [&](index_t j) { return s.place(x, j)[i]; });
            s.template write<T>({m, r}, x, y, a);
        });
        return;
    }
    detail::for_each_band(device, detail::line_count(how.together, x), n, [&](index_t begin, index_t end) {
        detail::for_lines(begin, end, how.together, x, [&](detail::one_line line) {
            double c = how.centred ? double(line.at(x, 0)) : 0;
            detail::two_sums s = line.template sums<true, T>(x, x, {}, c);
            if (how.centred && detail::lost(s, double(n))) c += s.plain / double(n), s = line.template sums<true, T>(x, x, {}, c);
            double &m = found.mean[line.l], &r = found.inverse[line.l];
            std::tie(m, r) = detail::finish_statistics(how, n, s, c, [&](index_t j) { return line.at(x, j); });
            detail::write_line(line, m, r, x, y, a);
        });
    });
}

/// y = gain r (x - m) + shift with statistics from elsewhere. y may be x.
template <class T>
void apply_statistics(cpu& device, bool together, line_statistics<double const> found, blocks<T const> const& x, blocks<T> const& y, line_affine<T> const& a = {}) {
    if (!x.size()) return;
    if (detail::lie_across(x, y))
        return detail::for_each_run(device, together, x, [&](detail::lines_across const& s, index_t at) { s.template write<T>({found.mean + at, found.inverse + at}, x, y, a); });
    detail::for_each_band(device, detail::line_count(together, x), detail::line_length(together, x), [&](index_t begin, index_t end) {
        detail::for_lines(begin, end, together, x, [&](detail::one_line line) { detail::write_line(line, found.mean[line.l], found.inverse[line.l], x, y, a); });
    });
}

}  // namespace isotypic
