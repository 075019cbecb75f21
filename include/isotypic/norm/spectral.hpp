// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/group/shift.hpp>
#include <isotypic/polar/by_accuracy.hpp>
#include <cmath>
#include <limits>

/// \file
/// The largest singular value: the norm of blocks isotropic on both sides.
///
///     N(X) = s_1(X)     dual N*(X) = sum_i s_i (nuclear norm)     steepest direction  U V', X = U diag(s) V'
///
/// The value is the limit of |(X X')^p|_F^(1/2p): 32 squarings, each rescaled, so to rounding. A batch has the
/// largest value and the sum of the duals of its items; no item is scaled by another.
/// The steepest direction is the polar factor, found by an engine: any callable
/// `engine(device, view<T const> m, view<T> u)` that says what it commutes with, and by `shares_threads` that its products do. The dual is <X, U> and is
/// as exact as the engine. A horizontal X has a horizontal polar factor. An engine that says `together` also takes blocks of as many
/// small matrices.
namespace isotypic {

/// s_1(X), with the engine for its steepest direction.
template <class Engine = by_accuracy>
struct spectral {
    Engine engine{};

    using invariant_under = typename Engine::commutes_with;
    // The reflection in 1 leaves a horizontal X alone, so also what an engine that commutes with it makes of X.
    static constexpr shift_law row_shift{.keeps = subgroup_of<orthogonal, typename invariant_under::rows>};
    static constexpr shift_law col_shift{.keeps = subgroup_of<orthogonal, typename invariant_under::cols>};
    static constexpr bool multiplies = true;
    static constexpr bool any_device = detail::any_device<Engine>();

    /// Is U(tX) = U(X) for t > 0? An engine with an absolute eps says no by a `scale_free` of its own.
    bool scale_free() const {
        if constexpr (requires { engine.scale_free(); })
            return engine.scale_free();
        else
            return true;
    }

    template <device D, class T, class S>
    double value(D& d, blocks<T, S> const& x) const {
        using U = std::remove_const_t<T>;
        double most = 0;
        for (index_t k = 0; k < x.count && x.size(); ++k) {
            auto scope = d.scratch().open();
            view<U const, S> m = gathered(d, item(blocks<U const, S>(x), k));
            most = detail::larger{}(most, largest(d, m.rows > m.cols ? m.transposed() : m));
        }
        return most;
    }
    /// y <- polar factor of each item of x (of a joined pair: of the two side by side); y may be x.
    template <device D, class T, class S>
    void steepest(D& d, blocks<T const, S> const& x, blocks<T, S> const& y) const {
        if constexpr (!std::is_same_v<S, host>)
            of_items(d, x, y);
        else
            one_by_one(d, x, y);
    }
    template <device D, class T>
    double dual(D& d, blocks<T> const& x) const {
        using U = std::remove_const_t<T>;
        auto scope = d.scratch().open();
        blocks<U> u = dense_like(d.scratch().template take<U>(x.size()), x);
        double* nuclear = d.scratch().template take<double>(x.count);
        steepest(d, blocks<U const>(x), u);
        item_sums(d, detail::product{}, nuclear, blocks<U const>(x), blocks<U const>(u));
        double total = 0;
        for (index_t k = 0; k < x.count; ++k) total += nuclear[k];
        return total;
    }

private:
    /// All items in one call, for a device whose products take batches; pairs are gathered one by one.
    template <device D, class T, class S>
    void of_items(D& d, blocks<T const, S> const& x, blocks<T, S> const& y) const {
        if (!x.joined) return polar_of_items(d, engine, x, y);
        for (index_t k = 0; k < x.count && x.size(); ++k) {
            auto scope = d.scratch().open();
            view<T const, S> whole = gathered(d, item(x, k));
            view<T, S> factor = dense_like(d.scratch().template take<T>(whole.size()), blocks<T const, S>(whole)).first;
            polar_of_items(d, engine, blocks<T const, S>(whole), blocks<T, S>(factor));
            scattered(d, view<T const, S>(factor), item(y, k));
        }
    }
    template <device D, class T, class S>
    void one_by_one(D& d, blocks<T const, S> const& x, blocks<T, S> const& y) const {
        // An engine that depends on the shape is chosen once for all items.
        auto const& chosen = for_shape<std::remove_const_t<T>>(x.rows() * (x.joined && x.stacked ? 2 : 1), x.cols() * (x.joined && !x.stacked ? 2 : 1));
        auto one = [&](index_t k, auto& device) {
            if (!x.joined) return chosen(device, x.panel(k), y.panel(k));
            auto scope = device.scratch().open();
            view<T const, S> whole = gathered(device, item(x, k));
            view<T, S> factor = dense_like(device.scratch().template take<T>(whole.size()), blocks<T const, S>(whole)).first;
            chosen(device, whole, factor);
            scattered(device, view<T const, S>(factor), item(y, k));
        };
        // Small ones in groups, as long as every thread has one. An item has the same bits in any.
        if constexpr (requires { chosen(d, x, y), chosen.together; })
            if (!x.joined && (std::min)(x.rows(), x.cols()) <= 128 && x.first.size() <= 1 << 16) {
                const index_t n = std::clamp<index_t>(x.count / d.threads().concurrency(), 1, chosen.together);
                return d.for_each_task((x.count + n - 1) / n, [&](index_t k, auto& device) {
                    auto some = [&](auto z) {
                        z = item(z, k * n), z.count = (std::min)(n, x.count - k * n);
                        return z;
                    };
                    chosen(device, some(x), some(y));
                });
            }
        // Large items for which there would be threads without one are done by all threads each.
        index_t rest = 0;
        if constexpr (requires { Engine::shares_threads; })
            if ((std::min)(x.rows(), x.cols()) >= 512) rest = x.count % d.threads().concurrency();
        d.for_each_task(x.count - rest, one);
        for (index_t k = x.count - rest; k < x.count; ++k) one(k, d);
    }
    template <class T>
    auto for_shape(index_t rows, index_t cols) const {
        if constexpr (requires { engine.template plan<T>(rows, cols).engine; })
            return engine.template plan<T>(rows, cols).engine;
        else
            return engine;
    }
    /// s_1 of a wide matrix, scaled by a power of two. With A_0 = X X' and A_(i+1) = (A_i / f_i)^2, f_i = |A_i|_F, log s_1 is the sum of
    /// log f_i / 2^(i+1); f_i settles, which gives the rest of the series.
    template <device D, class T, class S>
    static double largest(D& d, view<T const, S> m) {
        using block = blocks<T const, S>;
        double f = frobenius(d, block(m));
        if (!(f > 0)) return f;
        auto copy = dense_like(d.scratch().template take<T>(m.size()), block(m));
        const int power = exponent_of(f);
        scale(d, std::ldexp(1., -power), block(m), copy);
        const index_t n = m.rows;
        view<T, S> a(d.scratch().template take<T>(n * n), n, n), b(d.scratch().template take<T>(n * n), n, n);
        multiply_symmetric<T>(d, 1, copy.first, 0, a);
        double log = 0, weight = 0.5;
        for (int i = 0;; ++i, weight /= 2) {
            f = frobenius(d, block(a));
            if (!std::isfinite(f)) return std::numeric_limits<double>::infinity();  // of m, since NaN has returned above
            if (i == 32) return std::ldexp(std::exp(log + 2 * weight * std::log(f)), power);
            log += weight * std::log(f);
            scale(d, 1 / f, block(a), blocks<T, S>(a));
            multiply_symmetric<T>(d, 1, a, 0, b);
            std::swap(a, b);
        }
    }
};

template <class Engine>
spectral(Engine) -> spectral<Engine>;

}  // namespace isotypic
