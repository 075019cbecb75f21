// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/element_work.hpp>
#include <isotypic/loss/pairs.hpp>

/// \file
/// Losses of a prediction p and a target y, element by element, r = p - y:
///
///     squared      r^2 / 2                                                        beta 1
///     huber        r^2 / 2 where |r| <= delta, delta |r| - delta^2 / 2 beyond     beta 1
///     absolute     |r|
///     logistic     log(1 + exp(-y p)), y = -1 or 1                                beta 1/4
///
///     criterion loss(huber{.delta = 0.5});
///     loss.gradient(predictions, targets, result);
///
/// The loss of a sample (a row; leading axes are the batch) is the sum over its elements. An array that is not finite, or a target that
/// the loss does not take, is an error that names the place.
///
/// A loss of one's own says `name` and has `loss_curve at(double prediction, double target) const`: value, and first and second
/// derivative in the prediction. One that does not take every target has `static bool takes(double target)` and a text `targets`.
///
/// Source: Huber 1964.
namespace isotypic {

/// A loss of two numbers.
template <class L>
concept element_loss = requires(L const& l, double p) {
    { L::name } -> std::convertible_to<char const*>;
    { l.at(p, p) } -> std::convertible_to<loss_curve>;
};

/// r^2 / 2.
struct squared {
    static constexpr char const* name = "squared error";
    static constexpr double beta() { return 1; }
    loss_curve at(double p, double y) const { return {(p - y) * (p - y) / 2, p - y, 1}; }
};

/// Quadratic within delta, linear beyond.
struct huber {
    double delta = 1;
    static constexpr char const* name = "Huber loss";
    static constexpr double beta() { return 1; }
    void require() const { detail::require_that(delta > 0 && std::isfinite(delta), name, "delta", delta, "above 0"); }
    loss_curve at(double p, double y) const {
        const double r = p - y, size = std::fabs(r), within = size < delta ? size : delta, below = r < delta ? r : delta;
        return {within * (size - within / 2), below > -delta ? below : -delta, double(size <= delta)};
    }
};

/// |r|; slope 0 at 0.
struct absolute {
    static constexpr char const* name = "absolute error";
    loss_curve at(double p, double y) const { return {std::fabs(p - y), double((p > y) - (p < y)), 0}; }
};

/// Cross-entropy of two classes by one score.
struct logistic {
    static constexpr char const* name = "logistic loss";
    static constexpr char const* targets = "-1 or 1";
    static constexpr double beta() { return 0.25; }
    static bool takes(double y) { return std::fabs(y) == 1; }
    loss_curve at(double p, double y) const {
        const double z = y * p, e = std::exp(-std::fabs(z)), sum = 1 + e;
        return {std::log1p(e) + (z < 0 ? -z : 0), -y * (z > 0 ? e : 1) / sum, e / (sum * sum)};
    }
};

/// See pairs.hpp.
template <element_loss L>
class criterion<L> : public detail::pair_criterion<L, detail::element_work> {
    using detail::pair_criterion<L, detail::element_work>::pair_criterion;
};

}  // namespace isotypic
