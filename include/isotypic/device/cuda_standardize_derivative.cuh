// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_standardize.cuh>

/// \file
/// The derivative of a standardization on a GPU: see standardization.hpp.
///
///     out = J (gain t),    J t = r (t - mean(t) 1 - y <y, t> / q),    dgain_j += sum_i t_ij r_i (x_ij - m_i),    dshift_j += sum_i t_ij
///
/// 3 numbers an element move, 5 in lines that are too long for registers or not in one piece. The gradients of gain and shift, which are
/// sums along the other axis, take 2 more: parts of fixed rows, then the parts in their order, without atomics.
namespace isotypic {
namespace detail {

/// `share` is 1 / the length of a line.
template <class Way, class T>
__global__ void __launch_bounds__(Way::threads, Way::resident)
    standardize_derivative_kernel(gate g, standardization how, line_shape s, line_statistics<double const> found, line_array<T const> x, line_array<T const> t,
                                  line_array<T> out, line_affine_array<compute<T>> a, line_affine_gradient d, double share) {
    if (g.closed()) return;
    using C = compute<T>;
    constexpr int pack = Way::pack;
    Way::lines(s.lines(), [&](index_t l, bool there) {
        const index_t n = there ? s.length() : 0, i = there ? l : 0;
        const line_spot at = s.spot(i);
        const line_share<Way, T> here(x.line(s, at, n)), along(t.line(s, at, n));
        const auto to = out.line(s, at, n);
        const auto gain = a.line(a.all.gain, s, at, n);
        const C whole = gain.first && a.all.of_lines ? *gain.first : C(1);
        gpu_line_map<C> map{found.mean[i], found.inverse[i]};
        double plain = 0, product = 0;
        if (!how.fixed || (d.gain && a.all.of_lines)) {
            here.each([&](int k, typename Way::index j) {
                const auto p = here.get(k, j), q = along.get(k, j);
                const auto scale = gain.template read<Way>(j, C(1));
                // Behind the line's end t is 0.
                for (int m = 0; m < pack; ++m) {
                    const double u = double(C(q.get(m))) * double(scale.get(m));
                    plain += u, product += u * (double(C(p.get(m))) - map.m);
                }
            });
            plain = Way::team::join(plain, add{}), product = Way::team::join(product, add{});
            if (d.gain && a.all.of_lines && there && Way::team::first() == 0) d.gain[i] += map.r * product, d.shift[i] += plain;
            if (!how.fixed) map.a = how.centred ? plain * share : 0, map.b = map.r * product * (how.unit ? 1 : share);
        }
        map.with_near([&]<bool near>(std::bool_constant<near>) {
            here.each([&](int k, typename Way::index j) {
                const auto p = here.get(k, j), q = along.get(k, j);
                const auto scale = gain.template read<Way>(j, C(1));
                line_pack<T, pack> v;
                for (int m = 0; m < pack; ++m) v.set(m, T(whole * map.template derived<near>(C(p.get(m)), scale.get(m) * C(q.get(m)))));
                to.template write<Way>(j, v);
            });
        });
    });
}

/// Parts of the gradients of gain and shift: 32 places a block, whose lines 8 threads share, in parts of `chunk` lines of all items.
template <class T>
__global__ void place_parts_kernel(gate g, line_shape s, line_statistics<double const> found, line_array<T const> x, line_array<T const> t, index_t stride,
                                   index_t places, index_t chunk, index_t parts, double* out) {
    if (g.closed()) return;
    const index_t strips = (places + 31) / 32, lines = stride ? s.rows : s.count * s.rows;
    for (index_t k = blockIdx.x; k < strips * parts; k += gridDim.x) {
        const index_t place = k % strips * 32 + threadIdx.x, begin = k / strips * chunk, end = (std::min)(lines, begin + chunk);
        double gain = 0, shift = 0;
        if (place < places) {
            const index_t own = stride ? place / stride : 0, j = stride ? place % stride : place;
            for (index_t i = begin + threadIdx.y; i < end; i += 8) {
                const index_t item = stride ? own : s.count == 1 ? 0 : i / s.rows, row = stride ? i : i - item * s.rows;
                const index_t l = s.together ? row : item * s.rows + row;
                const double v = double(compute<T>(t.first[item * t.stride + row * t.row + j * t.col]));
                const double u = double(compute<T>(x.first[item * x.stride + row * x.row + j * x.col]));
                gain += v * (found.inverse[l] * (u - found.mean[l])), shift += v;
            }
        }
        gain = line_team_across::join(gain, add{}), shift = line_team_across::join(shift, add{});
        if (threadIdx.y == 0 && place < places) out[place * parts + k / strips] = gain, out[(places + place) * parts + k / strips] = shift;
    }
}

/// to_j += part_j, of gain and of shift.
template <class T>
__global__ void add_gradient_kernel(gate g, T const* part, index_t parts, index_t places, T* gain, T* shift) {
    if (g.closed()) return;
    for (index_t q = index_t(blockIdx.x) * blockDim.x + threadIdx.x; q < 2 * places; q += index_t(gridDim.x) * blockDim.x) {
        double sum = 0;
        for (index_t p = 0; p < parts; ++p) sum += part[q * parts + p];
        (q < places ? gain[q] : shift[q - places]) += sum;
    }
}

/// out <- a.gain out + b.gain r (x - m) + b.shift.
template <class Way, class T>
__global__ void __launch_bounds__(Way::threads, Way::resident)
    move_kernel(gate g, line_shape s, line_statistics<double const> found, line_array<T const> x, line_array<T> out, line_affine_array<compute<T>> a,
                line_affine_array<compute<T>> b) {
    if (g.closed()) return;
    using C = compute<T>;
    Way::lines(s.lines(), [&](index_t l, bool there) {
        if (!there) return;
        const index_t n = s.length();
        const line_spot spot = s.spot(l);
        const auto from = x.line(s, spot, n);
        const auto to = out.line(s, spot, n);
        const auto gain = a.line(a.all.gain, s, spot, n), other = b.line(b.all.gain, s, spot, n), shift = b.line(b.all.shift, s, spot, n);
        const double m = found.mean[l], r = found.inverse[l];
        Way::each(n, false, [&](int, index_t j) {
            T& v = to.template at<Way>(j);
            const double y = r * (double(C(from.template at<Way>(j))) - m);
            v = T(C(double(gain.template at<Way>(j)) * double(C(v)) + double(other.template at<Way>(j)) * y + double(shift.template at<Way>(j))));
        });
    });
}

}  // namespace detail

/// out = J (gain t) at x, with what `standardize` found there; out may be t. The gradients of gain and shift are added to `d`, which has
/// room for `places` numbers, or for one a line. Items have numbers of their own, one after the other, or the same ones: a stride 0.
template <class T>
void standardize_derivative(cuda& d, standardization how, line_statistics<double const> found, blocks<T const, gpu> const& x, blocks<T const, gpu> const& t,
                            blocks<T, gpu> const& out, line_affine<compute<T>> const& a = {}, line_affine_gradient to = {}, index_t places = 0) {
    if (!x.size()) return;
    const detail::line_shape s(how.together, x, t, out);
    if (to.gain && !a.of_lines) {
        // Before `out`, which may lie where t does.
        const index_t lines = a.stride ? s.rows : s.count * s.rows, parts = (std::min)(index_t{64}, (lines + 63) / 64);
        const index_t chunk = (lines + parts - 1) / parts;
        auto scope = d.scratch().open();
        double* part = d.scratch().template take<double>(2 * places * parts);
        d.launch(detail::grid_of((places + 31) / 32 * parts), {32, 8}, detail::place_parts_kernel<T>, d.gate(), s, found, detail::line_array<T const>(1, s, x),
                 detail::line_array<T const>(1, s, t), a.stride, places, chunk, parts, part);
        d.launch(detail::grid_of((2 * places + 255) / 256), 256, detail::add_gradient_kernel<double>, d.gate(), part, parts, places, to.gain, to.shift);
    }
    detail::choose_way<T>(s, [&]<class Way>(Way) {
        constexpr int n = Way::pack;
        d.launch(detail::grid_of_lines<Way>(s.lines()), Way::team::block(), detail::standardize_derivative_kernel<Way, T>, d.gate(), how, s, found,
                 detail::line_array<T const>(n, s, x), detail::line_array<T const>(n, s, t), detail::line_array<T>(n, s, out),
                 detail::line_affine_array<compute<T>>(n, s, a), to, 1 / double(s.length()));
    });
}

/// out <- a.gain out + b.gain r (x - m) + b.shift.
template <class T>
void move_by(cuda& d, line_statistics<double const> found, blocks<T const, gpu> const& x, blocks<T, gpu> const& out, line_affine<compute<T>> const& a,
             line_affine<compute<T>> const& b) {
    if (!a.gain || !x.size()) return;
    const detail::line_shape s(a.of_lines, x);
    using way = detail::line_way<detail::line_team<256>, 1, 0>;
    using affine = detail::line_affine_array<compute<T>>;
    d.launch(detail::grid_of_lines<way>(s.lines()), way::team::block(), detail::move_kernel<way, T>, d.gate(), s, found, detail::line_array<T const>(1, s, x),
             detail::line_array<T>(1, s, out), affine(1, s, a), affine(1, s, b));
}

}  // namespace isotypic
