// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_samples.hpp>
#include <numbers>

/// \file
/// The sums of tanh_gaussian.hpp, over n samples of d numbers in scratch memory.
namespace isotypic::detail {

inline constexpr double log_two_pi = 1.8378770664093454836;

struct log_std_bounds {
    double least, most;

    double nearest(double l) const { return std::clamp(l, least, most); }
    bool hold(double l) const { return l >= least && l <= most; }
};

struct gaussian_samples {
    log_std_bounds bounds;
    index_t n, d;
    double *mean, *log_std, *u;

    /// p_i <- sign log p(tanh u_i).
    void log_prob(double sign, double* p) const {
        for (index_t i = 0; i < n; ++i) {
            double sum = 0;
            for (index_t j = i * d; j < (i + 1) * d; ++j) {
                const double l = bounds.nearest(log_std[j]), z = (u[j] - mean[j]) * std::exp(-l), size = std::fabs(u[j]);
                sum -= z * z / 2 + l + log_two_pi / 2 + 2 * (std::numbers::ln2 - size - std::log1p(std::exp(-2 * size)));
            }
            p[i] = sign * sum;
        }
    }
    /// mean, log_std, u <- the derivatives of sum_i bar_i log p(tanh u_i) in them.
    void derive(double const* bar) const {
        for (index_t j = 0; j < n * d; ++j) {
            const double weight = bar[j / d], inverse = std::exp(-bounds.nearest(log_std[j])), z = (u[j] - mean[j]) * inverse;
            mean[j] = weight * z * inverse;
            log_std[j] = bounds.hold(log_std[j]) ? weight * (z * z - 1) : 0;
            u[j] = 2 * weight * std::tanh(u[j]) - mean[j];
        }
    }
};

/// An array of one number a sample, whatever its shape.
template <class T>
blocks<T> a_number_each(std::string const& what, char const* called, index_t n, blocks<T> const& b) {
    if (b.size() != n) throw error("isotypic: " + what + ": " + std::to_string(b.size()) + " " + called + " for " + std::to_string(n) + " samples");
    return b;
}

/// Results with what is to be written to each, none in the memory of another.
template <class... T>
void write_apart(std::string const& what, result_array<T> const&... results) {
    std::size_t i = 0;
    const auto check = [&](auto const& a, std::size_t at) {
        std::size_t j = 0;
        if (((j++ < at && a.meets(results)) || ...)) throw error("isotypic: " + what + ": two results share memory");
    };
    (check(results, i++), ...);
    (results.take(), ...);
}

}  // namespace isotypic::detail
