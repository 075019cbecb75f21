// SPDX-License-Identifier: MIT
#pragma once
#include "storage.hpp"
#include <isotypic/group/group.hpp>
#include <doctest/doctest.h>

/// \file
/// Samples of a group against another's `contains`.
namespace isotypic {

/// How many of `draws` samples of G lie in H.
template <group G, class H>
int samples_in(index_t n, int draws = 20, double tolerance = 1e-12) {
    random_stream random(seed(), std::uint64_t(n));
    int in = 0;
    for (int k = 0; k < draws; ++k) {
        storage<double> g(n, n);
        G::sample(g.one(), random);
        in += H::contains(view<double const>(g.one()), tolerance);
    }
    return in;
}

/// Does `subgroup_of` say what samples show? Where it holds, all of them lie in H; where `strictly` it does not,
/// some leave H.
template <group G, group H>
void check_relation(bool expected, bool strictly = true) {
    INFO("seed ", seed());
    CHECK(subgroup_of<G, H> == expected);
    for (index_t n : {4, 8, 12}) {
        if (expected) CHECK(samples_in<G, H>(n) == 20);
        if (!expected && strictly) CHECK(samples_in<G, H>(n) < 20);
    }
}

}  // namespace isotypic
