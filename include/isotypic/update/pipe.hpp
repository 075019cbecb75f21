// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/update/part.hpp>
#include <string>
#include <tuple>
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

}  // namespace detail

/// Parts in the order in which they run. Made by `|`.
template <part... P>
struct pipe {
    std::tuple<P...> parts;

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

    double homogeneity() const {
        return std::apply([](auto const&... p) { return (isotypic::homogeneity(p) * ...); }, parts);
    }

    /// The states of the parts; names are prefixed with the part's place in the pipe.
    template <class... S>
    struct states {
        static constexpr bool remembers = (detail::remembers<S>() || ...);
        std::tuple<S...> all;
        template <class F>
        void for_each(F const& f) {
            std::apply([&, i = 0](auto&... s) mutable {
                ((s.for_each([&](auto const& name, auto const& b) { f(std::to_string(i) + "." + name, b); }), ++i), ...);
            }, all);
        }
    };

    template <class Device, class B>
    auto init(Device& device, B const& like) const {
        return std::apply([&](auto const&... p) {
            return states<decltype(isotypic::init(p, device, like))...>{{isotypic::init(p, device, like)...}};
        }, parts);
    }

    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            ((x = std::get<i>(parts).apply(c, x, y, std::get<i>(state.all))), ...);
        }(std::index_sequence_for<P...>{});
        return x;
    }
};

namespace detail {

template <class P>
auto parts_of(P const& p) {
    return std::tuple<P>(p);
}
template <class... P>
auto parts_of(pipe<P...> const& p) {
    return p.parts;
}
/// One tuple after the other. (std::tuple_cat costs every file that includes ready-made rules noticeable time.)
template <class... A, class... B, std::size_t... i, std::size_t... j>
pipe<A..., B...> chained(std::tuple<A...> const& a, std::tuple<B...> const& b, std::index_sequence<i...>, std::index_sequence<j...>) {
    return {std::tuple<A..., B...>(std::get<i>(a)..., std::get<j>(b)...)};
}
template <class... A, class... B>
pipe<A..., B...> chained(std::tuple<A...> const& a, std::tuple<B...> const& b) {
    return chained(a, b, std::index_sequence_for<A...>{}, std::index_sequence_for<B...>{});
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
    if constexpr (part<A> && part<B>) return detail::chained(detail::parts_of(a), detail::parts_of(b));
}

}  // namespace isotypic
