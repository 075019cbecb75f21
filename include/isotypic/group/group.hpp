// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <isotypic/matrix/view.hpp>
#include <type_traits>

/// \file
/// A group is a type that can draw one of its elements as an n x n matrix, and names the next larger
/// group that it lies in:
///
///     struct cyclic {
///         using within = permutation;
///         static void sample(view<double> g, random_stream& random) {
///             const index_t n = g.rows, k = random.below(n);
///             for (index_t i = 0; i < n; ++i) for (index_t j = 0; j < n; ++j) g(i, j) = (j + k) % n == i;
///         }
///     };
///
/// What acts on a block lies within `orthogonal`, so that gradients move as weights do.
namespace isotypic {

/// Anything with `sample`.
template <class G>
concept group = requires(view<double> g, random_stream& random) { G::sample(g, random); };

/// Is every element of G an element of H? Follows G's chain of `within`; groups made of groups add
/// their own rules by specialisation.
template <class G, class H>
struct is_subgroup : std::false_type {};
template <class G>
struct is_subgroup<G, G> : std::true_type {};
template <class G, class H>
    requires(!std::is_same_v<G, H> && requires { typename G::within; })
struct is_subgroup<G, H> : is_subgroup<typename G::within, H> {};

/// See `is_subgroup`.
template <class G, class H>
concept subgroup_of = is_subgroup<G, H>::value;

}  // namespace isotypic
