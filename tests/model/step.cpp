// SPDX-License-Identifier: MIT
// One step without memory, on every container and layout, against the formula by hand.
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/isotypic.hpp>
#include <Eigen/Core>
#include <limits>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

using namespace isotypic;

namespace {

/// w - rate u, u = unit rows of g, in double.
template <class T>
std::vector<double> unit_rows_by_hand(view<T> w, view<T> g, double rate) {
    std::vector<double> y;
    for (index_t i = 0; i < w.rows; ++i) {
        double square = 0;
        for (index_t j = 0; j < w.cols; ++j) square += double(g(i, j)) * double(g(i, j));
        for (index_t j = 0; j < w.cols; ++j) y.push_back(double(w(i, j)) - rate * double(g(i, j)) / std::sqrt(square));
    }
    return y;
}

template <class T>
void check_near(view<T> w, std::vector<double> const& expected) {
    const auto e = elements(w);
    REQUIRE(e.size() == expected.size());
    for (std::size_t i = 0; i < e.size(); ++i) CHECK(std::abs(double(e[i]) - expected[i]) < 4 * double(std::numeric_limits<std::remove_const_t<T>>::epsilon()));
}

/// Fills w and g, steps, and compares.
template <class W, class G>
void check_embedding(W&& w, G&& g) {
    auto wv = as_view(w);
    auto gv = as_view(g);
    using T = typename decltype(wv)::value_type;
    random_stream random(seed(), 3);
    for (auto v : {wv, gv})
        for (index_t i = 0; i < v.rows; ++i)
            for (index_t j = 0; j < v.cols; ++j) v(i, j) = T(2 * random.uniform() - 1);
    const auto expected = unit_rows_by_hand(wv, gv, 0.5);
    step(as<embedding>(w), g, 0.5f);
    check_near(wv, expected);
}

}  // namespace

TEST_CASE_TEMPLATE("step: the same numbers from Eigen, xtensor and pointers, in any layout", T, float, double) {
    using col = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
    using row = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    {
        col w(5, 7), g(5, 7);
        check_embedding(w, g);
        row r(5, 7);
        check_embedding(w, r);
        check_embedding(r, g);
        Eigen::Matrix<T, 3, 4> fixed, fixed_g;
        check_embedding(fixed, fixed_g);
        col big(12, 9);
        check_embedding(big.block(2, 1, 5, 7), r);
        Eigen::Map<col, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> strided(big.data(), 4, 3, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(24, 3));
        check_embedding(strided, col(4, 3));
        check_embedding(Eigen::Ref<col>(w), g);
    }
    {
        xt::xtensor<T, 2> w({5, 7}), g({5, 7});
        check_embedding(w, g);
        xt::xtensor<T, 2, xt::layout_type::column_major> c({5, 7});
        check_embedding(c, g);
        xt::xarray<T> a = xt::xarray<T>::from_shape({5, 7});
        check_embedding(a, c);
        xt::xtensor<T, 2> big({12, 9});
        auto part = xt::view(big, xt::range(2, 7), xt::range(1, 8));
        check_embedding(part, g);
        auto sparse = xt::view(big, xt::range(0, 10, 2), xt::range(1, 8));
        check_embedding(sparse, g);
    }
    for (order a : orders)
        for (order b : orders) {
            storage<T> w(6, 5, a), g(6, 5, b);
            check_embedding(w.one(), g.one());
        }
}

TEST_CASE("step: a view leaves what lies around it alone") {
    Eigen::MatrixXf big = Eigen::MatrixXf::Constant(6, 6, 3), g = Eigen::MatrixXf::Constant(2, 3, 1);
    step(as<embedding>(big.block(1, 2, 2, 3)), g, 1);
    CHECK((big.array() == 3).count() == 36 - 6);
    CHECK(big(1, 2) == doctest::Approx(3 - 1 / std::sqrt(3)));
}

TEST_CASE("step: the role picks the update; a rule of one's own may follow") {
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(4, 3), g(4, 3);
    random_stream random(seed(), 5);
    for (double& v : g.reshaped()) v = random.normal();
    step(as<swiglu_down>(w), g, 1);
    for (index_t j = 0; j < 3; ++j) CHECK((w.col(j) + g.col(j).normalized()).norm() < 1e-14);

    w.setZero();
    step(as<lm_head>(w), g, 1);
    CHECK(w.colwise().sum().norm() < 1e-14);
    CHECK(w.norm() > 1);

    w.setZero();
    step(as<projection>(w), g, 1);
    CHECK((w.transpose() * w - Eigen::MatrixXd::Identity(3, 3)).norm() < 1e-6);

    Eigen::VectorXd b = Eigen::VectorXd::Zero(4), db = g.col(0);
    step(as<bias>(b), db, 0.5);
    for (index_t i = 0; i < 4; ++i) CHECK(b(i) == (db(i) > 0 ? -0.5 : 0.5));

    w.setZero();
    step(as<projection>(w), g, 0.25, identity{});
    CHECK(w == -0.25 * g);

    w.setZero();
    step(as<embedding>(w), g, 2, unchecked(sign{}));  // the deliberate exception
    CHECK(w.cwiseAbs() == Eigen::MatrixXd::Constant(4, 3, 2));
}

TEST_CASE("step: heads, experts and joined pairs, each a block of its own") {
    xt::xtensor<double, 3> w = xt::zeros<double>({3, 4, 5}), g = xt::zeros<double>({3, 4, 5});
    random_stream random(seed(), 7);
    for (double& v : g) v = random.normal();
    step(as<expert>(w), g, 1);
    for (std::size_t k = 0; k < 3; ++k) {
        Eigen::Map<Eigen::Matrix<double, 4, 5, Eigen::RowMajor>> u(&w(k, 0, 0));
        CHECK((u * u.transpose() - Eigen::Matrix4d::Identity()).norm() < 1e-6);
    }
    Eigen::MatrixXd gate = Eigen::MatrixXd::Zero(3, 2), up = gate, dgate = gate, dup = gate;
    dgate.setConstant(3), dup.setConstant(4);
    step(as<swiglu_gate>(joined(gate, up)), joined(dgate, dup), 1);
    CHECK(gate(1, 1) == doctest::Approx(-3 / std::sqrt(50)));
    CHECK(up(2, 0) == doctest::Approx(-4 / std::sqrt(50)));
}

TEST_CASE("step: an empty block steps, a gradient of zero moves nothing, and a gradient may be the weight") {
    Eigen::MatrixXf none(0, 4), w = Eigen::MatrixXf::Constant(2, 2, 3), zero = Eigen::MatrixXf::Zero(2, 2);
    step(as<embedding>(none), none, 1);
    step(as<embedding>(w), zero, 1);
    CHECK(w == Eigen::MatrixXf::Constant(2, 2, 3));
    step(as<embedding>(w), w, 1, identity{});
    CHECK(w == zero);
}

TEST_CASE("step: another shape, an infinity, a NaN or partial overlap is refused, and the weight stays") {
    std::vector<float> memory(40, 1.5f), before = memory;
    auto w = as_view(memory.data(), 4, 5), other = as_view(memory.data() + 20, 5, 4);
    CHECK(message([&] { step(as<embedding>(w), other, 1); }) == "isotypic: block 'embedding' is 4 x 5, its gradient is 5 x 4");
    CHECK(message([&] { step(as<embedding>(w), as_view(memory.data() + 10, 4, 5), 1); }) ==
          "isotypic: block 'embedding' and its gradient share some memory, but not all of it");
    Eigen::Map<Eigen::Matrix4f> square(memory.data());
    auto turned = square.transpose();
    CHECK(message([&] { step(as<embedding>(square), turned, 1); }) ==
          "isotypic: block 'embedding' and its gradient share some memory, but not all of it");
    CHECK(memory == before);
    for (float bad : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        std::vector<float> g(20, 1.f);
        g[19] = bad;
        CHECK(message([&] { step(as<embedding>(w), as_view(g.data(), 4, 5), 1); }) ==
              "isotypic: the gradient of block 'embedding' holds an infinity or a NaN");
    }
    CHECK(memory == before);
}
