// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_product.hpp>
#include <isotypic/loss/pairs.hpp>
#include <isotypic/loss/residual_work.hpp>
#include <isotypic/norm/row_max.hpp>
#include <isotypic/norm/spectral.hpp>

/// \file
/// Norms of a residual R = prediction - target:
///
///                       value           gradient        a sample        dual to
///     row_sum           sum_i |r_i|     r_i / |r_i|     row             row_max
///     column_sum        sum_j |r_.j|    r_.j / |r_.j|   matrix          column_max
///     frobenius_error   |R|_F           R / |R|_F       matrix          itself
///     nuclear<Engine>   sum_i s_i       U V'            matrix          spectral<Engine>
///
/// Each is the dual of a norm, and its gradient that norm's steepest direction: as zero there for a zero line. Items of a three-axis array
/// are matrices. On a line x the Hessian is, along v, (v - u (u'v)) / |x| with u = x / |x|, and 0 where x is; that of `nuclear` is the
/// derivative of the polar factor, which loss/nuclear_curvature.hpp brings. None is smooth at a zero line (nuclear: at a loss of rank),
/// so there is no beta. `nuclear{}` is as exact as its engine: `by_accuracy`, right for well-conditioned residuals, counts singular values
/// below a hundredth of the largest for less; `nuclear{exact_svd{}}` (polar/exact_svd.hpp) is exact. Residuals are formed in the type of the arrays; one that
/// overflows it is an error.
namespace isotypic {

struct row_sum {
    using dual_to = row_max;
    static constexpr char const* name = "sum of row norms";
    static constexpr auto sums = detail::summed::rows;
};
struct column_sum {
    using dual_to = column_max;
    static constexpr char const* name = "sum of column norms";
    static constexpr auto sums = detail::summed::columns;
};
struct frobenius_error {
    static constexpr char const* name = "Frobenius norm";
    static constexpr auto sums = detail::summed::matrices;
};
template <class Engine = by_accuracy>
struct nuclear {
    Engine engine{};
    using dual_to = spectral<Engine>;
    static constexpr char const* name = "nuclear norm";
    static constexpr auto sums = detail::summed::singular_values;
};
template <class Engine>
nuclear(Engine) -> nuclear<Engine>;

/// A norm of residuals.
template <class L>
concept residual_loss = requires {
    { L::name } -> std::convertible_to<char const*>;
    { L::sums } -> std::convertible_to<detail::summed>;
};

/// See pairs.hpp.
template <residual_loss L>
class criterion<L> : public detail::pair_criterion<L, detail::residual_work<L>> {
    using detail::pair_criterion<L, detail::residual_work<L>>::pair_criterion;
};

}  // namespace isotypic
