// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>

/// \file
/// Noise whose sum over `kappa` components is nearly one Gumbel number: (sum over i <= terms of Gamma(1 / kappa, kappa / i) - log terms) / kappa.
/// Mean (1 + 1/2 + ... + 1/terms - log terms) / kappa, variance (1 + 1/4 + ... + 1/terms^2) / kappa.
///
/// Sources: Niepert, Minervini, Franceschi, NeurIPS 2021, arXiv 2106.01798; gamma numbers by Marsaglia, Tsang, ACM TOMS 26 (2000).
namespace isotypic {

struct sum_of_gamma {
    int kappa = 5;
    int terms = 10;

    /// A number; rounds as the platform's log does.
    double operator()(random_stream& random) const {
        double sum = -std::log(double(terms));
        for (int i = 1; i <= terms; ++i) sum += gamma(random) * kappa / i;
        return sum / kappa;
    }

private:
    /// Of shape 1 / kappa: one of shape 1 + 1 / kappa, times the kappa-th power of a uniform number.
    double gamma(random_stream& random) const {
        const double d = 2.0 / 3 + 1.0 / kappa, c = 1 / std::sqrt(9 * d);
        double x, v;
        do {
            x = random.normal(), v = 1 + c * x, v = v * v * v;
        } while (v <= 0 || std::log(1 - random.uniform()) >= x * x / 2 + d * (1 - v + std::log(v)));
        const double u = random.uniform();
        double power = d * v;
        for (int k = 0; k < kappa; ++k) power *= u;
        return power;
    }
};

}  // namespace isotypic
