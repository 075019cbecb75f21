// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_standardize.cuh>

/// \file
/// The derivative of a standardization on a GPU: see standardization.hpp.
///
///     out = J (gain t),    J t = r (t - mean(t) 1 - y <y, t> / q),    dgain_j += sum_i t_ij r_i (x_ij - m_i),    dshift_j += sum_i t_ij
///
/// 3 numbers an element move, with the gradients of gain and shift 5, since these are sums along the other axis: parts of fixed rows,
/// then the parts in their order, without atomics.
namespace isotypic {
namespace detail {

template <class Way, class T>
__global__ void __launch_bounds__(Way::threads)
    standardize_derivative_kernel(gate g, standardization how, line_statistics<double const> found, line_array<T const> x, line_array<T const> t, line_array<T> out,
                                  line_affine_array<compute<T>> a, line_affine_gradient d) {
    if (g.closed()) return;
    using C = compute<T>;
    constexpr int pack = Way::pack;
    Way::lines(x.shape.lines(), [&](index_t l, bool there) {
        const index_t length = x.shape.length(), n = there ? length : 0, at = there ? l : 0;
        const line_share<Way, T> here(x.line(at, n)), along(t.line(at, n));
        const auto gain = a.line(a.all.gain, at, n);
        const bool weighted = gain.first && !a.all.of_lines;
        gpu_line_map<C> map{found.mean[at], found.inverse[at]};
        double plain = 0, product = 0;
        if (!how.fixed || (d.gain && a.all.of_lines)) {
            Way::each(n, [&](int k, index_t j) {
                const auto p = here.get(k, j), q = along.get(k, j);
                line_pack<C, pack> s;
                if (weighted) s = gain.template read<pack>(j);
                for (int i = 0; i < pack; ++i)
                    if (j + i < n) {
                        const double u = double(C(q.v[i])) * (weighted ? double(s.v[i]) : 1.0);
                        plain += u, product += u * (double(C(p.v[i])) - map.m);
                    }
            });
            plain = Way::team::join(plain, add{}), product = Way::team::join(product, add{});
            if (d.gain && a.all.of_lines && there && Way::team::first() == 0) d.gain[l] += map.r * product, d.shift[l] += plain;
            if (!how.fixed) map.a = how.centred ? plain / double(length) : 0, map.b = map.r * product / (how.unit ? 1 : double(length));
        }
        const C whole = gain.first && a.all.of_lines && there ? gain.at(0) : C(1);
        const auto to = out.line(at, n);
        Way::each(n, [&](int k, index_t j) {
            const auto p = here.get(k, j);
            auto q = along.get(k, j);
            line_pack<C, pack> s;
            if (weighted) s = gain.template read<pack>(j);
            for (int i = 0; i < pack; ++i) q.v[i] = T(whole * map.derived(C(p.v[i]), weighted ? s.v[i] * C(q.v[i]) : C(q.v[i])));
            to.template write<pack>(j, q);
        });
    });
}

/// Parts of the gradients of gain and shift: 32 places a block, whose lines 8 threads share, in parts of `chunk` lines of all items.
template <class T>
__global__ void place_parts_kernel(gate g, line_statistics<double const> found, line_array<T const> x, line_array<T const> t, index_t stride, index_t places,
                                   index_t chunk, index_t parts, double* out) {
    if (g.closed()) return;
    const line_shape s = x.shape;
    const index_t strips = (places + 31) / 32, lines = stride ? s.rows : s.count * s.rows;
    for (index_t k = blockIdx.x; k < strips * parts; k += gridDim.x) {
        const index_t place = k % strips * 32 + threadIdx.x, begin = k / strips * chunk, end = (std::min)(lines, begin + chunk);
        double gain = 0, shift = 0;
        if (place < places) {
            const index_t own = stride ? place / stride : 0, j = stride ? place % stride : place;
            for (index_t i = begin + threadIdx.y; i < end; i += 8) {
                const index_t item = stride ? own : i / s.rows, row = stride ? i : i % s.rows, l = s.together ? row : item * s.rows + row;
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
__global__ void __launch_bounds__(Way::threads)
    move_kernel(gate g, line_statistics<double const> found, line_array<T const> x, line_array<T> out, line_affine_array<compute<T>> a, line_affine_array<compute<T>> b) {
    if (g.closed()) return;
    using C = compute<T>;
    Way::lines(x.shape.lines(), [&](index_t l, bool there) {
        if (!there) return;
        const index_t n = x.shape.length();
        const auto from = x.line(l, n);
        const auto to = out.line(l, n);
        const auto gain = a.line(a.all.gain, l, n), other = b.line(b.all.gain, l, n), shift = b.line(b.all.shift, l, n);
        const double m = found.mean[l], r = found.inverse[l];
        Way::each(n, [&](int, index_t j) {
            for (index_t i = j; i < j + Way::pack && i < n; ++i)
                to.at(i) = T(C(double(gain.at(i)) * double(C(to.at(i))) + double(other.at(i)) * (r * (double(C(from.at(i))) - m)) + double(shift.at(i))));
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
    const detail::line_shape s(how.together, x);
    if (to.gain && !a.of_lines) {
        // Before `out`, which may lie where t does.
        const index_t lines = a.stride ? s.rows : s.count * s.rows, parts = (std::min)(index_t{64}, (lines + 63) / 64);
        const index_t chunk = (lines + parts - 1) / parts;
        auto scope = d.scratch().open();
        double* part = d.scratch().template take<double>(2 * places * parts);
        d.launch(detail::grid_of((places + 31) / 32 * parts), {32, 8}, detail::place_parts_kernel<T>, d.gate(), found, detail::line_array<T const>(1, s, x),
                 detail::line_array<T const>(1, s, t), a.stride, places, chunk, parts, part);
        d.launch(detail::grid_of((2 * places + 255) / 256), 256, detail::add_gradient_kernel<double>, d.gate(), part, parts, places, to.gain, to.shift);
    }
    detail::choose_way<T>(detail::side_by_side(x, t, out), s.length(), [&]<class Way>(Way) {
        constexpr int n = Way::pack;
        d.launch(detail::grid_of_lines<Way>(s.lines()), Way::team::block(), detail::standardize_derivative_kernel<Way, T>, d.gate(), how, found,
                 detail::line_array<T const>(n, s, x), detail::line_array<T const>(n, s, t), detail::line_array<T>(n, s, out),
                 detail::line_affine_array<compute<T>>(n, s, a), to);
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
    d.launch(detail::grid_of_lines<way>(s.lines()), way::team::block(), detail::move_kernel<way, T>, d.gate(), found, detail::line_array<T const>(1, s, x),
             detail::line_array<T>(1, s, out), affine(1, s, a), affine(1, s, b));
}

}  // namespace isotypic
