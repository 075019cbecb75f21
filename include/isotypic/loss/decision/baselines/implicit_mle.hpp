// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/baseline.hpp>
#include <isotypic/loss/decision/baselines/sum_of_gamma.hpp>

/// \file
/// Implicit maximum likelihood (I-MLE): black_box_differentiation.hpp over perturbed decisions. With x_k = x*(chat + sigma noise_k) the value is c' mean of x_k,
/// negated to maximise, and the gradient that is written, with the same noise, and negated too,
///
///     mean of (x*(chat + lambda c + sigma noise_k) - x_k) / lambda
///     mean of (x*(chat + lambda c + sigma noise_k) - x*(chat - lambda c + sigma noise_k)) / (2 lambda)       .two_sided = true
///
/// `samples` solves a row for the value, twice (two-sided: three times) that for the gradient; no decisions of the instances are needed.
///
/// Source: Niepert, Minervini, Franceschi, NeurIPS 2021, arXiv 2106.01798; equal to PyEPO 2.2.7's implicitMLE on the same draws.
namespace isotypic {

struct implicit_mle_settings {
    index_t samples = 10;
    double sigma = 1, lambda = 10;
    int kappa = 5;
    bool two_sided = false;
    std::uint64_t seed = 0;
};

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class implicit_mle : public detail::baseline<implicit_mle<S>> {
public:
    static constexpr char const* name = "implicit MLE";
    static constexpr bool of_decisions = false;
    S& problem;

    explicit implicit_mle(S& s, sense direction = sense::minimise, implicit_mle_settings const& with = {})
        : detail::baseline<implicit_mle>(direction), problem(s), settings(with) {
        detail::require_that(with.samples > 0, name, "samples", double(with.samples), "above 0");
        detail::require_that(with.sigma >= 0 && std::isfinite(with.sigma), name, "sigma", with.sigma, "0 or more");
        detail::require_that(with.lambda > 0 && std::isfinite(with.lambda), name, "lambda", with.lambda, "above 0");
        detail::require_that(with.kappa > 0, name, "kappa", with.kappa, "above 0");
    }

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const std::size_t d = prediction.size();
        const auto p = detail::take_costs(w, d), q = detail::take_costs(w, d), x = detail::take_costs(w, d), other = detail::take_costs(w, d);
        const sum_of_gamma noise{.kappa = settings.kappa};
        const double scale = this->sign / (double(settings.samples) * settings.lambda * (settings.two_sided ? 2 : 1));
        random_stream random(settings.seed, std::uint64_t(row.instance), row.step);
        std::fill(gradient.begin(), gradient.end(), 0.0);
        const auto add = [&](double factor, double along) {
            for (std::size_t j = 0; j < d; ++j) q[j] = p[j] + along * row.cost[j];
            this->decide(problem, q, other, w);
            for (std::size_t j = 0; j < d; ++j) gradient[j] += factor * other[j];
        };
        double v = 0;
        for (index_t k = 0; k < settings.samples; ++k) {
            for (std::size_t j = 0; j < d; ++j) p[j] = prediction[j] + settings.sigma * noise(random);
            this->decide(problem, p, x, w);
            v += detail::dot(row.cost, x);
            if (gradient.empty()) continue;
            add(scale, settings.lambda);
            if (settings.two_sided) add(-scale, -settings.lambda);
            else
                for (std::size_t j = 0; j < d; ++j) gradient[j] -= scale * x[j];
        }
        return this->sign * v / double(settings.samples);
    }

private:
    implicit_mle_settings settings;
};

}  // namespace isotypic
