// SPDX-License-Identifier: MIT
#include <isotypic/check/black_box.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/update/momentum.hpp>
#include <doctest/doctest.h>
#include <xtensor/xtensor.hpp>

using namespace isotypic;

namespace {
using M = Eigen::MatrixXd;
using F = Eigen::MatrixXf;

M doubled(M const& g) { return 2 * g; }

struct with_step {
    M sum;
    M step(M const& g) {
        if (sum.size() == 0) sum = M::Zero(g.rows(), g.cols());
        return sum += g;
    }
};
struct optimizer_like {
    void step(M& w, M const& g) { w -= 0.5 * g; }
};

/// Two steps on (w, g) = (10, 1 .. 6).
std::vector<double> two_steps(black_box const& box) {
    specimen w(2, 3), g(2, 3);
    for (std::size_t k = 0; k < 6; ++k) w.values[k] = 10, g.values[k] = double(k + 1);
    const run r = box.start(g);
    r(w, g);
    return r(w, g).values;
}
using list = std::vector<double>;
}  // namespace

TEST_CASE("functions, lambdas, objects with a step, parts and replays are rules") {
    const list twice{2, 4, 6, 8, 10, 12};
    CHECK(two_steps(as_black_box(doubled)) == twice);
    CHECK(two_steps(as_black_box([](M const& g) -> M { return 2 * g; })) == twice);
    CHECK(two_steps(as_black_box(std::function<M(M const&)>(doubled))) == twice);
    CHECK(two_steps(as_black_box([](M& g) { g *= 2; })) == twice);
    CHECK(two_steps(as_black_box<F>([](auto const& g) -> F { return 2 * g; })) == twice);
    CHECK(two_steps(as_black_box([](Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> g) {
              g *= 2;
              return g;
          })) == twice);
    CHECK(two_steps(as_black_box([](xt::xtensor<double, 2> const& g) -> xt::xtensor<double, 2> { return 2 * g; })) == twice);
    CHECK(two_steps(as_black_box(with_step{})) == twice);
    CHECK(two_steps(as_black_box(optimizer_like{})) == list{0.5, 1, 1.5, 2, 2.5, 3});
    CHECK(two_steps(as_black_box([](M const& w, M const& g) -> M { return w + g; })) == list{11, 12, 13, 14, 15, 16});
    CHECK(two_steps(as_black_box(momentum{.beta = 0.5f}))[0] == doctest::Approx(0.75));
    CHECK(two_steps(as_black_box(updates_of<double>(momentum{.beta = 0.5f})))[0] == doctest::Approx(0.75));
    specimen x(1, 2);
    x.values = {3, 4};
    CHECK(as_black_box([](M const& g) { return g.norm(); }).start(x)(x, x).values == list{5});
}

TEST_CASE("every run starts with fresh state, and a box knows its unit and whether the weight is read") {
    const black_box box = as_black_box(with_step{});
    CHECK(two_steps(box) == two_steps(box));
    CHECK(box.unit == 0x1p-53);
    CHECK(!box.reads_weight);
    CHECK(as_black_box<F>([](auto const& g) -> F { return g; }).unit == 0x1p-24);
    CHECK(as_black_box<float>(momentum{}).unit == 0x1p-24);
    CHECK(as_black_box(momentum{}).reads_weight);
    CHECK(as_black_box(optimizer_like{}).reads_weight);
}
