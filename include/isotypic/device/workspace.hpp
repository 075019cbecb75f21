// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <memory>
#include <new>
#include <vector>

/// \file
/// Scratch memory that is asked for on every step and allocated on the first.
namespace isotypic {
namespace detail {

struct aligned_delete {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
};
/// Bytes on a cache line of their own.
using aligned_bytes = std::unique_ptr<std::byte[], aligned_delete>;

inline aligned_bytes allocate_bytes(std::size_t n) {
    return aligned_bytes(static_cast<std::byte*>(::operator new[](n ? n : 1, std::align_val_t{64})));
}

/// Memory of the CPU, for a workspace.
struct host_memory {
    using owner = aligned_bytes;
    static constexpr std::size_t alignment = 64;
    static constexpr bool remembered = false;
    static owner allocate(std::size_t n) { return allocate_bytes(n); }
};

}  // namespace detail

/// A stack of scratch arrays. `take` hands out memory until the enclosing `scope` ends; when the
/// outermost scope ends, what was needed in pieces becomes one piece, so the next step allocates nothing.
/// Memory that may be `remembered` elsewhere, by a GPU's graph, stays when a larger piece takes its place.
template <class Memory>
class basic_workspace {
public:
    /// Everything taken after a scope began is given back when it ends.
    class scope {
    public:
        explicit scope(basic_workspace& w) : owner(w), used(w.used) { ++w.depth; }
        scope(scope const&) = delete;
        scope& operator=(scope const&) = delete;
        ~scope() {
            owner.used = used;
            if (--owner.depth > 0) return;
            try {
                owner.settle();
            } catch (...) {  // there is no memory: whoever takes some next is told
            }
        }

    private:
        basic_workspace& owner;
        std::size_t used;
    };

    scope open() { return scope(*this); }

    /// n uninitialised numbers, on a cache line of their own.
    template <class T>
    T* take(index_t n) {
        constexpr std::size_t line = Memory::alignment;
        const std::size_t bytes = (sizeof(T) * std::size_t(n) + line - 1) / line * line;
        const bool fits = used + bytes <= capacity;
        if (!fits) overflow.push_back(Memory::allocate(bytes));
        std::byte* const p = fits ? memory.get() + used : overflow.back().get();
        used += bytes;
        peak = used > peak ? used : peak;
        return reinterpret_cast<T*>(p);
    }

    /// The most that was ever in use, in bytes.
    std::size_t need() const { return peak; }

    /// Grows to at least `bytes`. Only outside every scope.
    void reserve(std::size_t bytes) {
        peak = bytes > peak ? bytes : peak;
        settle();
    }

private:
    void settle() {
        overflow.clear();
        if (peak <= capacity) return;
        if (Memory::remembered && capacity) outgrown.push_back(std::move(memory));
        memory.reset();
        capacity = 0;
        memory = Memory::allocate(peak);
        capacity = peak;
    }

    typename Memory::owner memory;
    std::vector<typename Memory::owner> overflow, outgrown;
    std::size_t capacity = 0, used = 0, peak = 0;
    int depth = 0;
};

using workspace = basic_workspace<detail::host_memory>;

}  // namespace isotypic
