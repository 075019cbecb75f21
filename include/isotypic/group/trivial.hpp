// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/group.hpp>

/// \file
/// The group of the identity alone: an axis whose positions mean something each.
namespace isotypic {

/// {I}
struct trivial {
    static void sample(view<double> g, random_stream&) {
        for (index_t i = 0; i < g.rows; ++i)
            for (index_t j = 0; j < g.cols; ++j) g(i, j) = i == j;
    }
    static bool contains(view<double const> g, double tolerance) {
        for (index_t i = 0; i < g.rows; ++i)
            for (index_t j = 0; j < g.cols; ++j)
                if (!(std::abs(g(i, j) - (i == j)) <= tolerance)) return false;
        return true;
    }
};

/// The identity lies in every group.
template <class H>
    requires(!std::is_same_v<H, trivial>)
struct is_subgroup<trivial, H> : std::true_type {};

}  // namespace isotypic
