// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_fused_adam.cuh>
#include <isotypic/device/cuda_fused_centred.cuh>
#include <isotypic/device/cuda_fused_rows.cuh>

/// \file
/// The element-wise primitives of a GPU; and with them, since every step needs them, the fused forms of steps: whether a step is fused
/// must not depend on the headers that a file includes.
namespace isotypic {
namespace detail {

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
