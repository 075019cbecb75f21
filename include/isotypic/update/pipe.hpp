// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/update/part.hpp>
#include <string>
#include <utility>

/// \file
/// Composition: `a | b` is the part that runs a and hands its result to b. A pipe commutes with whatever all its
/// parts commute with, its shift laws are those of its parts in order, its degree the product of theirs.
namespace isotypic {
namespace detail {

template <class A, class... Rest>
struct meet_of {
    using type = A;
};
template <class A, class B, class... Rest>
struct meet_of<A, B, Rest...>
    : meet_of<std::conditional_t<subgroup_of<A, B>, A, std::conditional_t<subgroup_of<B, A>, B, trivial>>, Rest...> {};
template <class... G>
using meet = typename meet_of<G...>::type;

/// Values of several types in order: the little of std::tuple that pipes need, since every file pays for the pipes
/// of every ready-made rule that it names.
template <class... X>
struct list {};
template <class A, class... Rest>
struct list<A, Rest...> {
    A first;
    list<Rest...> rest;
};

template <class L, class F>
void for_each(L& l, F const& f) {
    if constexpr (requires { l.first; }) f(l.first), detail::for_each(l.rest, f);
}
template <class A, class... Rest>
list<A, Rest...> prepend(A a, list<Rest...> rest) {
    return {std::move(a), std::move(rest)};
}
template <class... B>
list<B...> chained(list<> const&, list<B...> const& b) {
    return b;
}
template <class A, class... Rest, class... B>
list<A, Rest..., B...> chained(list<A, Rest...> const& a, list<B...> const& b) {
    return {a.first, chained(a.rest, b)};
}

template <class Device, class B>
list<> init_all(list<> const&, Device&, B const&) {
    return {};
}
template <class A, class... Rest, class Device, class B>
auto init_all(list<A, Rest...> const& parts, Device& device, B const& like) {
    return prepend(init(parts.first, device, like), init_all(parts.rest, device, like));
}

/// The states of the parts; names are prefixed with the part's place in the pipe.
template <class... S>
struct states {
    static constexpr bool remembers = (detail::remembers<S>() || ...);
    list<S...> all;
    template <class F>
    void for_each(F const& f) {
        int i = 0;
        detail::for_each(all, [&](auto& s) {
            s.for_each([&](auto const& name, auto const& b) { f(std::to_string(i) + "." + name, b); });
            ++i;
        });
    }
};
template <class... S>
states(list<S...>) -> states<S...>;

}  // namespace detail

/// Parts in the order in which they run. Made by `|`.
template <part... P>
struct pipe {
    detail::list<P...> parts;

    /// The largest group known to lie in every part's. A pipe commutes with G if every part does, also where
    /// chains of `within` do not meet and this falls back to the identity.
    using commutes_with = symmetry<detail::meet<typename P::commutes_with::rows...>, detail::meet<typename P::commutes_with::cols...>>;

    static constexpr shift_law row_shift = [] {
        shift_law law{false, false, true, true};
        ((law = then(law, detail::row_law<P>())), ...);
        return law;
    }();
    static constexpr shift_law col_shift = [] {
        shift_law law{false, false, true, true};
        ((law = then(law, detail::col_law<P>())), ...);
        return law;
    }();
    static constexpr bool reads_weight = (detail::weight_read<P>() || ...);
    static constexpr bool multiplies = (detail::multiplies<P>() || ...);
    static constexpr bool any_device = (detail::any_device<P>() && ...);

    double homogeneity() const {
        double degree = 1;
        detail::for_each(parts, [&](auto const& p) { degree *= isotypic::homogeneity(p); });
        return degree;
    }

    template <class Device, class B>
    auto init(Device& device, B const& like) const {
        return detail::states{detail::init_all(parts, device, like)};
    }

    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        return run(parts, c, x, y, state.all);
    }

private:
    template <class L, class C, class S>
    static typename C::in run(L const& parts, C const& c, typename C::in x, typename C::out y, S& states) {
        if constexpr (requires { parts.first; })
            return run(parts.rest, c, parts.first.apply(c, x, y, states.first), y, states.rest);
        else
            return x;
    }
};
template <part... P>
pipe(detail::list<P...>) -> pipe<P...>;

namespace detail {

template <class P>
list<P> parts_of(P const& p) {
    return {p, {}};
}
template <class... P>
list<P...> const& parts_of(pipe<P...> const& p) {
    return p.parts;
}

template <class... P, class G>
constexpr bool rows_commute<pipe<P...>, G> = (rows_commute<P, G> && ...);
template <class... P, class G>
constexpr bool cols_commute<pipe<P...>, G> = (cols_commute<P, G> && ...);

}  // namespace detail

/// First a, then b.
template <class A, class B>
    requires(part<A> || part<B>)
auto operator|(A const& a, B const& b) {
    static_assert(part<A> && part<B>, "both sides of | must be parts of an update rule: make one of a callable with rule<symmetry<...>>(f)");
    if constexpr (part<A> && part<B>) return pipe{detail::chained(detail::parts_of(a), detail::parts_of(b))};
}

}  // namespace isotypic
