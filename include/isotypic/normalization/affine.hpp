// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/as_view.hpp>

/// \file
/// What may stand behind a normalizer, y = gain * N(x) + shift:
///
///     per_feature(g)         a gain of every feature, d numbers, which leaves of rotations their signs
///     per_feature(g, b)      and a shift of every feature, which leaves nothing
///     affine<T>{{}, b}       a shift alone
///     one_gain(g)            one number for all features, which commutes with what N commutes with
///     no_parameters{}        for a class of a typed norm that has none
///
/// Parameters, their gradients and their tangents are objects of the same kind: views of the caller's memory, vectors of Eigen or xtensor.
namespace isotypic {

/// See the file's comment. Either may be empty: 1 and 0.
template <class T, class Space = host>
struct affine {
    view<T, Space> gain = {}, shift = {};
};

/// See the file's comment.
template <class T>
struct common_gain {
    T* gain;
};

struct no_parameters {};

template <matrix G>
auto per_feature(G&& gain) {
    const auto g = as_view(std::forward<G>(gain));
    return affine<std::remove_reference_t<decltype(*g.data)>, typename decltype(g)::space>{g, {}};
}
template <matrix G, matrix B>
auto per_feature(G&& gain, B&& shift) {
    const auto g = as_view(std::forward<G>(gain));
    const auto b = as_view(std::forward<B>(shift));
    using T = std::remove_reference_t<decltype(*g.data)>;
    using U = std::remove_reference_t<decltype(*b.data)>;
    return affine<std::conditional_t<std::is_const_v<U>, U, T>, typename decltype(g)::space>{g, b};
}
template <class T>
    requires(scalar<std::remove_const_t<T>>)
common_gain<T> one_gain(T& gain) {
    return {&gain};
}

}  // namespace isotypic
