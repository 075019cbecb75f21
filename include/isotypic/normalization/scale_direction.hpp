// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/normalization/scale_vector.hpp>

/// \file
/// Scale vectors whose magnitude and direction do not trade with each other (see scale_vector.hpp for what they do):
///
///                         gamma                          start           P = J J'
///     unit_direction      beta sqrt(d) alpha / |alpha|   1, 1            d h h' + beta^2 d / |alpha|^2 (1 - h h'),  h = alpha / |alpha|
///     log_simplex         exp(b + t - mean(t))           0, 0            gamma gamma' + D (1 - 11'/d) D,  D = diag(gamma)
///
/// With alpha = 0 unit_direction is 0, and so is its derivative. Only its magnitude decays: the length of alpha sets no more than how
/// fast the direction turns. Both parts of log_simplex do, towards gamma = 1.
///
/// Source: ours, beside the two readings of arXiv 2605.26895 in scale_vector.hpp; derived.
namespace isotypic {

/// beta sqrt(d) alpha / |alpha|.
struct unit_direction {
    static constexpr char const* name = "unit direction";
    static constexpr bool has_vector = true, has_magnitude = true, vector_decays = false, magnitude_decays = true;
    template <class T>
    void start(scale_parameters<T> const& p) const {
        product_scale{}.start(p);
    }
    template <class T>
    void value(scale_parameters<T> const& p, std::span<double> gamma) const {
        detail::require_scale<unit_direction>(gamma.size(), p);
        const double m = double(p.magnitude(0, 0)) * std::sqrt(double(gamma.size())), r = inverse_length(p.vector);
        for (std::size_t i = 0; i < gamma.size(); ++i) gamma[i] = m * (r * double(detail::entry(p.vector, i)));
    }
    template <class T, class U>
    void vjp(scale_parameters<T> const& p, std::span<double const> dgamma, scale_parameters<U> const& dp) const {
        detail::require_scale<unit_direction>(dgamma.size(), p, dp);
        const double root = std::sqrt(double(dgamma.size())), r = inverse_length(p.vector), m = double(p.magnitude(0, 0)) * root * r;
        double along = 0;
        for (std::size_t i = 0; i < dgamma.size(); ++i) along += r * double(detail::entry(p.vector, i)) * dgamma[i];
        for (std::size_t i = 0; i < dgamma.size(); ++i) detail::entry(dp.vector, i) += U(m * (dgamma[i] - along * (r * double(detail::entry(p.vector, i)))));
        dp.magnitude(0, 0) += U(root * along);
    }
    template <class T, class U>
    void jvp(scale_parameters<T> const& p, scale_parameters<U> const& t, std::span<double> out) const {
        detail::require_scale<unit_direction>(out.size(), p, t);
        const double root = std::sqrt(double(out.size())), r = inverse_length(p.vector), m = double(p.magnitude(0, 0)) * root * r;
        double along = 0;
        for (std::size_t i = 0; i < out.size(); ++i) along += r * double(detail::entry(p.vector, i)) * double(detail::entry(t.vector, i));
        const double change = root * double(t.magnitude(0, 0)) - m * along;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = m * double(detail::entry(t.vector, i)) + change * (r * double(detail::entry(p.vector, i)));
    }

private:
    /// 1 / |alpha|, or 0.
    template <class T>
    static double inverse_length(view<T> v) {
        double length = 0;
        for (std::size_t i = 0; i < std::size_t(v.size()); ++i) length = std::hypot(length, double(detail::entry(v, i)));
        return length > 0 ? 1 / length : 0;
    }
};

/// exp(b + t - mean(t)); all positive.
struct log_simplex {
    static constexpr char const* name = "log simplex";
    static constexpr bool has_vector = true, has_magnitude = true, vector_decays = true, magnitude_decays = true;
    template <class T>
    void start(scale_parameters<T> const& p) const {
        detail::require_scale<log_simplex>(std::size_t(p.vector.size()), p);
        for (std::size_t i = 0; i < std::size_t(p.vector.size()); ++i) detail::entry(p.vector, i) = T(0);
        p.magnitude(0, 0) = T(0);
    }
    template <class T>
    void value(scale_parameters<T> const& p, std::span<double> gamma) const {
        detail::require_scale<log_simplex>(gamma.size(), p);
        const double b = level(p);
        for (std::size_t i = 0; i < gamma.size(); ++i) gamma[i] = std::exp(b + double(detail::entry(p.vector, i)));
    }
    template <class T, class U>
    void vjp(scale_parameters<T> const& p, std::span<double const> dgamma, scale_parameters<U> const& dp) const {
        detail::require_scale<log_simplex>(dgamma.size(), p, dp);
        const double b = level(p);
        auto slope = [&](std::size_t i) { return std::exp(b + double(detail::entry(p.vector, i))) * dgamma[i]; };
        double sum = 0;
        for (std::size_t i = 0; i < dgamma.size(); ++i) sum += slope(i);
        for (std::size_t i = 0; i < dgamma.size(); ++i) detail::entry(dp.vector, i) += U(slope(i) - sum / double(dgamma.size()));
        dp.magnitude(0, 0) += U(sum);
    }
    template <class T, class U>
    void jvp(scale_parameters<T> const& p, scale_parameters<U> const& t, std::span<double> out) const {
        detail::require_scale<log_simplex>(out.size(), p, t);
        const double b = level(p), change = level(t);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::exp(b + double(detail::entry(p.vector, i))) * (change + double(detail::entry(t.vector, i)));
    }

private:
    /// b - mean(t).
    template <class T>
    static double level(scale_parameters<T> const& p) {
        double sum = 0;
        for (std::size_t i = 0; i < std::size_t(p.vector.size()); ++i) sum += double(detail::entry(p.vector, i));
        return double(p.magnitude(0, 0)) - sum / double((std::max)(index_t{1}, p.vector.size()));
    }
};

}  // namespace isotypic
