// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/normalization/batch_norm.hpp>
#include <isotypic/normalization/line_cores.hpp>

/// \file
/// The core that a symmetry picks: what it must commute with (a group of the features, or a symmetry of samples x features) and what
/// it must take out.
///
///     normalization_for<orthogonal, modulo::scale>                            rms_norm
///     normalization_for<permutation, modulo::scale_and_shift>                 layer_norm
///     normalization_for<permutation, modulo::feature_affine>                  batch_norm
///     normalization_for<symmetry<orthogonal, orthogonal>, modulo::one_scale>  whitening, whose header comes by its own name
///
/// A subgroup picks the same core as long as none was made for less: signs of the features keep rms_norm and batch_norm, a plain
/// permutation too. Layer norm knows the direction (1, .., 1), so nothing beyond permutations of the features picks it.
namespace isotypic {

struct whitening;

namespace detail {

template <class Equivariant>
struct on_features {
    using type = symmetry<permutation, Equivariant>;
};
template <block_symmetry S>
struct on_features<S> {
    using type = S;
};

template <class S, class Modulo>
struct normalization {
    static_assert(always_false<S, Modulo>, "no core commutes with this and takes that out: rms_norm is for rotations of the features modulo scale, layer_norm for their permutations modulo scale_and_shift, batch_norm for their signed permutations modulo feature_affine, whitening for rotations of both sides modulo one_scale");
};
template <class S>
    requires(subgroup_of<typename S::rows, signed_permutation> && subgroup_of<typename S::cols, orthogonal>)
struct normalization<S, modulo::scale> {
    using type = rms_norm;
};
template <class S>
    requires(subgroup_of<typename S::rows, signed_permutation> && subgroup_of<typename S::cols, permutation>)
struct normalization<S, modulo::scale_and_shift> {
    using type = layer_norm;
};
template <class S>
    requires(subgroup_of<typename S::rows, permutation> && subgroup_of<typename S::cols, signed_permutation>)
struct normalization<S, modulo::feature_affine> {
    using type = batch_norm;
};
template <class S>
    requires(subgroup_of<typename S::rows, orthogonal> && subgroup_of<typename S::cols, orthogonal>)
struct normalization<S, modulo::one_scale> {
    using type = whitening;
};

}  // namespace detail

/// See the file's comment.
template <class Equivariant, class Modulo>
using normalization_for = typename detail::normalization<typename detail::on_features<Equivariant>::type, Modulo>::type;

}  // namespace isotypic
