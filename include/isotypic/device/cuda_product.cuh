// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_sweep.cuh>
#include <type_traits>

/// \file
/// Matrix products on a GPU by cuBLAS, a batch in one call. Short types are multiplied as they are and summed in float.
///
/// A symmetric product is cut into P x P squares from 1024 rows on; those on and below the diagonal are one batch of equal products,
/// (P + 1) / 2P of the flops, and the rest is their mirror image: exactly symmetric at any size. How it is cut follows from the shape.
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
    if (by_columns_of(v)) return {CUBLAS_OP_N, blas_size((std::max)(v.rows, v.cols == 1 ? v.rows : v.col_stride))};
    return {CUBLAS_OP_T, blas_size((std::max)(v.cols, v.rows == 1 ? v.cols : v.row_stride))};
}

/// x where cuBLAS can take it, else a copy.
template <class T>
blocks<T const, gpu> packed(cuda& d, blocks<T const, gpu> const& x) {
    if (by_columns_of(x.first) || by_columns_of(x.first.transposed())) return x;
    const blocks<T, gpu> copied = dense_like(d.scratch().template take<T>(x.size()), x);
    copy(d, x, copied);
    return copied;
}

/// Where the squares of a cut symmetric product lie, P (P + 1) / 2 an item.
template <class T>
__global__ void square_places_kernel(blocks<T const, gpu> a, blocks<T const, gpu> b, blocks<T, gpu> c, index_t side, index_t per_item, void const** pa, void const** pb,
                                     void** pc) {
    for (index_t e = index_t(blockIdx.x) * blockDim.x + threadIdx.x; e < c.count * per_item; e += index_t(gridDim.x) * blockDim.x) {
        const index_t k = e / per_item;
        index_t i = 0, j = e % per_item;
        while (j > i) j -= ++i;
        pa[e] = &a.panel(k)(i * side, 0), pb[e] = &b.panel(k)(0, j * side), pc[e] = &c.panel(k)(i * side, j * side);
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

/// Into how many squares a side is cut.
inline index_t squares(index_t side) {
    for (index_t p : {8, 6, 4, 3, 2})
        if (side % (8 * p) == 0 && side / p >= 256 && side >= 1024) return p;
    return 1;
}

}  // namespace detail

/// c_k <- alpha a_k b_k + beta c_k for each item. No factor overlaps c; with beta = 0 what c holds is not read.
template <class T>
void multiply(cuda& d, std::type_identity_t<compute<T>> alpha, std::type_identity_t<blocks<T const, gpu>> a, std::type_identity_t<blocks<T const, gpu>> b,
              std::type_identity_t<compute<T>> beta, blocks<T, gpu> c) {
    if (!c.size()) return;
    if (!detail::by_columns_of(c.first)) {
        if (detail::by_columns_of(c.first.transposed())) return multiply<T>(d, alpha, b.transposed(), a.transposed(), beta, c.transposed());
        throw error("isotypic: a product on a GPU is written to a matrix with contiguous rows or columns");
    }
    auto scope = d.scratch().open();
    a = detail::packed<T>(d, a), b = detail::packed<T>(d, b);
    const auto fa = detail::factor_of(a.first), fb = detail::factor_of(b.first), fc = detail::factor_of(c.first);
    constexpr auto type = detail::cuda_type<T>;
    detail::check(cublasGemmStridedBatchedEx(d.blas(), fa.op, fb.op, detail::blas_size(c.rows()), detail::blas_size(c.cols()), detail::blas_size(a.cols()), &alpha,
                                             a.first.data, type, fa.lead, a.stride, b.first.data, type, fb.lead, b.stride, &beta, c.first.data, type, fc.lead, c.stride,
                                             detail::blas_size(c.count), detail::sums_in<T>, CUBLAS_GEMM_DEFAULT),
                  "multiply");
}

/// c_k <- alpha a_k b_k + beta s_k + t I for symmetric c_k and s_k, and factors whose product is symmetric. c may be s, and overlaps no
/// factor; with beta = 0 what s holds is not read.
template <class T>
void multiply_symmetric(cuda& d, std::type_identity_t<compute<T>> alpha, std::type_identity_t<blocks<T const, gpu>> a, std::type_identity_t<blocks<T const, gpu>> b,
                        std::type_identity_t<compute<T>> beta, std::type_identity_t<blocks<T const, gpu>> s, std::type_identity_t<compute<T>> t, blocks<T, gpu> c) {
    if (!c.size()) return;
    if (!detail::by_columns_of(c.first)) c = c.transposed();
    if (beta != 0) copy(d, s, c);
    auto scope = d.scratch().open();
    a = detail::packed<T>(d, a), b = detail::packed<T>(d, b);
    const index_t n = c.rows(), cuts = detail::squares(n), side = n / cuts, per_item = cuts * (cuts + 1) / 2, all = c.count * per_item;
    if (cuts == 1) {
        multiply<T>(d, alpha, a, b, beta, c);
    } else {
        auto take = [&] { return d.scratch().template take<void*>(all); };
        void **pa = take(), **pb = take(), **pc = take();
        auto const_places = [](void** p) { return const_cast<void const**>(p); };
        d.launch(unsigned((all + 255) / 256), 256, detail::square_places_kernel<T>, a, b, c, side, per_item, const_places(pa), const_places(pb), pc);
        const auto fa = detail::factor_of(a.first), fb = detail::factor_of(b.first), fc = detail::factor_of(c.first);
        constexpr auto type = detail::cuda_type<T>;
        const int wide = detail::blas_size(side);
        detail::check(cublasGemmBatchedEx(d.blas(), fa.op, fb.op, wide, wide, detail::blas_size(a.cols()), &alpha, pa, type, fa.lead, pb, type, fb.lead, &beta, pc, type, fc.lead,
                                          detail::blas_size(all), detail::sums_in<T>, CUBLAS_GEMM_DEFAULT),
                      "multiply a symmetric product");
    }
    const unsigned tiles = unsigned((n + 31) / 32);
    d.launch(dim3(tiles, tiles, unsigned((std::min)(c.count, index_t{65535}))), dim3(32, 8), detail::mirror_kernel<T>, t, c);
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
