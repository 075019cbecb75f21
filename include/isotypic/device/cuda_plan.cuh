// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda.cuh>

/// \file
/// How a kernel of a GPU sweeps over elements. A block of 256 threads takes rows of at most 256 threads each along the axis in which every
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

}  // namespace detail
}  // namespace isotypic
