// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <isotypic/loss/decision/baselines/baseline.hpp>

/// \file
/// The Fenchel-Young loss of a perturbed optimum (PFYL), up to a constant of the instance. With xi normal, x_k = x*(chat + sigma xi_k):
///
///     chat'x* - mean of (chat + sigma xi_k)'x_k        gradient x* - mean of x_k
///
/// and both negated to maximise. Convex for the same draws, and smooth in expectation; it may be negative. `samples` solves a row.
///
/// Source: Berthet et al., NeurIPS 2020, arXiv 2002.08676; as in PyEPO (func/perturbed.py, perturbedFenchelYoung), with draws of our own.
/// Older versions of PyEPO report the gradient's square as the value.
namespace isotypic {

struct perturbed_fenchel_young_settings {
    double sigma = 1;
    index_t samples = 10;
    std::uint64_t seed = 0;
};

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class perturbed_fenchel_young : public detail::baseline<perturbed_fenchel_young<S>> {
public:
    static constexpr char const* name = "perturbed Fenchel-Young loss";
    static constexpr bool of_decisions = true;
    S& problem;

    explicit perturbed_fenchel_young(S& s, sense direction = sense::minimise, perturbed_fenchel_young_settings const& with = {})
        : detail::baseline<perturbed_fenchel_young>(direction), problem(s), settings(with) {
        detail::require_that(with.sigma > 0 && std::isfinite(with.sigma), name, "sigma", with.sigma, "above 0");
        detail::require_that(with.samples > 0, name, "samples", double(with.samples), "above 0");
    }

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const std::size_t d = prediction.size();
        const auto q = detail::take_costs(w, d), x = detail::take_costs(w, d), mean = detail::take_costs(w, d);
        random_stream random(settings.seed, std::uint64_t(row.instance), row.step);
        std::fill(mean.begin(), mean.end(), 0.0);
        double lowest = 0;
        for (index_t k = 0; k < settings.samples; ++k) {
            for (std::size_t j = 0; j < d; ++j) q[j] = prediction[j] + settings.sigma * random.normal();
            this->decide(problem, q, x, w);
            lowest += detail::dot(q, x);
            for (std::size_t j = 0; j < d; ++j) mean[j] += x[j];
        }
        for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] = this->sign * (row.decision[j] - mean[j] / double(settings.samples));
        return this->sign * (detail::dot(prediction, row.decision) - lowest / double(settings.samples));
    }

private:
    perturbed_fenchel_young_settings settings;
};

}  // namespace isotypic
