// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

struct uint3 {
    unsigned x, y, z;
};

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
    constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
    constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
    constexpr operator uint3() const { return {x, y, z}; }
};

// As wide and as aligned as on a device, so that UBSan sees a load that is not aligned.
#define STAND_IN_VECTORS(name, type)                                                             \
    struct alignas(2 * sizeof(type)) name##2 {                                                   \
        type x, y;                                                                               \
    };                                                                                           \
    struct alignas(4 * sizeof(type) < 16 ? 4 * sizeof(type) : 16) name##4 {                      \
        type x, y, z, w;                                                                         \
    };                                                                                           \
    constexpr name##2 make_##name##2(type x, type y) { return {x, y}; }                          \
    constexpr name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
STAND_IN_VECTORS(float, float)
STAND_IN_VECTORS(double, double)
STAND_IN_VECTORS(int, int)
STAND_IN_VECTORS(uint, unsigned)
STAND_IN_VECTORS(short, short)
STAND_IN_VECTORS(ushort, unsigned short)
STAND_IN_VECTORS(uchar, unsigned char)
#undef STAND_IN_VECTORS

constexpr uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
