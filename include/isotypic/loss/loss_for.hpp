// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/regression.hpp>
#include <isotypic/loss/residual.hpp>
#include <isotypic/loss/unhinged.hpp>
#include <isotypic/norm/norm_for.hpp>

/// \file
/// The canonical loss of a symmetry of residuals: the largest invariant norm that is 1 on elementary matrices, which is the dual of
/// `norm_for`, the smallest one.
///
///     rows \ columns     exchangeable     isotropic
///     exchangeable       absolute         row_sum
///     isotropic          column_sum       nuclear
///
/// Sides are told apart as `norm_for` does, by the group that acts on each; a role is a symmetry. A shift changes nothing here.
///
/// For scores and labels of exchangeable classes, `loss_for<class_scores>`, it is `unhinged`: the only convex, permutation-invariant,
/// symmetric loss (arXiv 2605.20347; see unhinged.hpp).
namespace isotypic {

/// Scores of classes, with a label.
struct class_scores {};

namespace detail {

template <class Norm>
struct dual_loss;
template <>
struct dual_loss<entry_max> {
    using type = absolute;
};
template <>
struct dual_loss<row_max> {
    using type = row_sum;
};
template <>
struct dual_loss<column_max> {
    using type = column_sum;
};
template <class Engine>
struct dual_loss<spectral<Engine>> {
    using type = nuclear<Engine>;
};

template <class G>
struct canonical_loss;
template <block_symmetry G>
struct canonical_loss<G> : dual_loss<norm_for<G>> {};
template <>
struct canonical_loss<class_scores> {
    using type = unhinged;
};

}  // namespace detail

/// See the file's comment.
template <class G>
    requires(block_symmetry<G> || std::is_same_v<G, class_scores>)
using loss_for = typename detail::canonical_loss<G>::type;

}  // namespace isotypic
