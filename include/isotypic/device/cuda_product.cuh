// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_sweep.cuh>
#include <type_traits>

/// \file
/// Matrix products on a GPU by cuBLAS, a batch in one call. Short types are multiplied as they are and summed in float.
///
/// Of a symmetric product the lower triangle is written and mirrored, so it is exactly symmetric. Cut L times it takes 1/2 + 2^-(L+1) of
/// the flops: for l = 0 .. L - 1 a batch of 2^l squares of side n / 2^(l+1) below the diagonal, in block rows 2q + 1 and block columns 2q,
/// then one of 2^L squares of side n / 2^L on the diagonal. Their sides are multiples of 8, so all begin as their item does as far as 16
/// bytes go, which the matrix units ask for.
///
/// L follows from rows and items alone, by a model that no GPU has measured yet: 132 multiprocessors take a tile of 128 x 256 each, and the
/// L up to 3 with the fewest such waves is the best. Waves of one product by L, the first of the fewest is taken:
///
///     n       L = 0   1   2   3
///     2048        1   2
///     4096        4   3   3
///     8192       16  12  10   9
///
/// No gate is in front of products: those of a step write to scratch.
namespace isotypic {
namespace detail {

template <class T>
constexpr cudaDataType_t cuda_type = std::is_same_v<T, double>          ? CUDA_R_64F
                                     : std::is_same_v<T, __half>        ? CUDA_R_16F
                                     : std::is_same_v<T, __nv_bfloat16> ? CUDA_R_16BF
                                                                        : CUDA_R_32F;
template <class T>
constexpr cublasComputeType_t sums_in = std::is_same_v<T, double> ? CUBLAS_COMPUTE_64F : std::is_same_v<T, tf32> ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;

/// A factor as cuBLAS takes it, column by column, as it is or transposed.
struct blas_factor {
    cublasOperation_t op;
    int lead;
};

inline int blas_size(index_t n) {
    if (n > 0x7fffffff) throw error("isotypic: cuBLAS takes sides and strides up to 2^31 - 1, here " + std::to_string(n));
    return int(n);
}

/// Whether cuBLAS can take v column by column.
template <class T>
bool by_columns_of(view<T, gpu> const& v) {
    return (v.row_stride == 1 || v.rows == 1) && (v.cols == 1 || v.col_stride >= v.rows);
}
template <class T>
blas_factor factor_of(view<T, gpu> const& v) {
    auto lead = [](index_t n, index_t between) { return blas_size((std::max)({index_t{1}, n, between})); };
    if (by_columns_of(v)) return {CUBLAS_OP_N, lead(v.rows, v.cols == 1 ? 1 : v.col_stride)};
    return {CUBLAS_OP_T, lead(v.cols, v.rows == 1 ? 1 : v.row_stride)};
}

/// x where cuBLAS can take it, else a copy.
template <class T>
blocks<T const, gpu> packed(cuda& d, blocks<T const, gpu> const& x) {
    if (by_columns_of(x.first) || by_columns_of(x.first.transposed())) return x;
    const blocks<T, gpu> copied = dense_like(d.scratch().template take<T>(x.size()), x);
    copy(d, x, copied);
    return copied;
}

/// Whether c is written as it is, else its transpose is.
template <class T>
bool written_by_columns(blocks<T, gpu> const& c) {
    if (by_columns_of(c.first)) return true;
    if (by_columns_of(c.first.transposed())) return false;
    throw error("isotypic: a product on a GPU is written to a matrix with contiguous rows or columns");
}

/// c_k <- alpha a_k b_k + beta c_k, the columns of c contiguous and the factors packed.
template <class T>
void multiply_batch(cuda& d, compute<T> alpha, blocks<T const, gpu> const& a, blocks<T const, gpu> const& b, compute<T> beta, blocks<T, gpu> const& c) {
    const auto fa = factor_of(a.first), fb = factor_of(b.first), fc = factor_of(c.first);
    constexpr auto type = cuda_type<T>;
    check(cublasGemmStridedBatchedEx(d.blas(), fa.op, fb.op, blas_size(c.rows()), blas_size(c.cols()), blas_size(a.cols()), &alpha, a.first.data, type, fa.lead,
                                     a.stride, b.first.data, type, fb.lead, b.stride, &beta, c.first.data, type, fc.lead, c.stride, blas_size(c.count),
                                     sums_in<T>, CUBLAS_GEMM_DEFAULT),
          "multiply");
}

/// The same for squares of every item, on the diagonal or next to each other `down` below it. A batch goes along the diagonal or along the
/// items, whichever is longer.
template <class T>
void multiply_squares(cuda& d, index_t side, index_t down, compute<T> alpha, blocks<T const, gpu> const& a, blocks<T const, gpu> const& b, compute<T> beta,
                      blocks<T, gpu> const& c) {
    const index_t step = side + down, squares = c.rows() / step, inner = a.cols();
    const bool along = squares > c.count;
    for (index_t e = 0; e < (std::min)(squares, c.count); ++e) {
        const index_t k = along ? e : 0, i = along ? 0 : e * step;
        auto batch = [&](auto const& x, index_t row, index_t column, index_t m, index_t n, index_t next) {
            return std::remove_cvref_t<decltype(x)>(x.panel(k).part(row, column, m, n), along ? squares : c.count, along ? next : x.stride);
        };
        multiply_batch<T>(d, alpha, batch(a, i + down, 0, side, inner, step * a.first.row_stride), batch(b, 0, i, inner, side, step * b.first.col_stride), beta,
                          batch(c, i + down, i, side, side, step * (c.first.row_stride + c.first.col_stride)));
    }
}

/// c_ji <- c_ij for j < i, by tiles of 32, and c_ii <- c_ii + t.
template <class T>
__global__ void mirror_kernel(compute<T> t, blocks<T, gpu> c) {
    __shared__ T tile[32][33];
    if (blockIdx.x > blockIdx.y) return;
    for (index_t k = blockIdx.z; k < c.count; k += gridDim.z) {
        const view<T, gpu> v = c.panel(k);
        const index_t row = index_t(blockIdx.y) * 32, column = index_t(blockIdx.x) * 32;
        for (int j = int(threadIdx.y); j < 32; j += 8)
            if (row + threadIdx.x < v.rows && column + j < v.cols) tile[j][threadIdx.x] = v(row + threadIdx.x, column + j);
        __syncthreads();
        for (int i = int(threadIdx.y); i < 32; i += 8) {
            const index_t to = column + threadIdx.x, from = row + i;
            if (from < v.rows && to < from) v(to, from) = tile[threadIdx.x][i];
            if (from < v.rows && to == from && t != 0) v(to, to) = T(compute<T>(v(to, to)) + t);
        }
        __syncthreads();
    }
}

/// c_k <- alpha a_k b_k + beta s_k + t I by `levels` cuts; 2^levels divides the rows.
template <class T>
void multiply_cut(cuda& d, int levels, compute<T> alpha, blocks<T const, gpu> a, blocks<T const, gpu> b, compute<T> beta, blocks<T const, gpu> s, compute<T> t,
                  blocks<T, gpu> c) {
    if (!c.size()) return;
    if (!written_by_columns(c)) c = c.transposed();
    if (!by_columns_of(s.first)) s = s.transposed();
    auto const& to = c.first;
    auto const& from = s.first;
    const bool in_place = to.data == from.data && to.row_stride == from.row_stride && to.col_stride == from.col_stride && c.stride == s.stride;
    if (beta != 0 && !in_place) copy(d, s, c);
    auto scope = d.scratch().open();
    a = packed<T>(d, a), b = packed<T>(d, b);
    index_t side = c.rows();
    for (int l = 0; l < levels; ++l) side /= 2, multiply_squares<T>(d, side, side, alpha, a, b, beta, c);
    multiply_squares<T>(d, side, 0, alpha, a, b, beta, c);
    const unsigned tiles = unsigned((c.rows() + 31) / 32);
    d.launch(dim3(tiles, tiles, unsigned((std::min)(c.count, index_t{65535}))), dim3(32, 8), mirror_kernel<T>, t, c);
}

/// See the file's comment. Waves of the products that `multiply_cut` asks for.
inline index_t waves(index_t n, index_t items, int levels) {
    auto of = [=](index_t squares, index_t side) {
        const index_t tiles = (std::max)(squares, items) * ((side + 127) / 128) * ((side + 255) / 256);
        return (std::min)(squares, items) * ((tiles + 131) / 132);
    };
    index_t all = of(index_t{1} << levels, n >> levels);
    for (int l = 0; l < levels; ++l) all += of(index_t{1} << l, n >> (l + 1));
    return all;
}
/// How often a symmetric product is cut. Squares of less than 1024 would wait for memory.
inline int levels(index_t n, index_t items) {
    int best = 0;
    for (int l = 1; l <= 3 && (n >> l) >= 1024 && n % (index_t{8} << l) == 0; ++l)
        if (waves(n, items, l) < waves(n, items, best)) best = l;
    return best;
}

}  // namespace detail

/// c_k <- alpha a_k b_k + beta c_k for each item. No factor overlaps c; with beta = 0 what c holds is not read.
template <class T>
void multiply(cuda& d, std::type_identity_t<compute<T>> alpha, std::type_identity_t<blocks<T const, gpu>> a, std::type_identity_t<blocks<T const, gpu>> b,
              std::type_identity_t<compute<T>> beta, blocks<T, gpu> c) {
    if (!c.size()) return;
    if (!detail::written_by_columns(c)) return multiply<T>(d, alpha, b.transposed(), a.transposed(), beta, c.transposed());
    auto scope = d.scratch().open();
    a = detail::packed<T>(d, a), b = detail::packed<T>(d, b);
    detail::multiply_batch<T>(d, alpha, a, b, beta, c);
}

/// c_k <- alpha a_k b_k + beta s_k + t I for symmetric c_k and s_k, and factors whose product is symmetric. c may be s, and overlaps no
/// factor; with beta = 0 what s holds is not read.
template <class T>
void multiply_symmetric(cuda& d, std::type_identity_t<compute<T>> alpha, std::type_identity_t<blocks<T const, gpu>> a, std::type_identity_t<blocks<T const, gpu>> b,
                        std::type_identity_t<compute<T>> beta, std::type_identity_t<blocks<T const, gpu>> s, std::type_identity_t<compute<T>> t, blocks<T, gpu> c) {
    detail::multiply_cut<T>(d, detail::levels(c.rows(), c.count), alpha, a, b, beta, s, t, c);
}

/// c_k <- alpha a_k b_k + beta c_k for symmetric c_k and factors whose product is symmetric.
template <class T>
void multiply_symmetric(cuda& d, std::type_identity_t<compute<T>> alpha, std::type_identity_t<blocks<T const, gpu>> a, std::type_identity_t<blocks<T const, gpu>> b,
                        std::type_identity_t<compute<T>> beta, blocks<T, gpu> c) {
    multiply_symmetric<T>(d, alpha, a, b, beta, c, 0, c);
}

/// c_k <- alpha a_k a_k' + beta c_k for a symmetric c_k.
template <class T>
void multiply_symmetric(cuda& d, std::type_identity_t<compute<T>> alpha, std::type_identity_t<blocks<T const, gpu>> a, std::type_identity_t<compute<T>> beta,
                        blocks<T, gpu> c) {
    multiply_symmetric<T>(d, alpha, a, a.transposed(), beta, c);
}

}  // namespace isotypic
