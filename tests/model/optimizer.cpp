// SPDX-License-Identifier: MIT
// One weight and one rule: the same bits as a stack of one and as the loop written by hand.
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/isotypic.hpp>
#include <Eigen/Core>
#include <limits>

using namespace isotypic;

namespace {
Eigen::MatrixXd gaussian(index_t m, index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    Eigen::MatrixXd x(m, n);
    for (double& v : x.reshaped()) v = random.normal();
    return x;
}
}  // namespace

TEST_CASE("optimizer: a stack of one, bit for bit") {
    const auto rule = momentum{.beta = 0.9} | centre{} | row_norm{} | centre{};
    const cosine rate{.peak = 0.3, .steps = 5, .warmup = 2};
    Eigen::MatrixXf a = gaussian(7, 4, 1).cast<float>(), b = a;
    optimizer opt(as<lm_head>(a), rule, rate, {.rate = 0.1});
    auto stack = layerwise<float>(on<lm_head>(rule, rate, {.rate = 0.1}));
    auto head = stack.add("head", as<lm_head>(b));
    for (std::uint64_t t = 0; t < 5; ++t) {
        const Eigen::MatrixXf g = gaussian(7, 4, 10 + t).cast<float>();
        opt.step(g);
        stack.step(head(g));
        CHECK(a == b);
    }
    CHECK(opt.steps() == 5);
    std::string mine;
    opt.for_each_state([&](named_block const& s) { std::visit([&](auto const& x) { append_bits(mine, x); }, s.values); });
    std::string both;
    append_bits(both, as_blocks(b));
    CHECK(both + mine == bits_of(stack));
}

TEST_CASE("optimizer: the loop written by hand, to rounding") {
    Eigen::MatrixXd w = gaussian(6, 5, 1), by_hand = w, m = Eigen::MatrixXd::Zero(6, 5);
    optimizer opt(as<embedding>(w), momentum{.beta = 0.9} | row_norm{}, 0.1, {.rate = 0.5});
    for (std::uint64_t t = 0; t < 6; ++t) {
        const Eigen::MatrixXd g = gaussian(6, 5, 20 + t);
        opt.step(g);
        m = 0.9 * m + (1 - 0.9) * g;
        by_hand = (1 - 0.1 * 0.5) * by_hand - 0.1 * m.rowwise().normalized();
        CHECK((w - by_hand).norm() < 1e-14 * by_hand.norm());
    }
    opt.rate = 0;
    const Eigen::MatrixXd still = w;
    opt.step(m);
    CHECK(w == still);
}

TEST_CASE("optimizer: it moves, and its weight stays where it is") {
    Eigen::MatrixXd w = gaussian(3, 3, 1), v = w;
    const Eigen::MatrixXd g = gaussian(3, 3, 2);
    optimizer a(as<projection>(w), momentum{}, 0.1);
    optimizer b(as<projection>(v), momentum{}, 0.1);
    a.step(g), b.step(g);
    auto c = std::move(a);
    c.step(g), b.step(g);
    CHECK(w == v);
    CHECK(c.steps() == 2);
}

TEST_CASE("optimizer: a bad gradient changes neither weight, state nor step") {
    Eigen::MatrixXd w = gaussian(3, 4, 1), other(4, 3), bad = gaussian(3, 4, 2);
    optimizer opt(as<embedding>(w), row_adam{}, 0.1);
    opt.step(bad);
    const Eigen::MatrixXd before = w;
    auto state = [&] {
        std::string bits;
        opt.for_each_state([&](named_block const& s) { std::visit([&](auto const& x) { append_bits(bits, x); }, s.values); });
        return bits;
    };
    const std::string kept = state();
    CHECK(kept.size() == sizeof(double) * (12 + 3));
    CHECK(message([&] { opt.step(other); }) == "isotypic: block 'embedding' is 3 x 4, its gradient is 4 x 3");
    bad(2, 3) = std::numeric_limits<double>::quiet_NaN();
    CHECK(message([&] { opt.step(bad); }) == "isotypic: the gradient of block 'embedding' holds an infinity or a NaN");
    CHECK(w == before);
    CHECK(state() == kept);
    CHECK(opt.steps() == 1);
}

TEST_CASE("optimizer: a rate that is not finite changes neither weight nor step") {
    Eigen::MatrixXd w = gaussian(3, 4, 1), g = gaussian(3, 4, 2);
    const Eigen::MatrixXd before = w;
    optimizer opt(as<embedding>(w), row_norm{}, [](index_t) { return std::numeric_limits<double>::infinity(); });
    CHECK(message([&] { opt.step(g); }) == "isotypic: the rate of 'embedding' is inf");
    CHECK(message([&] { step(as<embedding>(w), g, std::numeric_limits<double>::quiet_NaN()); }) == "isotypic: the rate of 'embedding' is nan");
    CHECK(w == before);
    CHECK(opt.steps() == 0);
}

TEST_CASE("optimizer: an exception of a user's rule passes through, and the step does not count") {
    Eigen::MatrixXd w = gaussian(3, 4, 1), g = gaussian(3, 4, 2);
    const Eigen::MatrixXd before = w;
    bool fail = true;
    optimizer opt(as<embedding>(w), rule<embedding>([&fail](view<double const> x, view<double> y) {
                      if (fail) throw std::runtime_error("no");
                      for (index_t i = 0; i < x.rows; ++i)
                          for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j);
                  }),
                  1);
    CHECK_THROWS_AS(opt.step(g), std::runtime_error);
    CHECK(w == before);
    CHECK(opt.steps() == 0);
    fail = false;
    opt.step(g);
    CHECK(w == before - g);
}
