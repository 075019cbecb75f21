// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu.hpp>
#include <isotypic/normalization/arguments.hpp>
#include <algorithm>
#include <cmath>
#include <span>

/// \file
/// A scale vector gamma in R^d as a function of what is trained, a vector and for most a single number, its magnitude:
///
///                         gamma                          start           P = J J'
///     plain_scale         alpha                          1               1
///     product_scale       beta alpha                     1, 1            beta^2 + alpha alpha'
///     exponential_scale   e^b alpha                      0, 1            e^2b + gamma gamma'
///     no_scale            1, nothing trained
///
/// and unit_direction and log_simplex of scale_direction.hpp. A scale of one's own has the members that these have.
///
/// The function of the network is that of a plain scale; what changes is the flow, gamma' = -P dL/dgamma. `value` and `jvp` write,
/// `vjp` adds to the gradients, so that a scale used twice gets the sum.
///
/// Decay is for scales in front of a linear map. Both parts decay, which for product_scale keeps beta^2 and |alpha|^2 balanced; with
/// decay of one part alone the other would make up for it. `vector_decays` and `magnitude_decays` say which parts do.
///
/// Source: arXiv 2605.26895 splits a scale into magnitude and direction in two ways, called OR and ER. Their exact forms and their
/// decay we do not know: product_scale is our reading of OR, exponential_scale of ER. Derivatives, P and decay are derived.
namespace isotypic {

/// The caller's memory: a vector d x 1 or 1 x d, and a magnitude 1 x 1, or none for plain_scale. Gradients and tangents are another one.
template <class T>
struct scale_parameters {
    view<T> vector{}, magnitude{};
};

namespace detail {

template <class Scale, class T>
bool fits(scale_parameters<T> const& p, index_t n) {
    auto const &v = p.vector, &m = p.magnitude;
    const bool vector = Scale::has_vector ? v.size() == n && (v.rows == 1 || v.cols == 1 || !n) : !v.size();
    return vector && (Scale::has_magnitude ? m.rows == 1 && m.cols == 1 : !m.size());
}
/// What is wrong with parameters that do not fit.
template <class Scale, class T>
std::string misfit(scale_parameters<T> const& p, index_t n) {
    auto text = [](view<T> v) { return v.size() ? shape_text(v.rows, v.cols) : std::string("none"); };
    return std::string("a ") + Scale::name + " of " + std::to_string(n) + " numbers takes " +
           (Scale::has_vector ? "a vector of " + std::to_string(n) : "no vector") + (Scale::has_magnitude ? " and a magnitude 1 x 1" : " and no magnitude") +
           ", here are " + text(p.vector) + " and " + text(p.magnitude);
}
template <class Scale, class... T>
void require_scale(std::size_t n, scale_parameters<T> const&... p) {
    auto one = [n](auto const& q) {
        if (!fits<Scale>(q, index_t(n))) throw error("isotypic: " + misfit<Scale>(q, index_t(n)));
    };
    (one(p), ...);
}

/// size(magnitude) * vector.
template <class Form>
struct multiplied_scale {
    static constexpr bool has_vector = true, has_magnitude = true, vector_decays = true, magnitude_decays = true;
    template <class T>
    void start(scale_parameters<T> const& p) const {
        require_scale<Form>(std::size_t(p.vector.size()), p);
        for (std::size_t i = 0; i < std::size_t(p.vector.size()); ++i) entry(p.vector, i) = T(1);
        p.magnitude(0, 0) = T(Form::magnitude_of_one);
    }
    template <class T>
    void value(scale_parameters<T> const& p, std::span<double> gamma) const {
        require_scale<Form>(gamma.size(), p);
        const double m = Form::size(double(p.magnitude(0, 0)));
        for (std::size_t i = 0; i < gamma.size(); ++i) gamma[i] = m * double(entry(p.vector, i));
    }
    template <class T, class U>
    void vjp(scale_parameters<T> const& p, std::span<double const> dgamma, scale_parameters<U> const& dp) const {
        require_scale<Form>(dgamma.size(), p, dp);
        const double b = double(p.magnitude(0, 0)), m = Form::size(b);
        double along = 0;
        for (std::size_t i = 0; i < dgamma.size(); ++i) along += double(entry(p.vector, i)) * dgamma[i], entry(dp.vector, i) += U(m * dgamma[i]);
        dp.magnitude(0, 0) += U(Form::slope(b) * along);
    }
    template <class T, class U>
    void jvp(scale_parameters<T> const& p, scale_parameters<U> const& t, std::span<double> out) const {
        require_scale<Form>(out.size(), p, t);
        const double b = double(p.magnitude(0, 0)), m = Form::size(b), change = Form::slope(b) * double(t.magnitude(0, 0));
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = m * double(entry(t.vector, i)) + change * double(entry(p.vector, i));
    }
};

}  // namespace detail

/// gamma = 1, without parameters.
struct no_scale {
    static constexpr char const* name = "no scale";
    static constexpr bool has_vector = false, has_magnitude = false, vector_decays = false, magnitude_decays = false;
    template <class T>
    void start(scale_parameters<T> const&) const {}
    template <class T>
    void value(scale_parameters<T> const&, std::span<double> gamma) const {
        std::fill(gamma.begin(), gamma.end(), 1.0);
    }
    template <class T, class U>
    void vjp(scale_parameters<T> const&, std::span<double const>, scale_parameters<U> const&) const {}
    template <class T, class U>
    void jvp(scale_parameters<T> const&, scale_parameters<U> const&, std::span<double> out) const {
        std::fill(out.begin(), out.end(), 0.0);
    }
};

/// gamma itself.
struct plain_scale {
    static constexpr char const* name = "plain scale";
    static constexpr bool has_vector = true, has_magnitude = false, vector_decays = true, magnitude_decays = false;
    template <class T>
    void start(scale_parameters<T> const& p) const {
        detail::require_scale<plain_scale>(std::size_t(p.vector.size()), p);
        for (std::size_t i = 0; i < std::size_t(p.vector.size()); ++i) detail::entry(p.vector, i) = T(1);
    }
    template <class T>
    void value(scale_parameters<T> const& p, std::span<double> gamma) const {
        detail::require_scale<plain_scale>(gamma.size(), p);
        for (std::size_t i = 0; i < gamma.size(); ++i) gamma[i] = double(detail::entry(p.vector, i));
    }
    template <class T, class U>
    void vjp(scale_parameters<T> const& p, std::span<double const> dgamma, scale_parameters<U> const& dp) const {
        detail::require_scale<plain_scale>(dgamma.size(), p, dp);
        for (std::size_t i = 0; i < dgamma.size(); ++i) detail::entry(dp.vector, i) += U(dgamma[i]);
    }
    template <class T, class U>
    void jvp(scale_parameters<T> const&, scale_parameters<U> const& t, std::span<double> out) const {
        value(t, out);
    }
};

/// beta alpha.
struct product_scale : detail::multiplied_scale<product_scale> {
    static constexpr char const* name = "product scale";
    static constexpr double magnitude_of_one = 1;
    static double size(double beta) { return beta; }
    static double slope(double) { return 1; }
};

/// e^b alpha.
struct exponential_scale : detail::multiplied_scale<exponential_scale> {
    static constexpr char const* name = "exponential scale";
    static constexpr double magnitude_of_one = 0;
    static double size(double b) { return std::exp(b); }
    static double slope(double b) { return std::exp(b); }
};

namespace detail {
/// Zeros for the parameters of a scale of n numbers, until the caller's scope ends.
template <class Scale>
scale_parameters<double> scratch_parameters(cpu& device, index_t n) {
    double* memory = device.scratch().template take<double>(n + 1);
    std::fill_n(memory, n + 1, 0.0);
    scale_parameters<double> p;
    if constexpr (Scale::has_vector) p.vector = view<double>(memory, n, 1);
    if constexpr (Scale::has_magnitude) p.magnitude = view<double>(memory + n, 1, 1);
    return p;
}
}  // namespace detail

/// P g = J J' g, which the flow of gamma has in place of the gradient g.
template <class Scale, class T>
void precondition(cpu& device, Scale const& scale, scale_parameters<T> const& p, std::span<double const> g, std::span<double> out) {
    auto scope = device.scratch().open();
    const auto d = detail::scratch_parameters<Scale>(device, index_t(g.size()));
    scale.vjp(p, g, d);
    scale.jvp(p, d, out);
}

}  // namespace isotypic
