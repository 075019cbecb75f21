// SPDX-License-Identifier: MIT
#include <isotypic/check/inputs.hpp>
#include <isotypic/check/seed.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <Eigen/SVD>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
Eigen::VectorXd singular_values(specimen const& x) {
    const Eigen::MatrixXd m = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(x.values.data(), x.rows, x.cols);
    return Eigen::JacobiSVD<Eigen::MatrixXd>(m).singularValues();
}
specimen of(input kind, index_t m = 4, index_t n = 6, bool in_float = false) {
    random_stream random(seed());
    return drawn(kind, m, n, in_float, random);
}
}  // namespace

TEST_CASE("every kind of input is what it is called") {
    const Eigen::VectorXd a = singular_values(of(input::condition_1e4)), b = singular_values(of(input::condition_1e8));
    CHECK(a(0) / a(3) == doctest::Approx(1e4).epsilon(0.01));
    CHECK(b(0) / b(3) == doctest::Approx(1e8).epsilon(0.2));  // entries are rounded to float
    CHECK(a(0) / a(2) < 2);
    const Eigen::VectorXd equal = singular_values(of(input::equal_singular_values)), low = singular_values(of(input::short_rank));
    CHECK(equal(0) / equal(3) < 1 + 1e-6);
    CHECK(low(2) < 1e-6 * low(0));
    CHECK(low(1) > 0.1 * low(0));

    auto row = [](specimen const& x, index_t i) { return Eigen::Map<const Eigen::VectorXd>(x.values.data() + i * x.cols, x.cols).norm(); };
    CHECK(row(of(input::one_large_row), 0) > 100 * row(of(input::one_large_row), 1));
    CHECK(row(of(input::one_small_row), 0) < 0.01 * row(of(input::one_small_row), 1));
    CHECK(row(of(input::zero_row), 3) == 0);
    CHECK(row(of(input::zero_row), 2) > 0);
    for (double v : of(input::integers).values) CHECK(v == std::round(v));
    index_t zeros = 0;
    for (double v : of(input::sparse, 20, 20).values) zeros += v == 0 ? 1 : 0;
    CHECK((zeros > 200 && zeros < 350));
    for (double v : of(input::tiny).values) CHECK((std::fabs(v) < 1e-28 && std::fabs(v) > 1e-34));
    for (double v : of(input::huge).values) CHECK((std::fabs(v) > 1e26 && std::fabs(v) < 1e31));
    for (double v : of(input::subnormal).values) CHECK(std::fpclassify(v) == FP_SUBNORMAL);
    for (double v : of(input::subnormal, 4, 6, true).values) CHECK(std::fpclassify(float(v)) == FP_SUBNORMAL);
}

TEST_CASE("inputs fit a float, and any shape is drawn") {
    for (auto const& list : {generic_inputs, special_inputs, extreme_inputs})
        for (input kind : list) {
            INFO(std::string(name_of(kind)));
            for (double v : of(kind, 5, 5, true).values) CHECK(double(float(v)) == v);
            for (index_t m : {0, 1, 3, 70})
                for (index_t n : {0, 1, 2}) {
                    const specimen x = of(kind, m, n);
                    CHECK(index_t(x.values.size()) == m * n);
                    for (double v : x.values) CHECK(std::isfinite(v));
                }
        }
}
