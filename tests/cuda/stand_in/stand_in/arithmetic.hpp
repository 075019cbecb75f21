// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cmath>

namespace stand_in {

// No other thread runs meanwhile.
template <class T, class F>
T update(T* at, F next) {
    T const old = *at;
    *at = next(old);
    return old;
}

}  // namespace stand_in

#define STAND_IN_ATOMICS(type)                                                                             \
    inline type atomicAdd(type* at, type value) {                                                          \
        return stand_in::update(at, [=](type old) { return static_cast<type>(old + value); });             \
    }                                                                                                      \
    inline type atomicExch(type* at, type value) {                                                         \
        return stand_in::update(at, [=](type) { return value; });                                          \
    }
STAND_IN_ATOMICS(unsigned)
STAND_IN_ATOMICS(unsigned long long)
STAND_IN_ATOMICS(float)
#undef STAND_IN_ATOMICS
inline double atomicAdd(double* at, double value) {
    return stand_in::update(at, [=](double old) { return old + value; });
}
inline int atomicAdd(int* at, int value) {  // wraps, as on a device
    return stand_in::update(at, [=](int old) { return static_cast<int>(static_cast<unsigned>(old) + static_cast<unsigned>(value)); });
}
inline int atomicExch(int* at, int value) {
    return stand_in::update(at, [=](int) { return value; });
}

#define STAND_IN_ATOMICS(type)                                                                             \
    inline type atomicMax(type* at, type value) {                                                          \
        return stand_in::update(at, [=](type old) { return old < value ? value : old; });                  \
    }                                                                                                      \
    inline type atomicMin(type* at, type value) {                                                          \
        return stand_in::update(at, [=](type old) { return value < old ? value : old; });                  \
    }                                                                                                      \
    inline type atomicOr(type* at, type value) {                                                           \
        return stand_in::update(at, [=](type old) { return static_cast<type>(old | value); });             \
    }                                                                                                      \
    inline type atomicAnd(type* at, type value) {                                                          \
        return stand_in::update(at, [=](type old) { return static_cast<type>(old & value); });             \
    }                                                                                                      \
    inline type atomicCAS(type* at, type compare, type value) {                                            \
        return stand_in::update(at, [=](type old) { return old == compare ? value : old; });               \
    }
STAND_IN_ATOMICS(int)
STAND_IN_ATOMICS(unsigned)
STAND_IN_ATOMICS(unsigned long long)
#undef STAND_IN_ATOMICS

inline void __threadfence() {}
inline void __threadfence_block() {}

template <class T>
T __ldg(T const* at) {
    return *at;
}

inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
inline float __expf(float x) { return std::exp(x); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline double __dmul_rn(double x, double y) { return x * y; }
inline double __dadd_rn(double x, double y) { return x + y; }

inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline int __popc(unsigned x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __ffs(int x) { return x == 0 ? 0 : std::countr_zero(static_cast<unsigned>(x)) + 1; }
