// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/signed_permutation.hpp>

/// \file
/// Permutations: an axis whose positions are exchangeable (tokens, neurons, experts).
namespace isotypic {

/// S_n as matrices.
struct permutation {
    using within = signed_permutation;
    static void sample(view<double> g, random_stream& random) { detail::sample_permutation(g, random, true, false); }
    static bool contains(view<double const> g, double tolerance) { return detail::is_permutation(g, tolerance, false); }
};

}  // namespace isotypic
