// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda.cuh>

/// \file
/// The element-wise primitives of a GPU. A block of 256 threads takes rows of at most 256 threads each along the axis in which every
/// operand is contiguous; matrices without gaps are taken as rows of 1024. Matrices of a batch are the grid's second axis.
namespace isotypic {
namespace detail {

/// rows x cols elements for a kernel, of which those at or behind `limit`, counted row by row, are not there.
struct sweep_plan {
    index_t rows, cols, limit;
    bool across;  ///< the kernel's rows are the block's columns

    dim3 threads() const {
        unsigned wide = 32;
        while (wide < 256 && index_t(wide) < cols) wide *= 2;
        return {wide, 256 / wide, 1};
    }
    dim3 grid(index_t matrices) const {
        const index_t high = index_t(threads().y), n = (rows + high - 1) / high;
        return {unsigned((std::min)(n, index_t{0x7fffffff})), unsigned((std::min)(matrices, index_t{65535})), 1};
    }
};

/// How to sweep equally shaped operands; flattens them where none has a gap and `flat` allows it.
template <class... T>
sweep_plan plan_sweep(bool flat, blocks<T, gpu>&... x) {
    auto const& like = first_of(x...);
    const bool unit = ((x.first.col_stride == 1) && ...), across = !unit && ((x.first.row_stride == 1) && ...);
    if (across) ((x = x.transposed()), ...);
    sweep_plan s{like.rows(), like.cols(), like.rows() * like.cols(), across};
    if (flat && ((x.first.col_stride == 1 && (x.first.row_stride == x.cols() || x.rows() == 1)) && ...)) {
        s.cols = 1024, s.rows = (s.limit + s.cols - 1) / s.cols;
        ((x.first.rows = s.rows, x.first.cols = s.cols, x.first.row_stride = s.cols), ...);
    }
    return s;
}

/// each(i, j, x(i, j)...) for this thread's share of a matrix.
template <class F, class... T>
__device__ void sweep_matrix(sweep_plan const& s, F const& each, view<T, gpu>... x) {
    for (index_t i = index_t(blockIdx.x) * blockDim.y + threadIdx.y; i < s.rows; i += index_t(gridDim.x) * blockDim.y)
        for (index_t j = threadIdx.x; j < s.cols && i * s.cols + j < s.limit; j += blockDim.x) each(i, j, x(i, j)...);
}

/// f alone, or with the number of the row or the item in front.
struct no_number {};
struct row_number {
    double const* first;
};
struct item_number {
    double const* first;
};

template <class F, class N, class... T>
__global__ void transform_kernel(gate g, sweep_plan s, F f, N number, blocks<T, gpu>... x) {
    if (g.closed()) return;
    const auto called = started(f);
    auto const& like = first_of(x...);
    for (index_t m = blockIdx.y; m < like.matrices(); m += gridDim.y)
        sweep_matrix(
            s,
            [&](index_t i, index_t j, auto&... v) {
                if constexpr (std::is_same_v<N, no_number>)
                    called(v...);
                else if constexpr (std::is_same_v<N, item_number>)
                    called(number.first[m / like.panels()], v...);
                else
                    // A transposed pair was stacked before, or is now.
                    called(number.first[s.across ? row_offset(like.transposed(), m) + j : row_offset(like, m) + i], v...);
            },
            x.matrix(m)...);
}

template <class F, class N, class... T>
void sweep_blocks(cuda& d, F const& f, N number, bool flat, blocks<T, gpu>... x) {
    auto const& like = first_of(x...);
    if (!like.size()) return;
    const sweep_plan s = plan_sweep(flat, x...);
    d.launch(s.grid(like.matrices()), s.threads(), transform_kernel<F, N, T...>, d.gate(), s, f, number, x...);
}

}  // namespace detail

/// f(x(i, j)...) by reference for every element of equally shaped blocks.
template <class F, class... T>
void transform(cuda& d, F const& f, blocks<T, gpu> const&... x) {
    detail::sweep_blocks(d, f, detail::no_number{}, true, x...);
}

/// f(r_i, x(i, j)...) for every element; r holds a number for each row, in the order of `row_offset`.
template <class F, class... T>
void transform_rows(cuda& d, F const& f, double const* r, blocks<T, gpu> const&... x) {
    detail::sweep_blocks(d, f, detail::row_number{r}, false, x...);
}

/// f(s_k, x(i, j)...) for every element of item k.
template <class F, class... T>
void transform_items(cuda& d, F const& f, double const* s, blocks<T, gpu> const&... x) {
    detail::sweep_blocks(d, f, detail::item_number{s}, true, x...);
}

}  // namespace isotypic
