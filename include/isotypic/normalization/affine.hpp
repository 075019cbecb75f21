// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/as_view.hpp>

/// \file
/// What may stand behind a normalizer, y = gain * N(x) + shift:
///
///     per_feature(g)         a gain of every feature, d numbers, which leaves of rotations their signs
///     per_feature(g, b)      and a shift of every feature, which leaves nothing
///     one_gain(g)            one number for all features, which commutes with what N commutes with
///
/// Parameters, their gradients and their tangents are objects of the same type: views of the caller's memory, vectors of any kind.
namespace isotypic {

/// See the file's comment. Either may be empty: 1 and 0.
template <class T>
struct affine {
    view<T> gain = {}, shift = {};
};

/// See the file's comment.
template <class T>
struct common_gain {
    T* gain;
};

template <matrix G>
auto per_feature(G&& gain) {
    const auto g = as_view(std::forward<G>(gain));
    return affine<std::remove_reference_t<decltype(*g.data)>>{g, {}};
}
template <matrix G, matrix B>
auto per_feature(G&& gain, B&& shift) {
    auto both = per_feature(std::forward<G>(gain));
    both.shift = as_view(std::forward<B>(shift));
    return both;
}
template <class T>
    requires(scalar<std::remove_const_t<T>>)
common_gain<T> one_gain(T& gain) {
    return {&gain};
}

}  // namespace isotypic
