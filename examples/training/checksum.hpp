// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

/// FNV-1a, 64 bits, as 16 hexadecimal digits.
inline std::string checksum(std::initializer_list<std::string_view> parts) {
    std::uint64_t h = 14695981039346656037u;
    for (auto part : parts)
        for (char c : part) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(h));
    return digits;
}
