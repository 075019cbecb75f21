// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <array>
#include <cmath>
#include <string>

/// \file
/// The best odd rational approximations of 1 on [least, 1] (Zolotarev 1877; Nakatsukasa and Freund, SIAM Review 58, 2016):
///
///     f(x) = scale x (1 + sum_j weight_j / (x^2 + shift_j)),     j < terms = r,     type (2 r + 1, 2 r)
///
/// With l = least and the Jacobi functions of the complementary modulus sqrt(1 - l^2),
///
///     c_i = l^2 sn^2(i K'/(2 r + 1)) / cn^2(i K'/(2 r + 1)),   f ~ x prod_j (x^2 + c_2j) / (x^2 + c_(2j-1)).
///
/// f runs 2 r + 2 times between 1 - error and 1 + error on [least, 1], grows from 0 without a sign change, and above 1
/// keeps growing like scale x: nothing can blow up.
namespace isotypic {

/// See the file's comment.
struct zolotarev_map {
    static constexpr int most_terms = 8;

    int terms = 0;
    double scale = 1, error = 1;
    std::array<double, most_terms> shift{}, weight{};

    double operator()(double x) const {
        double sum = 1;
        for (int j = 0; j < terms; ++j) sum += weight[std::size_t(j)] / (x * x + shift[std::size_t(j)]);
        return scale * x * sum;
    }
    /// f'(0): by how much the smallest singular values, and rounding in their place, can grow.
    double slope() const {
        double sum = 1;
        for (int j = 0; j < terms; ++j) sum += weight[std::size_t(j)] / shift[std::size_t(j)];
        return scale * sum;
    }
};

namespace detail {

/// sn^2/cn^2 of a share of K' at the modulus sqrt(1 - l^2), to rounding for l from 1e-16 to 1: Fourier series in the nome of
/// the smaller modulus (sn of an imaginary argument, or sc), for shares up to 1/2; the others are their mirror images.
inline double squared_tangent(double share, double l) {
    if (share > 0.5) return 1 / (l * l * squared_tangent(1 - share, l));
    auto mean = [](double a, double b) {
        for (int i = 0; i < 16; ++i) {
            const double c = (a + b) / 2;
            b = std::sqrt(a * b), a = c;
        }
        return a;
    };
    constexpr double pi = 3.141592653589793;
    const double k = mean(1, std::sqrt((1 - l) * (1 + l))), kp = mean(1, l);  // pi / (2 K), pi / (2 K')
    double sum = 0;
    if (l > 0.3) {
        sum = std::tan(share * pi / 2) / 2;
        for (int n = 1; n < 16; ++n) sum += (n % 2 ? -2 : 2) * std::sin(n * pi * share) / (1 + std::exp(2 * n * pi * kp / k));
        sum *= 2 * kp / l;
    } else {
        const double y = pi / 2 * k / kp, x = share * y;
        for (int n = 1; n < 64 && n * (y - x) < 40; n += 2) sum += std::exp(n * (x - y)) * std::expm1(-2 * n * x) / std::expm1(-2 * n * y);
        sum *= 2 * k / l;
    }
    return sum * sum;
}

}  // namespace detail

/// The best map with 0 to 8 terms on [least, 1], 0 < least <= 1. Without terms, the best multiple of x.
inline zolotarev_map best_map(int terms, double least) {
    if (terms < 0 || terms > zolotarev_map::most_terms || !(least > 0 && least <= 1))
        throw error("isotypic: best_map takes 0 to 8 terms and 0 < least <= 1, here " + std::to_string(terms) + " and " + std::to_string(least));
    zolotarev_map f{.terms = terms};
    std::array<double, 2 * zolotarev_map::most_terms> c{};
    for (int i = 0; i < 2 * terms; ++i) c[std::size_t(i)] = least * least * detail::squared_tangent((i + 1) / (2. * terms + 1), least);
    for (int j = 0; j < terms; ++j) {
        const double pole = c[std::size_t(2 * j)];
        double w = c[std::size_t(2 * j + 1)] - pole;
        for (int k = 0; k < terms; ++k)
            if (k != j) w *= (c[std::size_t(2 * k + 1)] - pole) / (c[std::size_t(2 * k)] - pole);
        f.shift[std::size_t(j)] = pole, f.weight[std::size_t(j)] = w;
    }
    const double low = f(least), high = f(1);
    f.scale = 2 / (low + high), f.error = (high - low) / (high + low);
    return f;
}

}  // namespace isotypic
