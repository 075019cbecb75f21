// SPDX-License-Identifier: MIT
#include <isotypic/polar/coefficients.hpp>
#include <doctest/doctest.h>
#include <algorithm>
#include <cmath>
#include <string>

using namespace isotypic;

namespace {

struct band {
    double least = 1e9, most = 0;
};

/// The values of the composed map on [low, 1], on a fine logarithmic grid.
band values(coefficients const& set, double low) {
    band b;
    for (int i = 0; i <= 200000; ++i) {
        const double v = set(std::pow(low, i / 200000.));
        b.least = std::min(b.least, v), b.most = std::max(b.most, v);
    }
    return b;
}

/// Computed apart from this code; the digits are all that was printed. The bands take the cushion in, the slope does not.
struct published {
    std::string name;
    coefficients set;
    double least2, most2, least3, most3, least4, slope, digit;
};
const published table[] = {
    {"keller", keller, 0.682, 1.134, 0.471, 1.202, 0.048, 485, 1e-3},
    {"you5", you5, 0.978, 1.032, 0.475, 1.145, 0.049, 493, 1e-3},
    {"you6", you6, 0.9956, 0.9993, 0.866, 0.9993, 0.113, 1138, 1e-3},
    {"polar_express, 5", polar_express.with_steps(5), 0.876, 1.124, 0.876, 1.124, 0.102, 1026, 1e-3},
    {"polar_express_101", polar_express_101, 0.870, 1.124, 0.840, 1.124, 0.097, 976, 1e-3},
    {"polar_express_105", polar_express_105, 0.846, 1.124, 0.717, 1.124, 0.079, 804, 1e-3},
    {"polar_express_cushion", polar_express_cushion, 0.859, 1.141, 0.847, 1.141, 0.097, 990, 1e-3},
    {"cans", cans, 0.884, 1.120, 0.884, 1.120, 0.105, 1049, 1e-3},
    {"polar_express", polar_express, 1, 1, 1, 1, 0.607, 6822, 1e-5},
    {"deepseek", deepseek, 1, 1.0005, 1, 1.0005, 1, 79263, 1e-4},
    {"simple_quintic", simple_quintic, 1, 1, 1, 1, 0.393, 4096, 1e-5},
    {"cubic5", cubic5, 0.774, 1.300, 0.119, 1.300, 0.012, 119, 1e-3},
    {"turbo_positive", turbo_positive, 0.941, 1.050, 0.147, 1.050, 0.015, 147, 1e-3},
    {"classic_cubic", classic_cubic, 1, 1, 0.99994, 1, 0.323, 3325, 1e-5},
    {"classic_quintic", classic_quintic, 1, 1, 0.98076, 1, 0.187, 1888, 1e-5},
};

}  // namespace

TEST_CASE("coefficients: the bands of every published set, and its slope at 0") {
    for (published const& p : table) {
        INFO(p.name);
        const band two = values(p.set, 1e-2), three = values(p.set, 1e-3), four = values(p.set, 1e-4);
        CHECK(std::abs(two.least - p.least2) <= p.digit);
        CHECK(std::abs(two.most - p.most2) <= p.digit);
        CHECK(std::abs(three.least - p.least3) <= p.digit);
        CHECK(std::abs(three.most - p.most3) <= p.digit);
        CHECK(std::abs(four.least - p.least4) <= std::max(p.digit, 1e-3));
        CHECK(std::abs(p.set(1e-9) / 1e-9 * p.set.cushion - p.slope) <= 0.6);
    }
}

TEST_CASE("coefficients: every set maps 0 to 0 and is odd") {
    for (published const& p : table) {
        CHECK(p.set(0) == 0);
        CHECK(p.set(-0.3) == -p.set(0.3));
    }
    CHECK(turbo(0) == 0);
    CHECK(turbo.steps == 4);
}

TEST_CASE("coefficients: every set keeps signs on (0, 1], except turbo near 1") {
    for (published const& p : table) {
        INFO(p.name);
        CHECK(values(p.set, 1e-9).least > 0);
    }
    CHECK(values(turbo, 1e-9).least < -1);
    for (double s = 1e-9; s < 0.88; s *= 1.001) CHECK(turbo(s) > 0);
    for (double s = 0.885; s <= 1; s += 1e-3) CHECK(turbo(s) < 0);
    CHECK(turbo(1) == doctest::Approx(-0.99).epsilon(5e-3));
}

TEST_CASE("coefficients: the classics stay within [0, 1], rise and end at 1") {
    for (coefficients const& set : {classic_cubic, classic_quintic}) {
        CHECK(set(1) == 1);
        for (double s = 1e-4; s < 0.9; s *= 1.01) CHECK((set(s) <= set(1.01 * s) + 1e-15 && set(1.01 * s) <= 1 + 1e-15));
    }
}

TEST_CASE("coefficients: a list repeats its last entry, which margins spare") {
    CHECK(polar_express.step(30).a == 1.875);
    CHECK(polar_express_105.step(7).a == 1.875);
    CHECK(polar_express_105.step(4).a == polar_express.step(4).a / 1.05);
    CHECK(polar_express_105.step(4).c == polar_express.step(4).c / (1.05 * 1.05 * 1.05 * 1.05 * 1.05));
    CHECK(polar_express.with_norm_eps(1e-7).norm_eps == 1e-7);
}
