// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

/// \file
/// Numbers, indices and errors: what every other header may assume.
namespace isotypic {

/// Sizes and strides, signed so that differences and reversed axes need no casts.
using index_t = std::ptrdiff_t;

/// The numbers a block may hold on the CPU.
template <class T>
concept scalar = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// Whether a weight in `Space` may hold T. A device with shorter numbers says so for its own memory.
template <class T, class Space>
inline constexpr bool stored_in = scalar<T>;

/// What arithmetic on a stored T is done in, and state is kept in: T itself, or float for shorter numbers.
template <class T>
struct compute_of {
    using type = T;
};
template <class T>
using compute = typename compute_of<std::remove_const_t<T>>::type;

/// The largest relative error of rounding to T, half its machine epsilon.
template <class T>
inline constexpr double unit_roundoff = double(std::numeric_limits<T>::epsilon()) / 2;

/// What sums of T are kept in. A float's square stays finite and normal in double from 1e-38 to 1e38,
/// so norms of float blocks need no rescaling.
template <class T>
using accumulator = double;

/// Every error that isotypic reports at run time. The message is a sentence that names the block.
struct error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

namespace detail {

template <class...>
inline constexpr bool always_false = false;

inline std::string shape_text(index_t rows, index_t cols) {
    return std::to_string(rows) + " x " + std::to_string(cols);
}

}  // namespace detail
}  // namespace isotypic
