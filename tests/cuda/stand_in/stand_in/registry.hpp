// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>

#include "counts.hpp"
#include "sanitizer.hpp"

namespace stand_in {

enum class place { host, pinned, device };

// Which memory is whose. Under ASan the device's is poisoned while the host runs.
class registry {
public:
    static void* allocate(std::size_t size, place where) {
        void* p = nullptr;
        if (where == place::device && (size > memory_limit || used_ > memory_limit - size)) return nullptr;
        if (posix_memalign(&p, 256, size) != 0) return nullptr;
        std::memset(p, 0xff, size);  // NaN, and no index
        ranges_[address(p)] = {size, where};
        if (where == place::device) {
            ++counts.allocations;
            used_ += size;
            if (depth_ == 0) poison(p, size);
        }
        return p;
    }

    static bool release(void* p, place where) {
        auto const it = ranges_.find(address(p));
        if (it == ranges_.end() || it->second.where != where) return false;
        if (where == place::device) {
            ++counts.frees;
            used_ -= it->second.size;
            unpoison(p, it->second.size);
        }
        void* const memory = reinterpret_cast<void*>(it->first);
        ranges_.erase(it);
        std::free(memory);
        return true;
    }

    // Whether [p, p + size) lies within one allocation of the device, or apart from all of them.
    static bool on_device(void const* p, std::size_t size) {
        range const* const r = around(p, size);
        return r && r->where == place::device;
    }
    static bool on_host(void const* p, std::size_t size) {
        if (around(p, size)) return around(p, size)->where == place::pinned;
        auto const it = ranges_.lower_bound(address(p));
        if (it != ranges_.end() && it->first < address(p) + size) return false;
        return !touches(p);
    }
    static bool is_pinned(void const* p) {
        range const* const r = around(p, 0);
        return r && r->where == place::pinned;
    }
    static bool visible_to_kernels(void const* p) { return !p || touches(p); }

    static std::size_t used() { return used_; }

    // While one lives, the device's memory may be read and written.
    struct access {
        access() {
            if (depth_++ == 0) each(unpoison);
        }
        ~access() {
            if (--depth_ == 0) each(poison);
        }
        access(access const&) = delete;
        access& operator=(access const&) = delete;
    };

    inline static std::size_t memory_limit = static_cast<std::size_t>(-1) / 2;

private:
    struct range {
        std::size_t size;
        place where;
    };

    static std::uintptr_t address(void const* p) { return reinterpret_cast<std::uintptr_t>(p); }

    static std::map<std::uintptr_t, range>::const_iterator before(void const* p) {
        auto it = ranges_.upper_bound(address(p));
        return it == ranges_.begin() ? ranges_.end() : --it;
    }
    static range const* around(void const* p, std::size_t size) {
        auto const it = before(p);
        return it != ranges_.end() && address(p) - it->first < it->second.size && size <= it->second.size - (address(p) - it->first) ? &it->second : nullptr;
    }
    // An end of an array counts.
    static bool touches(void const* p) {
        auto const it = before(p);
        return it != ranges_.end() && address(p) - it->first <= it->second.size;
    }

    template <class F>
    static void each([[maybe_unused]] F f) {
#if STAND_IN_ASAN
        for (auto const& [begin, r] : ranges_)
            if (r.where == place::device) f(reinterpret_cast<void*>(begin), r.size);
#endif
    }
    static void poison([[maybe_unused]] void* p, [[maybe_unused]] std::size_t size) {
#if STAND_IN_ASAN
        __asan_poison_memory_region(p, size);
#endif
    }
    static void unpoison([[maybe_unused]] void* p, [[maybe_unused]] std::size_t size) {
#if STAND_IN_ASAN
        __asan_unpoison_memory_region(p, size);
#endif
    }

    inline static std::map<std::uintptr_t, range> ranges_;
    inline static std::size_t used_ = 0;
    inline static int depth_ = 0;
};

// Bytes that the device has: what goes beyond is cudaErrorMemoryAllocation.
inline std::size_t& memory_limit = registry::memory_limit;

}  // namespace stand_in
