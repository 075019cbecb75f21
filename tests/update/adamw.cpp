// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/adamw.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

TEST_CASE("adam: PyTorch's AdamW over ten steps") {
    const history g = matrices(golden::load("adamw/adamw_6x5.grads.npy"));
    const dense w0 = matrices(golden::load("adamw/adamw_6x5.w0.npy"))[0], last = matrices(golden::load("adamw/adamw_6x5.w_final.npy"))[0];
    REQUIRE(g.size() == 10);
    auto run = [&](history const& u) {
        dense w = w0;
        for (dense const& x : u) w = (1 - 1e-2 * 0.1) * w - 1e-2 * x;
        return w;
    };
    const adam rule{.beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8};
    const double rounding = 10 * 0x1p-24 * last.norm();  // the reference rounds w to float ten times
    CHECK((run(updates(rule, g)) - last).norm() <= rounding);
    CHECK((run(updates<float>(rule, g)) - last).norm() <= 2 * rounding);
    CHECK((run(updates(adam{.beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8}, g)) - last).norm() > 1e3 * rounding);
}

TEST_CASE("adam: m / (sqrt(v) + eps), freed of the zero start") {
    const history g = gaussians(5, 3, 1, 6);
    for (double eps : {1e-8, 0.1}) {
        history expected;
        dense m = dense::Zero(5, 3), v = m;
        for (dense const& x : g) {
            const double t = double(expected.size()) + 1;
            m = 0.8 * m + 0.2 * x, v = 0.9 * v + 0.1 * x.cwiseAbs2();
            expected.push_back((m / (1 - std::pow(0.8, t))).cwiseQuotient(dense((v / (1 - std::pow(0.9, t))).cwiseSqrt().array() + eps)));
        }
        CHECK(gap(adam{0.8, 0.9, eps}, g, expected) <= 1e-13);
        CHECK(gap<float>(adam{0.8, 0.9, eps}, g, expected) <= 1e-5);
    }
    for (double eps : {1e-8, 0.}) CHECK(update(adam{.eps = eps}, dense::Zero(3, 2)) == dense::Zero(3, 2));
}

TEST_CASE("lion: sign(b1 m + (1 - b1) g), then m <- b2 m + (1 - b2) g") {
    const history g = gaussians(5, 3, 2, 6);
    history expected;
    dense m = dense::Zero(5, 3);
    for (dense const& x : g) {
        expected.push_back(dense(0.9 * m + 0.1 * x).cwiseSign());
        m = 0.99 * m + 0.01 * x;
    }
    CHECK(gap(lion{}, g, expected) == 0);
    CHECK(gap<float>(lion{}, g, expected) == 0);
    CHECK(update(lion{}, dense::Zero(3, 2)) == dense::Zero(3, 2));
}

TEST_CASE("adam and lion: in place it is the same") {
    const history g = gaussians(4, 3, 3, 3);
    cpu device;
    auto check = [&](auto const& rule) {
        dense y = g[0];
        blocks<double> block = as_blocks(y);
        auto state = init(rule, device, block);
        const history expected = updates(rule, g);
        for (std::size_t t = 0; t < g.size(); ++t) {
            y = g[t];
            const auto u = rule.apply(context<cpu, double>{device, index_t(t) + 1, block, block}, block, block, state);
            CHECK(distance(as_eigen(u.first), expected[t]) <= 1e-15);
        }
    };
    check(adam{});
    check(lion{});
}
