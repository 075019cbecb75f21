// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/norm/entry_max.hpp>
#include <isotypic/norm/row_max.hpp>
#include <isotypic/norm/spectral.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// The steepest direction of an invariant norm, scaled by a power of the dual norm:
///
///     u = argmax { <x, u> : N(u) <= 1 },     y = max(N*(x), floor)^alpha u,     N*(x) = <x, u>
///
/// alpha = 0 moves by a fixed amount (Muon, sign descent, unit rows); alpha = 1 is steepest descent in N
/// (stochastic spectral descent, PolarGrad) and makes the update 1-homogeneous. An invariant norm has an
/// equivariant steepest direction wherever that is unique. A floor of 1e-8 is what the code of
/// arXiv 2605.18106 puts under its nuclear norm; 0 keeps the degree alpha.
namespace isotypic {
namespace detail {
/// v = max(v, floor)^alpha
struct power_above {
    double alpha, floor;
    constexpr void operator()(double& v) const { v = std::pow(std::fmax(v, floor), alpha); }
};
}  // namespace detail

/// See the file's comment. Each item of a batch is scaled by its own dual norm.
template <class Norm>
struct steepest {
    Norm norm{};
    double alpha = 0, floor = 0;

    using commutes_with = typename Norm::invariant_under;
    static constexpr bool any_device = detail::any_device<Norm>();
    static constexpr shift_law row_shift = Norm::row_shift;
    static constexpr shift_law col_shift = Norm::col_shift;
    static constexpr bool multiplies = detail::multiplies<Norm>();
    double homogeneity() const {
        bool free = alpha == 0 || floor == 0;
        if constexpr (requires { norm.scale_free(); }) free = free && norm.scale_free();
        return free ? alpha : std::nan("");
    }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        using T = typename C::value_type;
        if (alpha == 0) return norm.steepest(c.device, x, y), y;
        auto& d = c.device;
        auto scope = d.scratch().open();
        auto u = dense_like(d.scratch().template take<T>(x.size()), x);
        double* dual = d.scratch().template take<double>(x.count);
        norm.steepest(d, x, u);
        item_sums(d, detail::product{}, dual, x, typename C::in(u));
        transform(d, detail::power_above{alpha, floor}, detail::numbers<typename C::space>(dual, x.count));
        transform_items(d, detail::times{}, dual, typename C::in(u), y);
        return y;
    }
};

/// y_i = x_i / |x_i|. Signed permutations of rows, rotations of columns.
using row_norm = steepest<row_max>;
/// The same for columns.
using column_norm = steepest<column_max>;
/// Entry by entry. Signed permutations on both sides.
using sign = steepest<entry_max>;

/// The polar factor, by the engine of your choice: `polar{newton_schulz{keller}}` is Muon's.
template <class Engine = by_accuracy>
struct polar {
    Engine engine{};
    double alpha = 0, floor = 0;

    using direction = steepest<spectral<Engine>>;
    using commutes_with = typename direction::commutes_with;
    static constexpr shift_law row_shift = direction::row_shift;
    static constexpr shift_law col_shift = direction::col_shift;
    static constexpr bool multiplies = true;
    static constexpr bool any_device = direction::any_device;
    double homogeneity() const { return direction{{engine}, alpha, floor}.homogeneity(); }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state& none) const {
        return direction{{engine}, alpha, floor}.apply(c, x, y, none);
    }
};

/// The polar factor to a bound on |1 - sigma_i(U)| for sigma_i(M) >= above sigma_1(M): `polar{}` is meant for training,
/// `polar<>{.accuracy = 1e-3}` is nearer, `polar<>{.alpha = 1}` scales by the nuclear norm.
///
/// The default is one pass with three or four terms for any shape up to about 4000: nearer to 1 than five steps of Polar
/// Express, from a quarter of their flops or less, with a slope at 0, below 1500, that leaves rounding in a momentum's null space
/// alone. More accuracy has not been seen to train better (examples/lm/README.md).
template <>
struct polar<by_accuracy> {
    double accuracy = 0.1, above = 0.01;
    double alpha = 0, floor = 0;

    using direction = steepest<spectral<by_accuracy>>;
    using commutes_with = direction::commutes_with;
    static constexpr shift_law row_shift = direction::row_shift;
    static constexpr shift_law col_shift = direction::col_shift;
    static constexpr bool multiplies = true;
    static constexpr bool any_device = direction::any_device;
    double homogeneity() const { return made().homogeneity(); }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state& none) const {
        return made().apply(c, x, y, none);
    }

private:
    direction made() const { return {{{accuracy, above}}, alpha, floor}; }
};
template <class Engine>
polar(Engine) -> polar<Engine>;
template <class Engine>
polar(Engine, double) -> polar<Engine>;
template <class Engine>
polar(Engine, double, double) -> polar<Engine>;

}  // namespace isotypic
