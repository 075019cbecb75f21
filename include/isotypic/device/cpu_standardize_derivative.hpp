// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_standardize.hpp>

/// \file
/// The derivative of a standardization on the CPU: see standardization.hpp.
namespace isotypic {
namespace detail {

/// What is written, from the sums about m.
template <class T>
line_map<T> derived_map(standardization how, double n, double m, double r, two_sums s) {
    if (how.fixed) return {m, r};
    return {m, r, how.centred ? s.plain / n : 0, r * s.product / (how.unit ? 1 : n)};
}

/// A line's part of the derivative; the gradients of gain and shift are added to `d`, if it has room for them.
template <class T>
void derive_line(one_line line, standardization how, double n, double m, double r, blocks<T const> const& x, blocks<T const> const& t, blocks<T> const& out,
                 line_affine<T> const& a, line_affine_gradient d) {
    const two_sums s = line.template sums<false, T>(x, t, a, m);
    const line_map<T> f = derived_map<T>(how, n, m, r, s);
    if (d.gain && a.of_lines) d.gain[line.l] += r * s.product, d.shift[line.l] += s.plain;
    const index_t dx = x.first.col_stride, dt = t.first.col_stride;
    for (index_t k = line.first; k < line.last; ++k) {
        if (d.gain && !a.of_lines) add_affine(f, x.cols(), line.of(x, k), dx, line.of(t, k), dt, d.gain + k * a.stride, d.shift + k * a.stride);
        write_derivative(f, x.cols(), line.of(x, k), dx, line.of(t, k), dt, line.of(out, k), out.first.col_stride, a.gain && !a.of_lines ? a.gain + k * a.stride : nullptr,
                         a.gain && a.of_lines ? a.gain[line.i] : T(1));
    }
}

}  // namespace detail

/// out = J (gain t) at x, with what `standardize` found there; out may be t. The gradients of gain and shift are added to `d`, which
/// has room for `places` numbers, or for one a line.
template <class T>
void standardize_derivative(cpu& device, standardization how, line_statistics<double const> found, blocks<T const> const& x, blocks<T const> const& t, blocks<T> const& out,
                            line_affine<T> const& a = {}, line_affine_gradient d = {}, index_t places = 0) {
    if (!x.size()) return;
    const double n = double(detail::line_length(how.together, x));
    auto scope = device.scratch().open();
    if (detail::lie_across(x, t, out))
        return detail::for_each_run(device, how.together, x, [&](detail::lines_across const& s, index_t at) {
            auto inner = device.scratch().open();
            const line_statistics<double const> here{found.mean + at, found.inverse + at};
            detail::two_sums* sums = device.scratch().template take<detail::two_sums>(s.lines);
            s.template sums<false, T>(x, t, a, here.mean, sums);
            for (index_t i = 0; i < s.lines; ++i) {
                if (d.gain && a.of_lines) d.gain[i] += here.inverse[i] * sums[i].product, d.shift[i] += sums[i].plain;
                const auto f = detail::derived_map<T>(how, n, here.mean[i], here.inverse[i], sums[i]);
                sums[i] = {f.a, f.b};
            }
            if (d.gain && !a.of_lines) s.template add_places<T>(here, x, t, a, d);
            s.template write_derivative<T>(here, sums, x, t, out, a);
        });

    const index_t lines = detail::line_count(how.together, x);
    auto work = [&](index_t begin, index_t end, line_affine_gradient mine) {
        detail::for_lines(begin, end, how.together, x,
                          [&](detail::one_line line) { detail::derive_line(line, how, n, found.mean[line.l], found.inverse[line.l], x, t, out, a, mine); });
    };
    if (!d.gain || a.of_lines) return detail::for_each_band(device, lines, detail::line_length(how.together, x), [&](index_t begin, index_t end) { work(begin, end, d); });
    // Each part of the lines has sums of its own, added in their order.
    const index_t parts = std::min<index_t>(64, (x.size() + detail::grain - 1) / detail::grain), rows = (lines + parts - 1) / parts;
    double* sums = device.scratch().template take<double>(parts * 2 * places);
    detail::for_each_part(device, parts, x.size(), [&](index_t k) {
        double* mine = sums + k * 2 * places;
        std::fill_n(mine, 2 * places, 0.0);
        work((std::min)(lines, k * rows), (std::min)(lines, (k + 1) * rows), {mine, mine + places});
    });
    for (index_t k = 0; k < parts; ++k)
        for (index_t j = 0; j < places; ++j) d.gain[j] += sums[k * 2 * places + j], d.shift[j] += sums[(k * 2 + 1) * places + j];
}

}  // namespace isotypic
