// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

/// \file
/// How often the program asked for memory, by malloc and its kin or by new. Counted by standing in for glibc's
/// functions, so only where ISOTYPIC_COUNT_ALLOCATIONS is defined: sanitizers stand there themselves.
namespace isotypic {

#ifdef ISOTYPIC_COUNT_ALLOCATIONS
inline constexpr bool allocations_counted = true;
#else
inline constexpr bool allocations_counted = false;
#endif

/// Allocations of all threads since the program began; 0 where they are not counted.
std::size_t allocations();

}  // namespace isotypic
