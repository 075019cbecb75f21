// SPDX-License-Identifier: MIT
#pragma once
#include "../allocations.hpp"
#include "rational.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/polar/coefficients.hpp>

/// \file
/// What engines made of products owe beyond every engine's word: no allocation after the first call, bits that do not depend on
/// threads. And by how much a set enlarges roundings.
namespace engines {

inline constexpr std::array every_set{keller,   you5,   you6,  polar_express,  polar_express_101, polar_express_105, polar_express_cushion, cans,
                                      deepseek, cubic5, turbo, turbo_positive, simple_quintic,    classic_cubic,     classic_quintic};

/// The largest factor by which a rounding of a singular value of x grows: 5e4 for cans at 1.
double slope(dense const& x, coefficients const& set);

template <class T, class E>
bool allocates_nothing(E const& engine) {
    cpu device;
    storage<T> x(9, 30), u(9, 30);
    x.fill(4);
    engine(device, view<T const>(x.one()), u.one());
    const auto before = allocations();
    engine(device, view<T const>(x.one()), u.one());
    engine(device, view<T const>(x.one().transposed()), u.one().transposed());
    return allocations() == before;
}

template <class T, class E>
std::vector<T> with_threads(E const& engine, index_t threads, index_t m, index_t n) {
    thread_pool pool(threads);
    cpu device(pool);
    storage<T> x(m, n), u(m, n);
    x.fill(9);
    engine(device, view<T const>(x.one()), u.one());
    return elements(u.one());
}
template <class T, class E>
bool same_for_threads(E const& engine) {
    const auto wide = with_threads<T>(engine, 1, 130, 400), tall = with_threads<T>(engine, 1, 400, 90);
    return same_bits(wide, with_threads<T>(engine, 3, 130, 400)) && same_bits(tall, with_threads<T>(engine, 2, 400, 90));
}

}  // namespace engines
