// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/newton_schulz.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// Steepest descent in the spectral norm: polar factors scaled by the nuclear norm (T. Lau, Q. Long, W. Su,
/// "PolarGrad", arXiv 2505.21799; Carlson et al. 2015 for the rule without momentum).
///
///     stochastic_spectral_descent   |G|_* polar(G)                                    rate 1/L
///     polar_grad                    M <- beta M + (1-beta) G,   <M, U>^alpha U,   U = polar(M)
///     polar_first_grad              U = polar(G),  M <- beta M + (1-beta) U,   <G, U>^alpha M
///     muon_polar                    X = beta M + (1-beta) G of polar_grad's M,   polar(X)
///
/// alpha = 1 is steepest descent, of degree 1 in the gradient: without it steps keep their length and cannot
/// converge at a constant rate. PolarGrad's own engine is QDWH with two inner steps, worst singular value
/// 0.73; ours is Polar Express with eight, or any other: `polar_grad<exact_svd>()`.
namespace isotypic {

template <class Engine = newton_schulz>
auto stochastic_spectral_descent(Engine engine = {}) {
    return polar<Engine>{engine, 1};
}

template <class Engine = newton_schulz>
struct polar_grad_settings {
    double beta = 0.95, alpha = 1;
    Engine engine{};
};

template <class Engine = newton_schulz>
auto polar_grad(polar_grad_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | polar<Engine>{s.engine, s.alpha};
}

/// The other order: an average of polar factors, scaled by the nuclear norm of the newest gradient.
template <class Engine = newton_schulz>
struct polar_first_grad {
    double beta = 0.95, alpha = 1;
    Engine engine{};

    using commutes_with = typename Engine::commutes_with;
    static constexpr shift_law row_shift{.keeps = true};
    static constexpr shift_law col_shift{.keeps = true};
    static constexpr bool multiplies = true;
    double homogeneity() const { return polar<Engine>{engine, alpha}.homogeneity(); }

    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        return momentum{}.init(d, like);
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        using T = typename C::value_type;
        auto& d = c.device;
        auto scope = d.scratch().open();
        auto u = dense_like(d.scratch().template take<T>(x.size()), x);
        double* nuclear = d.scratch().template take<double>(x.count);
        spectral<Engine>{engine}.steepest(d, x, u);
        item_sums(d, detail::product{}, nuclear, x, typename C::in(u));
        auto const& m = state.buffer.all();
        transform(d, detail::mix<T>{T(beta), T(1 - beta)}, m, u);
        transform(d, detail::power_above{alpha, 0}, detail::numbers<typename C::space>(nuclear, x.count));
        transform_items(d, detail::times{}, nuclear, typename C::in(m), y);
        return y;
    }
};

template <class Engine = newton_schulz>
struct muon_polar_settings {
    double beta = 0.95;
    Engine engine{};
};

/// PolarGrad's baseline: Muon in its scheme of momentum, with no shape factor.
template <class Engine = newton_schulz>
auto muon_polar(muon_polar_settings<Engine> s = {}) {
    return momentum{s.beta, true} | polar<Engine>{s.engine};
}

}  // namespace isotypic
