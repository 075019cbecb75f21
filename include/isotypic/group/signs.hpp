// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/signed_permutation.hpp>

/// \file
/// Sign flips of single positions: what is left of rotations beside a per-feature scale.
namespace isotypic {

/// { diag(+-1) }
struct signs {
    using within = signed_permutation;
    static void sample(view<double> g, random_stream& random) { detail::sample_permutation(g, random, false, true); }
    static bool contains(view<double const> g, double tolerance) {
        for (index_t i = 0; i < g.rows; ++i)
            if (!(std::abs(std::abs(g(i, i)) - 1) <= tolerance)) return false;
        return detail::is_permutation(g, tolerance, true);
    }
};

}  // namespace isotypic
