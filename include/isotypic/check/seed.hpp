// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstdlib>

/// \file
/// The seed of every random test: the number in the environment variable ISOTYPIC_SEED (decimal, or
/// hexadecimal after 0x), else a fixed one, so that a failure is repeated by setting what it printed.
namespace isotypic {

/// See the file's comment. Text that is no number counts as not set.
inline std::uint64_t seed() {
    constexpr std::uint64_t usual = 20260518;
    const char* text = std::getenv("ISOTYPIC_SEED");
    if (!text || !*text) return usual;
    char* end = nullptr;
    const unsigned long long value = std::strtoull(text, &end, 0);
    return *end ? usual : std::uint64_t(value);
}

}  // namespace isotypic
