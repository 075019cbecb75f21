// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/group/shift.hpp>
#include <isotypic/polar/newton_schulz.hpp>

/// \file
/// The largest singular value: the norm of blocks isotropic on both sides.
///
///     N(X) = s_1(X)     dual N*(X) = sum_i s_i (nuclear norm)     steepest direction  U V', X = U diag(s) V'
///
/// The steepest direction is the polar factor, found by an engine: any callable
/// `engine(device, view<T const> m, view<T> u)` that says what it commutes with. The dual is <X, U> and is
/// as exact as the engine. A horizontal X has a horizontal polar factor.
namespace isotypic {

/// s_1(X), with the engine for its steepest direction.
template <class Engine = newton_schulz>
struct spectral {
    Engine engine{};

    using invariant_under = typename Engine::commutes_with;
    static constexpr shift_law row_shift{.keeps = true};
    static constexpr shift_law col_shift{.keeps = true};

    /// y <- polar factor of each item of x (of a joined pair: of the two side by side); y may be x.
    template <device D, class T, class S>
    void steepest(D& d, blocks<T const, S> const& x, blocks<T, S> const& y) const {
        d.for_each_task(x.count, [&](index_t k, auto& device) {
            if (!x.joined) return engine(device, x.panel(k), y.panel(k));
            auto scope = device.scratch().open();
            view<T const, S> whole = gathered(device, item(x, k));
            view<T, S> factor = dense_like(device.scratch().template take<T>(whole.size()), blocks<T const, S>(whole)).first;
            engine(device, whole, factor);
            scattered(device, view<T const, S>(factor), item(y, k));
        });
    }
    template <device D, class T, class S>
    double dual(D& d, blocks<T, S> const& x) const {
        using U = std::remove_const_t<T>;
        auto scope = d.scratch().open();
        blocks<U, S> u = dense_like(d.scratch().template take<U>(x.size()), x);
        double* nuclear = d.scratch().template take<double>(x.count);
        steepest(d, blocks<U const, S>(x), u);
        item_sums(d, [](auto a, auto b) { return double(a) * double(b); }, nuclear, blocks<U const, S>(x), blocks<U const, S>(u));
        double total = 0;
        for (index_t k = 0; k < x.count; ++k) total += nuclear[k];
        return total;
    }
};

template <class Engine>
spectral(Engine) -> spectral<Engine>;

}  // namespace isotypic
