// SPDX-License-Identifier: MIT
// What gradient flow leaves alone, how decay balances it, and what a small step does to it.
#include "parameters.hpp"
#include <isotypic/normalization/scale_charges.hpp>
#include <isotypic/normalization/scaled_linear.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

constexpr index_t samples = 9, n = 4;

/// Least squares through a layer: the gradient of all numbers of the branches.
template <class In, class Out, class Mid = no_norm>
struct problem {
    branch_shapes shapes;
    branches_for_test<In, Out> w, dw;
    scaled_linear<rms_norm, In, Out, Mid> layer;
    storage<double> x{samples, n}, dx{samples, n};
    std::vector<storage<double>> y, target;
    std::vector<view<double>> ys;

    explicit problem(branch_shapes s) : shapes(s), w(s, 1), dw(s, 0) {
        x.fill(2);
        for (index_t m : s.outputs) {
            y.emplace_back(samples, m), target.emplace_back(samples, m);
            target.back().fill(3 + target.size());
            ys.push_back(y.back().one());
        }
    }
    std::vector<double> gradient(std::vector<double> const& at) {
        std::copy(at.begin(), at.end(), w.numbers.begin());
        std::fill(dw.numbers.begin(), dw.numbers.end(), 0.0);
        layer.forward(x.one(), w.list, ys);
        for (std::size_t b = 0; b < ys.size(); ++b)
            for (index_t i = 0; i < samples; ++i)
                for (index_t j = 0; j < ys[b].cols; ++j) ys[b](i, j) = (ys[b](i, j) - target[b].one()(i, j)) / double(samples);
        layer.vjp(x.one(), w.list, ys, dw.list, dx.one());
        return dw.numbers;
    }
    /// The flow -gradient - decay o numbers for a time, by Runge and Kutta.
    void flow(double time, std::vector<double> const& decay, int steps = 400) {
        const double h = time / steps;
        auto slope = [&](std::vector<double> const& at) {
            auto s = gradient(at);
            for (std::size_t i = 0; i < s.size(); ++i) s[i] = -s[i] - decay[i] * at[i];
            return s;
        };
        auto at = w.numbers;
        for (int k = 0; k < steps; ++k) {
            const auto a = slope(at), b = slope(moved(at, h / 2, a)), c = slope(moved(at, h / 2, b)), d = slope(moved(at, h, c));
            at = moved(moved(moved(moved(at, h / 6, a), h / 3, b), h / 3, c), h / 6, d);
        }
        std::copy(at.begin(), at.end(), w.numbers.begin());
    }
    /// |f after one step of size h - f before|.
    template <class F>
    double change(F const& f, double h) {
        const auto at = w.numbers;
        const auto g = gradient(at);
        const auto before = f(w);
        const auto there = moved(at, -h, g);
        std::copy(there.begin(), there.end(), w.numbers.begin());
        const auto after = f(w);
        std::copy(at.begin(), at.end(), w.numbers.begin());
        return std::sqrt(inner(moved(after, -1, before), moved(after, -1, before)));
    }
    /// log2 of what half the step makes of the change: its order in h.
    template <class F>
    double order_in_step(F const& f) {
        return std::log2(change(f, 1e-3) / change(f, 5e-4));
    }
};

template <class In>
auto of_inputs = [](auto const& w) {
    std::vector<double> c(n);
    input_charges<In>(w.list, c);
    return c;
};
template <class Out>
auto of_outputs = [](auto const& w) {
    std::vector<double> c(std::size_t(w.list[0].weight.rows));
    output_charges<Out>(w.list[0], c);
    return c;
};
auto of_magnitude = [](auto scale) { return [scale](auto const& w) { return std::vector<double>{charge(scale, w.list[0].in)}; }; };
auto size_of_weight = [](auto const& w) { return std::vector<double>{detail::square(view<double>(w.list[0].weight.data, 1, w.list[0].weight.size()))}; };
auto size_of_in = [](auto const& w) { return std::vector<double>{detail::square(w.list[0].in.vector)}; };
constexpr double two = 1.9, one = 1.3;  // an order above, an order below

}  // namespace

TEST_CASE("one small step changes a charge by the square of its size, and other numbers by its size") {
    INFO("seed ", seed());
    problem<plain_scale, plain_scale> dp({{5}, n});
    CHECK(dp.order_in_step(of_inputs<plain_scale>) > two);
    CHECK(dp.order_in_step(of_outputs<plain_scale>) > two);
    CHECK(dp.order_in_step(size_of_weight) < one);
    CHECK(dp.order_in_step(size_of_in) < one);
    problem<plain_scale, no_scale> shared({{5, 3}, n, true});
    CHECK(shared.order_in_step(of_inputs<plain_scale>) > two);
    CHECK(shared.order_in_step([](auto const& w) {
        std::vector<double> c(n);
        input_charges<plain_scale>(w.list[0], c);  // of one branch alone
        return c;
    }) < one);
    problem<plain_scale, no_scale> own({{5, 3}, n});
    for (std::size_t b = 0; b < 2; ++b)
        CHECK(own.order_in_step([b](auto const& w) {
            std::vector<double> c(n);
            input_charges<plain_scale>(w.list[b], c);
            return c;
        }) > two);
    CHECK(own.order_in_step(of_inputs<plain_scale>) < one);  // v of one branch, weights of all
    problem<product_scale, product_scale> product({{5}, n});
    CHECK(product.order_in_step(of_inputs<product_scale>) > two);
    CHECK(product.order_in_step(of_outputs<product_scale>) > two);
    CHECK(product.order_in_step(of_magnitude(product_scale{})) > two);
    problem<exponential_scale, exponential_scale> exponential({{5}, n});
    CHECK(exponential.order_in_step(of_inputs<exponential_scale>) > two);
    CHECK(exponential.order_in_step(of_magnitude(exponential_scale{})) > two);
    CHECK(exponential.order_in_step(of_magnitude(product_scale{})) < one);
    problem<unit_direction, no_scale> unit({{5}, n});
    CHECK(unit.order_in_step(of_magnitude(unit_direction{})) > two);
    problem<log_simplex, log_simplex> simplex({{5}, n});
    CHECK(simplex.order_in_step(of_inputs<log_simplex>) > two);
    CHECK(simplex.order_in_step(of_outputs<log_simplex>) > two);
    CHECK(simplex.change(of_magnitude(log_simplex{}), 1e-3) < 1e-15);
    static_assert(!detail::has_charges<unit_direction> && !detail::has_charges<no_scale>);
}

TEST_CASE("one gain for all features trades with the whole weight, not with a column: g^2 - |W|^2 is the charge") {
    INFO("seed ", seed());
    using matrix = Eigen::MatrixXd;
    const auto numbers = random_numbers(samples * (n + 5), 2), at = random_numbers(1 + 5 * n, 1);
    const matrix x = matrix::Map(numbers.data(), samples, n), target = matrix::Map(numbers.data() + samples * n, samples, 5);
    auto weight = [](std::vector<double> const& p) { return matrix::Map(p.data() + 1, 5, n); };
    normalizer<rms_norm> norm;
    auto gradient = [&](std::vector<double> const& p) {
        auto d = p;
        matrix m(samples, n), dx(samples, n);
        norm.forward(x, one_gain(p[0]), m);
        const matrix dy = (m * weight(p).transpose() - target) / double(samples), dm = dy * weight(p);
        matrix::Map(d.data() + 1, 5, n) = dy.transpose() * m;
        norm.vjp(x, one_gain(p[0]), dm, dx, one_gain(d[0]));
        return d;
    };
    const auto d = gradient(at);
    CHECK(std::abs(at[0] * d[0] - weight(at).cwiseProduct(weight(d)).sum()) < 1e-12);
    auto order_in_step = [&](auto const& charge) {
        auto change = [&](double h) { return (charge(moved(at, -h, d)) - charge(at)).norm(); };
        return std::log2(change(1e-3) / change(5e-4));
    };
    CHECK(order_in_step([&](auto const& p) { return Eigen::VectorXd::Constant(1, p[0] * p[0] - weight(p).squaredNorm()).eval(); }) > two);
    CHECK(order_in_step([&](auto const& p) { return matrix(p[0] * p[0] - weight(p).colwise().squaredNorm().array()); }) < one);
}

TEST_CASE("with a middle norm: column charges, |W| and |v|, each by itself; no row charges") {
    INFO("seed ", seed());
    problem<plain_scale, plain_scale, rms_norm> dnp({{5}, n});
    CHECK(dnp.order_in_step(of_inputs<plain_scale>) > two);
    CHECK(dnp.order_in_step(size_of_weight) > two);
    CHECK(dnp.order_in_step(size_of_in) > two);
    CHECK(dnp.order_in_step(of_outputs<plain_scale>) < one);
}

TEST_CASE("along the flow gamma is a function of |a_j|; with W = 0 and gamma = 1 at the start, gamma^2 = 1 + |w|^2") {
    INFO("seed ", seed());
    for (bool from_zero : {false, true}) {
        problem<plain_scale, no_scale> p({{5}, n});
        if (from_zero) {
            std::fill(p.w.numbers.begin(), p.w.numbers.end(), 0.0);
            plain_scale{}.start(p.w.list[0].in);
        }
        const auto start = of_inputs<plain_scale>(p.w), begin = p.w.numbers;
        p.flow(4, std::vector<double>(begin.size()));
        CHECK(distance(p.w.numbers, begin) > 0.1);
        for (index_t j = 0; j < n; ++j) {
            const double gamma2 = std::pow(detail::entry(p.w.list[0].in.vector, std::size_t(j)), 2), w2 = detail::square(p.w.list[0].weight.part(0, j, 5, 1));
            const double c = start[std::size_t(j)];
            CHECK(gamma2 == doctest::Approx((c + std::sqrt(c * c + 4 * gamma2 * w2)) / 2).epsilon(1e-8));
            if (from_zero) CHECK(gamma2 == doctest::Approx(1 + w2).epsilon(1e-8));
        }
    }
    problem<plain_scale, plain_scale> dp({{5}, n});
    auto const& w = dp.w.list[0];
    std::fill(dp.w.numbers.begin(), dp.w.numbers.end(), 0.0);
    plain_scale{}.start(w.in), plain_scale{}.start(w.out);
    dp.flow(4, std::vector<double>(dp.w.numbers.size()));
    double farthest = 0;
    for (double c : of_inputs<plain_scale>(dp.w)) CHECK(c == doctest::Approx(1).epsilon(1e-8));
    for (double c : of_outputs<plain_scale>(dp.w)) CHECK(c == doctest::Approx(1).epsilon(1e-8));
    for (double v : elements(w.in.vector)) farthest = std::fmax(farthest, std::abs(v * v - 1));
    CHECK(farthest > 1e-3);
}

TEST_CASE("decay of both sides brings the charge to 0 as exp(-2 l t); decay of the weight alone lets it grow") {
    INFO("seed ", seed());
    const double l = 0.3, time = 2;
    auto check = [&](auto& p, auto const& charges, std::vector<view<double>> const& fixed) {
        std::vector<double> decay(p.w.numbers.size(), l);
        const auto start = charges(p.w);
        p.flow(time, decay);
        const auto both = charges(p.w);
        for (std::size_t k = 0; k < start.size(); ++k) CHECK(both[k] == doctest::Approx(start[k] * std::exp(-2 * l * time)).epsilon(1e-8));
        for (view<double> v : fixed)
            for (std::size_t i = 0; i < std::size_t(v.size()); ++i) decay[std::size_t(&detail::entry(v, i) - p.w.numbers.data())] = 0;
        p.flow(time, decay);
        const auto alone = charges(p.w);
        for (std::size_t k = 0; k < start.size(); ++k) CHECK(alone[k] > both[k]);
    };
    problem<plain_scale, no_scale> p({{5}, n});
    check(p, of_inputs<plain_scale>, {p.w.list[0].in.vector});
    problem<plain_scale, plain_scale> dp({{5}, n});
    check(dp, of_inputs<plain_scale>, {dp.w.list[0].in.vector, dp.w.list[0].out.vector});
    check(dp, of_outputs<plain_scale>, {dp.w.list[0].in.vector, dp.w.list[0].out.vector});
    problem<product_scale, no_scale> product({{5}, n});
    check(product, of_magnitude(product_scale{}), {product.w.list[0].in.magnitude});  // against decay of all but beta
}

TEST_CASE("charges: errors") {
    problem<plain_scale, plain_scale> p({{5}, n});
    std::vector<double> room(n + 1);
    CHECK_THROWS_WITH_AS(input_charges<plain_scale>(p.w.list, room),
                         "isotypic: input charges: branch 0: room for 5 numbers, and 4 inputs", error);
    std::vector<double> right(n);
    auto bare = p.w.list[0];
    bare.in = {};
    CHECK_THROWS_WITH_AS(input_charges<plain_scale>(bare, right),
                         "isotypic: input charges: branch 0: a plain scale of 4 numbers takes a vector of 4 and no magnitude, here are none and none", error);
    CHECK_THROWS_WITH_AS(output_charges<plain_scale>(p.w.list[0], right), "isotypic: output charges: branch 0: room for 4 numbers, and 5 outputs", error);
}
