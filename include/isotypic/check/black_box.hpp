// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/replay.hpp>
#include <isotypic/matrix/as_view.hpp>
#include <limits>
#include <stdexcept>

/// \file
/// Any rule as a black box of doubles. With M the user's matrix type and w its weight, g its gradient, a rule is
///
///     u = f(g)     u = f(w, g)     f(g), in place     f(w, g), in place: the update is w before less w after
///     a part of this library, in the T and on the device D that are asked for       a `replay`
///
/// or an object whose member `step` is one of these. A copy of it is a run with fresh state, so what a rule shares between
/// copies (a pointer, a global) is not fresh; hand such rules over as a `replay`. M is read off the argument of f, or named:
/// `as_black_box<Eigen::MatrixXf>(f)`. It is made by M(rows, cols) or M::from_shape({rows, cols}).
namespace isotypic {

/// A rule without its type, and the rounding unit of the numbers that it computes in.
struct black_box {
    replay start;
    double unit = 0x1p-53;
    bool reads_weight = false;
};

namespace detail {

/// What a callable takes, read off its one operator(), and what it makes a matrix of.
template <class F>
struct argument_of {};
template <class R, class A>
struct argument_of<R(A)> {
    using type = std::remove_cvref_t<A>;
};
template <class R, class W, class A>
struct argument_of<R(W, A)> {
    using type = std::remove_cvref_t<A>;
};
template <class R, class... A>
struct argument_of<R (*)(A...)> : argument_of<R(A...)> {};
template <class R, class C, class... A>
struct argument_of<R (C::*)(A...)> : argument_of<R(A...)> {};
template <class R, class C, class... A>
struct argument_of<R (C::*)(A...) const> : argument_of<R(A...)> {};
template <class R, class C, class... A>
struct argument_of<R (C::*)(A...) noexcept> : argument_of<R(A...)> {};
template <class R, class C, class... A>
struct argument_of<R (C::*)(A...) const noexcept> : argument_of<R(A...)> {};

template <class F>
concept has_step = requires {
    &F::step;
};
template <class F>
concept has_call = requires {
    &F::operator();
};

template <class F>
auto matrix_of() {
    if constexpr (std::is_pointer_v<F>)
        return std::type_identity<typename argument_of<F>::type>{};
    else if constexpr (has_call<F>)
        return std::type_identity<typename argument_of<decltype(&F::operator())>::type>{};
    else if constexpr (has_step<F>)
        return std::type_identity<typename argument_of<decltype(&F::step)>::type>{};
    else
        return std::type_identity<void>{};
}

template <class M>
M filled(specimen const& x) {
    M y = [&] {
        if constexpr (requires { M::from_shape({std::size_t(x.rows), std::size_t(x.cols)}); })
            return M::from_shape({std::size_t(x.rows), std::size_t(x.cols)});
        else
            return M(x.rows, x.cols);
    }();
    auto v = as_view(y);
    using element = typename decltype(v)::value_type;
    const auto from = x.panel(0, 0);
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) v(i, j) = element(from(i, j));
    return y;
}

template <class M>
specimen read(M const& x) {
    const auto v = as_view(x);
    specimen y(v.rows, v.cols);
    const auto to = y.panel(0, 0);
    for (index_t i = 0; i < y.rows; ++i)
        for (index_t j = 0; j < y.cols; ++j) to(i, j) = double(v(i, j));
    return y;
}

/// f(w, g) or f(g), whichever there is, in place or not.
template <class M, class F>
specimen called(F& f, specimen const& weight, specimen const& gradient) {
    M g = filled<M>(gradient);
    if constexpr (std::is_invocable_v<F&, M&, M&>) {
        M w = filled<M>(weight);
        if constexpr (std::is_void_v<std::invoke_result_t<F&, M&, M&>>) {
            const specimen before = read(w);
            f(w, g);
            specimen u = read(w);
            for (std::size_t k = 0; k < u.values.size(); ++k) u.values[k] = before.values[k] - u.values[k];
            return u;
        } else {
            const M u = f(w, g);
            return read(u);
        }
    } else if constexpr (std::is_void_v<std::invoke_result_t<F&, M&>>) {
        f(g);
        return read(g);
    } else if constexpr (std::is_arithmetic_v<std::invoke_result_t<F&, M&>>) {
        specimen u(1, 1);
        u.values[0] = double(f(g));
        return u;
    } else {
        const M u = f(g);
        return read(u);
    }
}

template <class F>
struct step_of {
    F own;
    template <class... X>
    auto operator()(X&... x) -> decltype(own.step(x...)) {
        return own.step(x...);
    }
};

template <class M, class F>
replay restarted(F const& f) {
    return [f](specimen const&) -> run { return [own = f](specimen const& w, specimen const& g) mutable { return called<M>(own, w, g); }; };
}

}  // namespace detail

/// See the file's comment.
template <class M = void, device D = cpu, class F>
black_box as_black_box(F rule) {
    if constexpr (std::is_same_v<F, black_box>) {
        return rule;
    } else if constexpr (std::is_same_v<F, replay>) {
        return {rule, 0x1p-53, true};
    } else if constexpr (part<F>) {
        using T = std::conditional_t<std::is_void_v<M>, double, M>;
        static_assert(scalar<T>, "isotypic: a part is checked in a scalar type, as in check_equivariant<float>(rule, ...).");
        return {updates_of<T, D>(rule), double(std::numeric_limits<T>::epsilon()) / 2, true};
    } else {
        using deduced = typename decltype(detail::matrix_of<F>())::type;
        using X = std::conditional_t<std::is_void_v<M>, deduced, M>;
        static_assert(!std::is_void_v<X>, "isotypic: name the matrix type of this rule, as in check_equivariant<Eigen::MatrixXf>(rule, ...).");
        using T = std::remove_cvref_t<decltype(*std::declval<X&>().data())>;
        const double unit = double(std::numeric_limits<T>::epsilon()) / 2;
        if constexpr (detail::has_step<F> && !detail::has_call<F>) {
            using step = detail::step_of<F>;
            return {detail::restarted<X>(step{rule}), unit, std::is_invocable_v<step&, X&, X&>};
        } else
            return {detail::restarted<X>(rule), unit, std::is_invocable_v<F&, X&, X&>};
    }
}

}  // namespace isotypic
