// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// Averages of past inputs. Linear with the same weight everywhere, so they commute with every linear
/// action and carry shifts along. Both return their own buffer: no copy unless Nesterov asks for one.
namespace isotypic {
namespace detail {

/// b = k a + t b
template <class T>
struct look_ahead {
    T k, t;
    constexpr void operator()(T const& a, T& b) const { b = k * a + t * b; }
};

template <class C, class State>
typename C::in average(C const& c, double keep, double take, bool nesterov, typename C::in x, typename C::out y, State& state) {
    using T = typename C::value_type;
    const T k = T(keep), t = T(take);
    auto const& m = state.buffer.all();
    transform(c.device, mix<T>{k, t}, m, x);
    if (!nesterov) return m;
    if (x.first.data == y.first.data)
        transform(c.device, look_ahead<T>{k, t}, m, y);
    else
        transform(c.device, mix<T>{k, t}, m, x, y);
    return y;
}

}  // namespace detail

/// M <- beta M + (1 - beta) G; with Nesterov the result is beta M + (1 - beta) G once more (K. Jordan's Muon).
struct momentum {
    double beta = 0.95;
    bool nesterov = false;

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift = shift_law::linear();
    static constexpr shift_law col_shift = shift_law::linear();
    double homogeneity() const { return 1; }

    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        auto b = zeros_like<std::remove_const_t<T>>(d, like);
        return one_buffer<decltype(b)>{std::move(b), "momentum"};
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        return detail::average(c, beta, 1 - beta, nesterov, x, y, state);
    }
};

/// M <- beta M + G, the heavy ball; with Nesterov the result is G + beta M (SGD, Moonlight's Muon).
struct heavy_ball {
    double beta = 0.95;
    bool nesterov = false;

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift = shift_law::linear();
    static constexpr shift_law col_shift = shift_law::linear();
    double homogeneity() const { return 1; }

    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        return momentum{}.init(d, like);
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        return detail::average(c, beta, 1, nesterov, x, y, state);
    }
};

/// The input itself: SGD, and the start of rules without momentum.
struct identity {
    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift = shift_law::linear();
    static constexpr shift_law col_shift = shift_law::linear();
    double homogeneity() const { return 1; }

    template <class C>
    typename C::in apply(C const&, typename C::in x, typename C::out, no_state&) const {
        return x;
    }
};

}  // namespace isotypic
