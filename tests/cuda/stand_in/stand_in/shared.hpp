// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "sanitizer.hpp"

#if defined(__linux__) && !STAND_IN_ASAN
#define STAND_IN_SPOILS 1
#include <link.h>
#else
#define STAND_IN_SPOILS 0
#endif
// Clang's UBSan keeps its own in the same place.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#undef STAND_IN_SPOILS
#define STAND_IN_SPOILS 0
#endif
#endif

// Blocks run one after the other on one thread of the host, so one object a thread is one object a block.
// Where it can be spoilt between blocks it stands with the program's thread_local variables, since that place can be found;
// ASan guards the bounds of a plain static one.
#if STAND_IN_SPOILS
#define __shared__ static thread_local
#else
#define __shared__ static
#endif

namespace stand_in {

// While it lives, a kernel runs: the program's own thread_local variables come back at its end.
class shared_memory {
public:
#if STAND_IN_SPOILS
    shared_memory() {
        dl_iterate_phdr(
            [](dl_phdr_info* program, std::size_t, void* to) {
                auto& self = *static_cast<shared_memory*>(to);
                for (int i = 0; i < program->dlpi_phnum; ++i)
                    if (program->dlpi_phdr[i].p_type == PT_TLS && program->dlpi_tls_data) {
                        self.place_ = static_cast<char*>(program->dlpi_tls_data);
                        self.size_ = program->dlpi_phdr[i].p_memsz;
                    }
                return 1;  // the first is the program itself
            },
            this);
        kept().assign(place_, place_ + size_);
    }
    ~shared_memory() {
        if (size_ != 0) std::memcpy(place_, kept().data(), size_);
    }
    // NaN, and no index: on a device nothing is known of it.
    void spoil() const {
        if (size_ != 0) std::memset(place_, 0xff, size_);
    }

private:
    static std::vector<char>& kept() {
        static std::vector<char> bytes;
        return bytes;
    }
    char* place_ = nullptr;
    std::size_t size_ = 0;

public:
#else
    shared_memory() {}
    void spoil() const {}
#endif
    shared_memory(shared_memory const&) = delete;
    shared_memory& operator=(shared_memory const&) = delete;
};

}  // namespace stand_in
