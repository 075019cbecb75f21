// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// Entry-wise baselines: Adam (Kingma and Ba 2015; with the layer's decay, AdamW, Loshchilov and Hutter 2019)
/// and Lion (Chen et al. 2023). Their state is one number an entry, so they commute with signed
/// permutations and with nothing larger.
namespace isotypic {

namespace detail {

/// The arithmetic of one entry.
template <class T>
struct adam_weights {
    T keep1, take1, keep2, take2, up, root_up, eps;
    constexpr void average(T& m, T& v, T const& g) const { m = keep1 * m + take1 * g, v = keep2 * v + take2 * g * g; }
    constexpr T direction(T const& m, T const& root) const {
        const T divisor = root * root_up + eps;
        return m * up / (divisor > 0 ? divisor : T(1));  // 0 where there was no gradient yet
    }
    constexpr void operator()(T& m, T& v, T const& g, T& u) const {
        average(m, v, g);
        u = direction(m, std::sqrt(v));
    }
    constexpr void operator()(T& m, T& v, T& u) const { (*this)(m, v, u, u); }
};

template <class T, class Rule, class Step>
struct adam_at {
    Rule rule;
    Step step;
    constexpr adam_weights<T> at_start() const { return rule.template weights<T>(index_t(step)); }
};

template <class T>
struct lion_entry {
    T b1, a1, b2, a2;
    constexpr void operator()(T& m, T const& g, T& u) const {
        const T now = g, look = b1 * m + a1 * now;
        m = b2 * m + a2 * now;
        u = T((look > 0) - (look < 0));
    }
    constexpr void operator()(T& m, T& u) const { (*this)(m, u, u); }
};

}  // namespace detail

/// m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,  y = m^ / (sqrt(v^) + eps), m^ and v^ freed of their
/// zero start. The absolute eps holds while gradients stay far above it.
struct adam {
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;

    using commutes_with = symmetry<signed_permutation, signed_permutation>;
    static constexpr bool any_device = true;

    template <class Buffer>
    struct moments {
        Buffer first, second;
        template <class F>
        void for_each(F const& f) {
            f("first_moment", first.all());
            f("second_moment", second.all());
        }
    };

    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        using U = std::remove_const_t<T>;
        return moments<decltype(zeros_like<U>(d, like))>{zeros_like<U>(d, like), zeros_like<U>(d, like)};
    }
    /// The numbers of a step.
    template <class T>
    constexpr detail::adam_weights<T> weights(index_t step) const {
        return {T(beta1), T(1 - beta1), T(beta2), T(1 - beta2), T(1 / (1 - std::pow(beta1, double(step)))),
                T(1 / std::sqrt(1 - std::pow(beta2, double(step)))), T(eps)};
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        using T = typename C::value_type;
        const detail::adam_at<T, adam, decltype(c.step)> f{*this, c.step};
        if (x.first.data == y.first.data)
            transform(c.device, f, state.first.all(), state.second.all(), y);
        else
            transform(c.device, f, state.first.all(), state.second.all(), x, y);
        return y;
    }
};

/// y = sign(b1 m + (1 - b1) g),  then m <- b2 m + (1 - b2) g.
struct lion {
    double beta1 = 0.9, beta2 = 0.99;

    using commutes_with = symmetry<signed_permutation, signed_permutation>;
    static constexpr bool any_device = true;
    double homogeneity() const { return 0; }

    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        auto b = zeros_like<std::remove_const_t<T>>(d, like);
        return one_buffer<decltype(b)>{std::move(b), "momentum"};
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        using T = typename C::value_type;
        const detail::lion_entry<T> f{T(beta1), T(1 - beta1), T(beta2), T(1 - beta2)};
        if (x.first.data == y.first.data)
            transform(c.device, f, state.buffer.all(), y);
        else
            transform(c.device, f, state.buffer.all(), x, y);
        return y;
    }
};

}  // namespace isotypic
