// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_product.cuh>
#include <array>
#include <cmath>

/// \file
/// Inverses of symmetric positive definite matrices on a GPU, every item of a batch with several shifts at once, by their Cholesky
/// factors as in cpu_inverse.hpp: with A = L L' and N = L^-1, by halves
///
///     L21 = A21 N11',   N22 from A22 - L21 L21',   N21 = -N22 L21 N11,   A^-1 = N' N
///
/// All but the 64 x 64 squares on the diagonal are products, 10/3 n^3 flops at most; a square is one thread block's, in shared memory.
/// Nothing is read back: where rounding would make a pivot less than the shift, which bounds it in theory, it is the shift. (cuSOLVER's
/// factors take a third of the flops, but come one after the other, and stop at such a pivot.)
namespace isotypic {
namespace detail {

/// b = 0
struct to_zero {
    template <class T>
    constexpr void operator()(T& b) const {
        b = T(0);
    }
};

inline constexpr int pivots_at_once = 64;

/// f_(j count + k) <- a_k + shift_j I for a batch of `count` items.
template <class T, std::size_t most>
__global__ void shifted_kernel(blocks<T const, gpu> a, std::array<double, most> shifts, blocks<T, gpu> f) {
    for (index_t e = blockIdx.y; e < f.count; e += gridDim.y) {
        const view<T const, gpu> from = a.panel(e % a.count);
        const view<T, gpu> to = f.panel(e);
        const T shift = T(shifts[std::size_t(e / a.count)]);
        for (index_t j = blockIdx.x; j < f.cols(); j += gridDim.x)
            for (index_t i = threadIdx.x; i < f.rows(); i += blockDim.x) to(i, j) = i == j ? from(i, j) + shift : from(i, j);
    }
}

/// f <- N of up to 64 rows from f's lower triangle, zeros above. Before pivot j the columns up to j hold N, the others what is left
/// of A: with d^2 = A_jj and m_c = N_jc (c < j), 1/d (c = j), L_cj (c > j)
///
///     N_jc <- m_c (c <= j),   x_ic <- x_ic - m_i m_c (c <= i, i > j; zero for x_ij)
template <class T, std::size_t most>
__global__ void pivots_kernel(std::array<double, most> shifts, index_t items, blocks<T, gpu> f) {
    __shared__ T x[pivots_at_once][pivots_at_once + 1];
    __shared__ T m[pivots_at_once];
    const int n = int(f.rows()), tx = int(threadIdx.x), ty = int(threadIdx.y), t = ty * 32 + tx;
    for (index_t e = blockIdx.x; e < f.count; e += gridDim.x) {
        const view<T, gpu> v = f.panel(e);
        const T least = T(shifts[std::size_t(e / items)]);
        for (int c = ty; c < n; c += 8)
            for (int i = tx; i < n; i += 32) x[i][c] = v(i, c);
        for (int j = 0; j < n; ++j) {
            __syncthreads();
            const T pivot = x[j][j], d = std::sqrt(pivot < least ? least : pivot);
            if (t < n) m[t] = t == j ? 1 / d : (t < j ? x[j][t] : x[t][j]) / d;
            __syncthreads();
            if (t <= j) x[j][t] = m[t];
            for (int i = j + 1 + ty; i < n; i += 8)
                for (int c = tx; c <= i; c += 32) x[i][c] = (c == j ? T(0) : x[i][c]) - m[i] * m[c];
        }
        __syncthreads();
        for (int c = ty; c < n; c += 8)
            for (int i = tx; i < n; i += 32) v(i, c) = i < c ? T(0) : x[i][c];
        __syncthreads();
    }
}

template <class T>
blocks<T, gpu> part_of(blocks<T, gpu> const& x, index_t i, index_t j, index_t m, index_t n) {
    return {x.first.part(i, j, m, n), x.count, x.stride};
}

/// The lower triangles of a <- N, zeros above.
template <class T, std::size_t most>
void factor(cuda& d, std::array<double, most> const& shifts, index_t items, blocks<T, gpu> const& a) {
    const index_t n = a.rows(), h = (n + 2 * pivots_at_once - 1) / (2 * pivots_at_once) * pivots_at_once, rest = n - h;
    if (n <= pivots_at_once) return d.launch(unsigned((std::min)(a.count, index_t{0x7fffffff})), {32, 8}, pivots_kernel<T, most>, shifts, items, a);
    const blocks<T, gpu> n11 = part_of(a, 0, 0, h, h), n22 = part_of(a, h, h, rest, rest), below = part_of(a, h, 0, rest, h);
    auto temporary = [&] { return blocks<T, gpu>(view<T, gpu>(d.scratch().template take<T>(a.count * rest * h), rest, h, 1, rest), a.count, rest * h); };
    factor(d, shifts, items, n11);
    {
        auto scope = d.scratch().open();
        const blocks<T, gpu> l21 = temporary();
        multiply<T>(d, 1, below, n11.transposed(), 0, l21);
        multiply<T>(d, 1, l21, n11, 0, below);
        if (levels(rest, a.count) == 0)
            multiply<T>(d, -1, l21, l21.transposed(), 1, n22);
        else
            multiply_symmetric<T>(d, -1, l21, l21.transposed(), 1, n22);
    }
    factor(d, shifts, items, n22);
    auto scope = d.scratch().open();
    const blocks<T, gpu> n21 = temporary();
    multiply<T>(d, -1, n22, below, 0, n21);
    copy(d, blocks<T const, gpu>(n21), below);
    transform(d, to_zero{}, part_of(a, 0, h, h, rest));
}

}  // namespace detail

/// f_(j count + k) <- a lower triangular N, zeros above, with N' N = (a_k + shift_j I)^-1, for a batch of `count` symmetric a_k with eigenvalues
/// from 0 on and f.count / count shifts > 0. f has contiguous columns and overlaps no a. No gate is in front, as with products.
template <class T, std::size_t most>
void inverse_factors(cuda& d, std::type_identity_t<blocks<T const, gpu>> a, std::array<double, most> const& shifts, blocks<T, gpu> const& f) {
    if (!f.size()) return;
    if (a.first.row_stride != 1) a = a.transposed();
    d.launch(dim3(unsigned((std::min)(f.cols(), index_t{65535})), unsigned((std::min)(f.count, index_t{65535}))), 256, detail::shifted_kernel<T, most>, a, shifts, f);
    detail::factor(d, shifts, a.count, f);
}

/// x_k <- (a_k + shift I)^-1 for symmetric a_k with eigenvalues from 0 on and a shift > 0; how large they are only the CPU asks. x does not
/// overlap a. No gate is in front, as with products.
template <class T>
void invert_spd(cuda& d, std::type_identity_t<blocks<T const, gpu>> a, std::type_identity_t<T> shift, std::type_identity_t<T>, blocks<T, gpu> x) {
    const index_t n = a.rows();
    auto scope = d.scratch().open();
    const blocks<T, gpu> f(view<T, gpu>(d.scratch().template take<T>(a.count * n * n), n, n, 1, n), a.count, n * n);
    inverse_factors<T>(d, a, std::array<double, 1>{double(shift)}, f);
    multiply_symmetric<T>(d, 1, f.transposed(), f, 0, x);
}

}  // namespace isotypic
