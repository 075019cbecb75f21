// SPDX-License-Identifier: MIT
// Every form of a scale: value, derivatives, and what the flow has in place of the gradient.
#include "parameters.hpp"
#include <isotypic/normalization/scale_direction.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

constexpr std::size_t d = 7;

/// A scale as a function of all its numbers, the magnitude last.
template <class Scale>
struct flat {
    static constexpr std::size_t size = d + Scale::has_magnitude;
    static scale_parameters<double> of(std::vector<double>& x) {
        scale_parameters<double> p{view<double>(x.data(), index_t(d), 1), {}};
        if constexpr (Scale::has_magnitude) p.magnitude = view<double>(x.data() + d, 1, 1);
        return p;
    }
    static std::vector<double> value(std::vector<double> x) {
        std::vector<double> gamma(d);
        Scale{}.value(of(x), gamma);
        return gamma;
    }
    static std::vector<double> vjp(std::vector<double> x, std::vector<double> const& g) {
        std::vector<double> dx(size);
        Scale{}.vjp(of(x), g, of(dx));
        return dx;
    }
    static std::vector<double> jvp(std::vector<double> x, std::vector<double> t) {
        std::vector<double> out(d);
        Scale{}.jvp(of(x), of(t), out);
        return out;
    }
};

/// P g by its closed form.
template <class Scale>
std::vector<double> closed_form(std::vector<double> const& x, std::vector<double> const& g) {
    const std::vector<double> alpha(x.begin(), x.begin() + d), gamma = flat<Scale>::value(x);
    const double m = x.back(), n = double(d);
    auto rank_one = [&](std::vector<double> const& a, double size) { return moved(std::vector<double>(d), size * inner(a, g), a); };
    if constexpr (std::is_same_v<Scale, product_scale>) return moved(rank_one(alpha, 1), m * m, g);
    if constexpr (std::is_same_v<Scale, exponential_scale>) return moved(rank_one(gamma, 1), std::exp(2 * m), g);
    if constexpr (std::is_same_v<Scale, unit_direction>) {
        const double square = inner(alpha, alpha);
        return moved(rank_one(alpha, (n - m * m * n / square) / square), m * m * n / square, g);
    }
    if constexpr (std::is_same_v<Scale, log_simplex>) {
        std::vector<double> y = rank_one(gamma, 1);
        for (std::size_t i = 0; i < d; ++i) y[i] += gamma[i] * (gamma[i] * g[i] - inner(gamma, g) / n);
        return y;
    }
    return g;
}

/// What alpha -> factor alpha + shift and magnitude -> times magnitude + plus make of gamma.
template <class Scale>
double change_by(double factor, double shift, double times, double plus) {
    const auto x = random_numbers(flat<Scale>::size, 1);
    auto y = x;
    for (double& v : y) v = factor * v + shift;
    y.back() = times * x.back() + plus;
    return distance(flat<Scale>::value(y), flat<Scale>::value(x));
}

}  // namespace

TEST_CASE_TEMPLATE("derivatives: by differences, of each other, and P = J J' in closed form", Scale, plain_scale, product_scale, exponential_scale,
                   unit_direction, log_simplex) {
    using f = flat<Scale>;
    INFO("seed ", seed());
    const auto x = random_numbers(f::size, 1), t = random_numbers(f::size, 2), g = random_numbers(d, 3);
    CHECK(distance(f::jvp(x, t), central_difference(f::value, x, t)) < 1e-8);
    CHECK(distance(f::vjp(x, g), gradient_by_differences([&](auto const& y) { return inner(g, f::value(y)); }, x)) < 1e-8);
    CHECK(inner(g, f::jvp(x, t)) == doctest::Approx(inner(f::vjp(x, g), t)).epsilon(1e-13));

    cpu device;
    auto numbers = x;
    std::vector<double> out(d);
    precondition(device, Scale{}, f::of(numbers), g, out);
    CHECK(distance(out, closed_form<Scale>(x, g)) < 1e-13);
    if (!std::is_same_v<Scale, plain_scale>) CHECK(distance(out, g) > 1e-3);
    if constexpr (Scale::has_magnitude && !std::is_same_v<Scale, product_scale>) CHECK(distance(out, closed_form<product_scale>(x, g)) > 1e-3);
    CHECK(numbers == x);
}

TEST_CASE("gauges: parts that trade with each other leave gamma alone, one part by itself does not") {
    INFO("seed ", seed());
    for (double c : {1.7, -0.6}) {
        CHECK(change_by<product_scale>(1 / c, 0, c, 0) < 1e-14);
        CHECK(change_by<product_scale>(1 / c, 0, 1, 0) > 1e-3);
        CHECK(change_by<product_scale>(1, 0, c, 0) > 1e-3);
        CHECK(change_by<log_simplex>(1, c, 1, 0) < 1e-14);
        CHECK(change_by<log_simplex>(1, 0, 1, c) > 1e-3);
        CHECK(change_by<log_simplex>(c, 0, 1, 0) > 1e-3);
    }
    const double c = 1.7;
    CHECK(change_by<exponential_scale>(1 / c, 0, 1, std::log(c)) < 1e-14);
    CHECK(change_by<exponential_scale>(1 / c, 0, 1, 0) > 1e-3);
    CHECK(change_by<exponential_scale>(1, 0, 1, std::log(c)) > 1e-3);
    CHECK(change_by<unit_direction>(c, 0, 1, 0) < 1e-14);
    CHECK(change_by<unit_direction>(-c, 0, 1, 0) > 1e-3);
}

TEST_CASE_TEMPLATE("start: gamma is 1", Scale, plain_scale, product_scale, exponential_scale, unit_direction, log_simplex) {
    auto x = random_numbers(flat<Scale>::size, 1);
    Scale{}.start(flat<Scale>::of(x));
    for (double v : flat<Scale>::value(x)) CHECK(v == doctest::Approx(1).epsilon(1e-15));
}

TEST_CASE_TEMPLATE("vjp adds, in any layout", Scale, plain_scale, product_scale, exponential_scale, unit_direction, log_simplex) {
    auto x = random_numbers(flat<Scale>::size, 1), twice = x;
    const auto g = random_numbers(d, 2), once = flat<Scale>::vjp(x, g);
    std::vector<double> apart(3 * d);
    scale_parameters<double> lying{view<double>(apart.data(), 1, index_t(d), 1, 3), flat<Scale>::of(twice).magnitude};
    Scale{}.vjp(flat<Scale>::of(x), g, lying);
    Scale{}.vjp(flat<Scale>::of(x), g, lying);
    for (std::size_t i = 0; i < d; ++i) CHECK(apart[3 * i] == doctest::Approx(2 * once[i]).epsilon(1e-15));
    if (Scale::has_magnitude) CHECK(twice.back() - 2 * once.back() == doctest::Approx(x.back()).epsilon(1e-13));
}

TEST_CASE("unit_direction: the length of alpha has no gradient; alpha = 0 gives 0; no length overflows") {
    using f = flat<unit_direction>;
    const auto x = random_numbers(d + 1, 1), g = random_numbers(d, 2);
    auto dx = f::vjp(x, g);
    dx.back() = 0;
    CHECK(std::abs(inner(dx, x)) < 1e-14);
    std::vector<double> zero(d + 1);
    zero.back() = 3;
    for (double v : f::value(zero)) CHECK(v == 0);
    for (double v : f::vjp(zero, g)) CHECK(v == 0);
    for (double size : {1e-200, 1e200}) {
        auto y = x;
        for (std::size_t i = 0; i < d; ++i) y[i] *= size;
        CHECK(distance(f::value(y), f::value(x)) < 1e-14);
    }
}

TEST_CASE("parts that do not fit are refused with their shapes") {
    std::vector<double> memory(12), gamma(4);
    auto says = [&](auto scale, scale_parameters<double> p, char const* text) { CHECK_THROWS_WITH_AS(scale.value(p, gamma), text, error); };
    const view<double> three(memory.data(), 3, 1), four(memory.data(), 4, 1), square(memory.data(), 2, 2), one(memory.data() + 5, 1, 1);
    says(plain_scale{}, {three, {}}, "isotypic: a plain scale of 4 numbers takes a vector of 4 and no magnitude, here are 3 x 1 and none");
    says(plain_scale{}, {four, one}, "isotypic: a plain scale of 4 numbers takes a vector of 4 and no magnitude, here are 4 x 1 and 1 x 1");
    says(product_scale{}, {four, {}}, "isotypic: a product scale of 4 numbers takes a vector of 4 and a magnitude 1 x 1, here are 4 x 1 and none");
    says(unit_direction{}, {square, one}, "isotypic: a unit direction of 4 numbers takes a vector of 4 and a magnitude 1 x 1, here are 2 x 2 and 1 x 1");
    CHECK_THROWS_AS(log_simplex{}.vjp(scale_parameters<double>{four, one}, gamma, scale_parameters<double>{three, one}), error);
    CHECK_THROWS_AS(product_scale{}.start(scale_parameters<double>{four, {}}), error);
    for (double v : memory) CHECK(v == 0);
}
