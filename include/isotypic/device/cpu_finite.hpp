// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>
#include <bit>
#include <cstdint>

/// \file
/// Is every element a finite number? Asked of each gradient before anything is written. Reads exponents
/// as integers, so no compiler flag about floating point changes the answer.
namespace isotypic {

/// False if x holds an infinity or a NaN.
template <class T>
bool all_finite(cpu& device, blocks<T> const& x) {
    using U = std::remove_const_t<T>;
    using bits = std::conditional_t<sizeof(U) == 4, std::uint32_t, std::uint64_t>;
    constexpr bits exponent = std::bit_cast<bits>(std::numeric_limits<U>::infinity());
    std::atomic<bool> bad{false};
    auto look = [&](index_t n, U const* p, index_t stride) {
        bits any = 0;
        if (stride == 1)
            for (index_t j = 0; j < n; ++j) any |= (std::bit_cast<bits>(p[j]) & exponent) == exponent;
        else
            for (index_t j = 0; j < n; ++j) any |= (std::bit_cast<bits>(p[j * stride]) & exponent) == exponent;
        if (any) bad.store(true, std::memory_order_relaxed);
    };
    for (index_t i = 0; i < x.matrices() && x.size(); ++i) {
        auto m = x.matrix(i);
        if (m.row_stride == 1 && m.col_stride != 1) m = m.transposed();
        detail::for_each_band(device, m.rows, m.cols, [&](index_t begin, index_t end) {
            for (index_t r = begin; r < end; ++r) look(m.cols, m.data + r * m.row_stride, m.col_stride);
        });
    }
    return !bad.load();
}

}  // namespace isotypic
