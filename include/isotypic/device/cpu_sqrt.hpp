// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <cmath>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// \file
/// Square roots of a line, several at a time. A compiler that has to keep errno makes a loop over std::sqrt one by
/// one; both are correctly rounded, so the bits are the same.
namespace isotypic::detail {

/// y <- sqrt(x) over n elements; y may be x.
template <class T>
void sqrt_line(index_t n, T const* x, T* y) {
    index_t j = 0;
#if defined(__SSE2__)
    if constexpr (sizeof(T) == 4)
        for (; j + 4 <= n; j += 4) _mm_storeu_ps(y + j, _mm_sqrt_ps(_mm_loadu_ps(x + j)));
    else
        for (; j + 2 <= n; j += 2) _mm_storeu_pd(y + j, _mm_sqrt_pd(_mm_loadu_pd(x + j)));
#endif
    for (; j < n; ++j) y[j] = std::sqrt(x[j]);
}

}  // namespace isotypic::detail
