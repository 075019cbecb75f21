// SPDX-License-Identifier: MIT
#pragma once

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace stand_in {

[[noreturn, gnu::format(printf, 1, 2)]] inline void die(char const* sentence, ...) {
    std::va_list words;
    va_start(words, sentence);
    std::fputs("stand_in: ", stderr);
    std::vfprintf(stderr, sentence, words);
    std::fputc('\n', stderr);
    va_end(words);
    std::abort();
}

}  // namespace stand_in
