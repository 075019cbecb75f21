// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/baseline.hpp>

/// \file
/// The slope of the optimum z(chat) = min chat'x along the true costs, which is c'x*(chat), by differences:
///
///     (z(chat) - z(chat - sigma c)) / sigma                       gradient (x*(chat) - x*(chat - sigma c)) / sigma
///     (z(chat + sigma c) - z(chat - sigma c)) / (2 sigma)         gradient likewise        .central = true
///
/// To maximise z is a maximum, and both are negated. Two solves a row; no decisions of the instances are needed.
///
/// Source: Huang, Gupta, arXiv 2402.03256; as in PyEPO (func/surrogate.py, perturbationGradient), less its guard of the denominator.
namespace isotypic {

struct perturbation_gradient_settings {
    double sigma = 0.1;
    bool central = false;
};

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class perturbation_gradient : public detail::baseline<perturbation_gradient<S>> {
public:
    static constexpr char const* name = "perturbation gradient";
    static constexpr bool of_decisions = false;
    S& problem;

    explicit perturbation_gradient(S& s, sense direction = sense::minimise, perturbation_gradient_settings const& with = {})
        : detail::baseline<perturbation_gradient>(direction), problem(s), settings(with) {
        detail::require_that(with.sigma > 0 && std::isfinite(with.sigma), name, "sigma", with.sigma, "above 0");
    }

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const auto above = detail::take_costs(w, prediction.size()), below = detail::take_costs(w, prediction.size());
        const double up = optimum(row, prediction, settings.central ? settings.sigma : 0, above, w), down = optimum(row, prediction, -settings.sigma, below, w);
        const double scale = this->sign / (settings.central ? 2 * settings.sigma : settings.sigma);
        for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] = scale * (above[j] - below[j]);
        return scale * (up - down);
    }

private:
    perturbation_gradient_settings settings;

    double optimum(decision_row const& row, std::span<double const> prediction, double along, std::span<double> x, workspace& w) {
        const auto q = detail::take_costs(w, prediction.size());
        for (std::size_t j = 0; j < q.size(); ++j) q[j] = prediction[j] + along * row.cost[j];
        this->decide(problem, q, x, w);
        return detail::dot(q, x);
    }
};

}  // namespace isotypic
