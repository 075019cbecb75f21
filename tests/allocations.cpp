// SPDX-License-Identifier: MIT
#include "allocations.hpp"
#include <atomic>
#include <cerrno>

#ifdef ISOTYPIC_COUNT_ALLOCATIONS
static std::atomic<std::size_t> count{0};

std::size_t isotypic::allocations() { return count.load(); }

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t n) noexcept { return ++count, __libc_malloc(n); }
void* calloc(std::size_t n, std::size_t size) noexcept { return ++count, __libc_calloc(n, size); }
void* realloc(void* p, std::size_t n) noexcept { return ++count, __libc_realloc(p, n); }
void* memalign(std::size_t a, std::size_t n) noexcept { return ++count, __libc_memalign(a, n); }
void* aligned_alloc(std::size_t a, std::size_t n) noexcept { return ++count, __libc_memalign(a, n); }
int posix_memalign(void** p, std::size_t a, std::size_t n) noexcept {
    return ++count, (*p = __libc_memalign(a, n)) ? 0 : ENOMEM;
}
}
#else
std::size_t isotypic::allocations() { return 0; }
#endif
