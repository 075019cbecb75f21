// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/shift.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/matrix/blocks.hpp>
#include <cmath>
#include <tuple>
#include <utility>

/// \file
/// A part of an update rule: a map from a block to a block that says what it commutes with.
///
///     struct my_part {
///         using commutes_with = symmetry<permutation, orthogonal>;      // f(g X h') = g f(X) h'
///         static constexpr shift_law row_shift{.blind = true};          // optional
///         double homogeneity() const { return 0; }                      // optional: f(tX) = t^p f(X), t > 0
///         auto init(auto& device, auto const& like) const;              // optional: state
///         template <class C>
///         typename C::in apply(C const& c, typename C::in x, typename C::out y, auto& state) const;
///     };
///
/// `apply` may write to y, which has x's shape and may be x itself, and returns the block that holds
/// its result: y, x, or its own state. It treats every item of a batch as a block of its own.
namespace isotypic {

/// What a part sees beside its input.
template <class Device, class T>
struct context {
    using value_type = T;
    using in = blocks<T const>;
    using out = blocks<T>;
    Device& device;
    index_t step;  ///< 1 on the first step
    in weight, gradient;
};

/// Anything that maps blocks and says what it commutes with.
template <class P>
concept part = requires { typename P::commutes_with; } && block_symmetry<typename P::commutes_with>;

/// The state of a part that has none.
struct no_state {
    static constexpr bool remembers = false;
    template <class F>
    void for_each(F const&) {}
};

/// The state of a part that keeps one block.
template <class Buffer>
struct one_buffer {
    Buffer buffer;
    char const* name;
    template <class F>
    void for_each(F const& f) {
        f(name, buffer.all());
    }
};

template <part P, class Device, class B>
auto init(P const& p, Device& device, B const& like) {
    if constexpr (requires { p.init(device, like); })
        return p.init(device, like);
    else
        return no_state{};
}

/// The exponent p in f(tX) = t^p f(X) for t > 0, or NaN where there is none.
template <part P>
double homogeneity(P const& p) {
    if constexpr (requires { p.homogeneity(); })
        return p.homogeneity();
    else
        return std::nan("");
}

namespace detail {

template <class P>
constexpr shift_law row_law() {
    if constexpr (requires { P::row_shift; })
        return P::row_shift;
    else
        return {};
}
template <class P>
constexpr shift_law col_law() {
    if constexpr (requires { P::col_shift; })
        return P::col_shift;
    else
        return {};
}

/// Is there anything in the state?
template <class State>
constexpr bool remembers() {
    if constexpr (requires { State::remembers; })
        return State::remembers;
    else
        return true;
}

/// Does P look at the weight? Then a shift of the weight may change its result.
template <class P>
constexpr bool weight_read() {
    if constexpr (requires { P::reads_weight; })
        return P::reads_weight;
    else
        return false;
}

/// Does P spend its time in matrix products, or in a user's code? Then one thread takes a whole block.
template <class P>
constexpr bool multiplies() {
    if constexpr (requires { P::multiplies; })
        return P::multiplies;
    else
        return false;
}

template <class P, class G>
constexpr bool rows_commute = subgroup_of<typename G::rows, typename P::commutes_with::rows>;
template <class P, class G>
constexpr bool cols_commute = subgroup_of<typename G::cols, typename P::commutes_with::cols>;

}  // namespace detail

/// Parts in the order in which they run. Made by `|`.
template <part... P>
struct pipe {
    std::tuple<P...> parts;

    /// For display: a pipe commutes with G if every part does, whatever this says.
    using commutes_with = typename std::tuple_element_t<0, std::tuple<P...>>::commutes_with;

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

/// A rule used where its claim does not cover the block, on purpose.
template <part P>
struct unchecked_rule : P {};
template <part P>
unchecked_rule<P> unchecked(P const& p) {
    return {p};
}

namespace detail {
template <class P>
constexpr bool is_unchecked = false;
template <class P>
constexpr bool is_unchecked<unchecked_rule<P>> = true;

template <class P, class G>
constexpr bool row_shift_fits = !G::row_shift || (row_law<P>().blind && row_law<P>().horizontal && !weight_read<P>());
template <class P, class G>
constexpr bool col_shift_fits = !G::col_shift || (col_law<P>().blind && col_law<P>().horizontal && !weight_read<P>());
}  // namespace detail

/// Does rule P commute with everything that G says of a block?
template <class P, class G>
concept equivariant_under = part<P> && block_symmetry<G> && !detail::is_unchecked<P> && detail::rows_commute<P, G> &&
                            detail::cols_commute<P, G> && detail::row_shift_fits<P, G> && detail::col_shift_fits<P, G>;

namespace detail {

/// The door: one sentence for each way in which a rule may not fit a block.
template <class P, class G>
constexpr void require_fit() {
    static_assert(part<P>, "this is not an update rule: make one of a callable with rule<symmetry<...>>(f)");
    if constexpr (part<P> && !is_unchecked<P>) {
        static_assert(rows_commute<P, G>, "this update does not commute with the group that acts on the block's rows");
        static_assert(cols_commute<P, G>, "this update does not commute with the group that acts on the block's columns");
        if constexpr (G::row_shift) {
            static_assert(!weight_read<P>(), "this block is known only up to a shared row, and the update reads the weight, which the shared row changes");
            static_assert(row_law<P>().blind, "this block is known only up to a shared row, begin the update with `centre{} |`");
            static_assert(row_law<P>().horizontal, "this block is known only up to a shared row, end the update with `| centre{}`");
        }
        if constexpr (G::col_shift) {
            static_assert(!weight_read<P>(), "this block is known only up to a shared column, and the update reads the weight, which the shared column changes");
            static_assert(col_law<P>().blind, "this block is known only up to a shared column, begin the update with `by_columns(centre{}) |`");
            static_assert(col_law<P>().horizontal, "this block is known only up to a shared column, end the update with `| by_columns(centre{})`");
        }
    }
}

}  // namespace detail
}  // namespace isotypic
