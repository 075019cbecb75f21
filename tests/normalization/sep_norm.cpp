// SPDX-License-Identifier: MIT
#include <isotypic/normalization/sep_norm.hpp>
#include "golden/npy.hpp"
#include "normalization/cubes.hpp"
#include "normalization/prove_core.hpp"
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

/// |N(g x) - g N(x)| with a fresh sep_norm each.
double defect_of_sep_norm(cube const& x, view<double const> g) {
    cube y = like(x.all), moved = permuted(x.all, g), moved_y = like(x.all);
    sep_norm().forward(x.all, y.all);
    sep_norm().forward(moved.all, moved_y.all);
    return largest_difference(moved_y.all, permuted(y.all, g).all);
}

/// PyTorch's SepNorm on 4 x 5 x 6.
struct reference {
    static golden::array load(std::string const& part) { return golden::load("norms/sepnorm_4x5x6." + part + ".npy"); }
    static blocks<double> cube_of(golden::array& a) { return {view<double>(a.values.data(), 5, 6), 4, 30}; }
};

}  // namespace

TEST_CASE("SepNorm gives PyTorch's values, gradients and running statistics") {
    auto x = reference::load("x"), y = reference::load("y"), y_eval = reference::load("y_eval"), dy = reference::load("dy"), dx = reference::load("dx");
    REQUIRE(x.shape == std::vector<std::ptrdiff_t>{4, 5, 6});
    affine_values a(2, 6, 1), da(2, 6, 2), expected(2, 6, 3);
    const char* const parts[4] = {"cls_weight", "cls_bias", "tok_weight", "tok_bias"};
    for (std::size_t k = 0; k < 4; ++k)
        for (std::size_t j = 0; j < 6; ++j) {
            a.numbers[6 * k + j] = reference::load(parts[k]).values[j];
            expected.numbers[6 * k + j] = reference::load(std::string("d_") + parts[k]).values[j];
        }
    const auto mean = reference::load("running_mean").values, variance = reference::load("running_var").values;

    sep_norm norm;
    cube result(5, 6, order::rows, 0, 4), back(5, 6, order::rows, 0, 4);
    norm.forward(reference::cube_of(x), a.two(), result.all);
    CHECK(largest_difference(result.all, reference::cube_of(y)) < 1e-13);
    for (std::size_t j = 0; j < 6; ++j) {
        CHECK(std::get<0>(norm.norms).running.mean[j] == doctest::Approx(mean[j]).epsilon(1e-13));
        CHECK(std::get<0>(norm.norms).running.variance[j] == doctest::Approx(variance[j]).epsilon(1e-13));
    }
    norm.vjp(reference::cube_of(x), a.two(), reference::cube_of(dy), back.all, da.two());
    CHECK(largest_difference(back.all, reference::cube_of(dx)) < 1e-13);
    for (std::size_t j = 0; j < 24; ++j) CHECK(std::abs(da.numbers[j] - expected.numbers[j]) < 1e-13);

    norm.training = false;
    norm.forward(reference::cube_of(x), a.two(), result.all);
    CHECK(largest_difference(result.all, reference::cube_of(y_eval)) < 1e-13);
    CHECK(largest_difference(result.all, reference::cube_of(y)) > 1e-2);
}

TEST_CASE("class rows without eps: mean 0 and mean off-diagonal inner product -d / (n - 1)") {
    cube x = random_cube(1, 9), y = like(x.all);
    sep_norm norm({.eps = 0});
    norm.forward(x.all, y.all);
    auto of = [&](index_t position) {
        double sum = 0;
        for (index_t a = 0; a < 9; ++a)
            for (index_t b = 0; b < 9; ++b)
                for (index_t j = 0; j < 6 && a != b; ++j) sum += y.all.panel(a)(position, j) * y.all.panel(b)(position, j) / 72;
        return sum;
    };
    CHECK(of(0) == doctest::Approx(-6.0 / 8).epsilon(1e-13));
    CHECK(std::abs(of(1) + 6.0 / 8) > 1e-3);  // layer norm promises no such thing
    auto largest_mean = [&](index_t position) {
        double most = 0;
        for (index_t j = 0; j < 6; ++j) {
            double sum = 0;
            for (index_t a = 0; a < 9; ++a) sum += y.all.panel(a)(position, j);
            most = std::fmax(most, std::abs(sum / 9));
        }
        return most;
    };
    CHECK(largest_mean(0) < 1e-13);
    CHECK(largest_mean(1) > 1e-3);
}

TEST_CASE("without eps the class token may be scaled and shifted feature by feature, every other token by itself") {
    INFO("seed ", seed());
    random_stream random(seed(), 10);
    const index_t length = 5;
    const auto x = proof::random_matrix(random, 9 * length, 6);
    const Eigen::RowVectorXd scale = proof::random_matrix(random, 1, 6).array().exp(), shift = proof::random_matrix(random, 1, 6);
    auto allowed = x, token_by_features = x, class_by_samples = x;
    for (index_t i = 0; i < x.rows(); ++i) {
        const Eigen::RowVectorXd by_features = x.row(i).cwiseProduct(scale) + shift, by_itself = (proof::positive(random) * x.row(i)).array() + random.normal();
        const bool is_class = i % length == 0;
        allowed.row(i) = is_class ? by_features : by_itself;
        if (is_class) class_by_samples.row(i) = by_itself;
        if (!is_class) token_by_features.row(i) = x.row(i).cwiseProduct(scale);
    }
    sep_norm norm({.eps = 0}), damped({.eps = 0.1});
    const auto change = [&](auto& with, auto const& moved) {
        return proof::gap(proof::over_sequences(with, moved, length), proof::over_sequences(with, x, length));
    };
    CHECK(change(norm, allowed) < 1e-12);
    CHECK(change(damped, allowed) > 1e-3);
    CHECK(change(norm, token_by_features) > 1e-3);
    CHECK(change(norm, class_by_samples) > 1e-3);
}

TEST_CASE("samples and features may be permuted; signs of features hold on the class token only") {
    INFO("seed ", seed());
    random_stream random(seed(), 11);
    const index_t samples = 9, length = 5, features = 6;
    using matrix_type = proof::matrix_of_doubles;
    const matrix_type x = proof::random_matrix(random, samples * length, features);
    sep_norm norm({.eps = 0});
    const auto rule = [&](matrix_type const& a) { return proof::over_sequences(norm, a, length); };
    const auto mixed = [&](matrix_type const& g, matrix_type const& a) {
        const matrix_type m = g * a.reshaped<Eigen::RowMajor>(samples, length * features);
        return matrix_type(m.reshaped<Eigen::RowMajor>(samples * length, features));
    };
    const auto of_samples = [&](matrix_type const& g) { return proof::gap(rule(mixed(g, x)), mixed(g, rule(x))); };
    const auto of_features = [&](matrix_type const& g) { return proof::gap(rule(x * g), rule(x) * g); };
    CHECK(of_samples(proof::element<permutation>(random, samples)) < 1e-12);
    CHECK(of_samples(proof::element<orthogonal>(random, samples)) > 1e-3);
    CHECK(of_features(proof::element<permutation>(random, features)) < 1e-12);
    CHECK(of_features(proof::element<orthogonal>(random, features)) > 1e-3);

    matrix_type flips = proof::element<signs>(random, features);
    flips(0, 0) = 1, flips(1, 1) = -1;
    const matrix_type difference = rule(x * flips) - rule(x) * flips;
    for (index_t position = 0; position < length; ++position) {
        const double size = difference(Eigen::seq(position, Eigen::last, length), Eigen::all).norm();
        CHECK((position ? size > 1e-3 : size < 1e-12));
    }
}

TEST_CASE("equivariant under the Young subgroup of the classes, and under no more") {
    cube x = random_cube(1, 4, 5);
    random_stream random(seed(), 9);
    INFO("seed ", seed());
    storage<double> g(5, 5);
    static_assert(subgroup_of<sep_norm::commutes_with::rows, permutation>);
    static_assert(std::is_same_v<sep_norm::commutes_with::cols, permutation>);
    for (int k = 0; k < 10; ++k) {
        sep_norm::commutes_with::rows::sample(g.one(), random);
        CHECK(defect_of_sep_norm(x, g.one()) == 0);
    }
    int outside = 0;
    for (int k = 0; k < 40; ++k) {
        permutation::sample(g.one(), random);
        const bool keeps = young<1>::contains(g.one(), 0);
        outside += !keeps;
        CHECK((defect_of_sep_norm(x, g.one()) < 1e-3) == keeps);
    }
    CHECK(outside > 0);
}
