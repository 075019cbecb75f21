// SPDX-License-Identifier: MIT
#include <isotypic/norm/row_max.hpp>
#include "norm/laws.hpp"

using namespace isotypic;

TEST_CASE_TEMPLATE("row_max and column_max keep the laws of a norm", T, float, double) {
    const double eps = double(std::numeric_limits<T>::epsilon());
    check_norm_laws<T>(row_max{}, 10 * eps, 10 * eps);
    check_scales<T>(row_max{}, sizeof(T) == 4 ? 1e-30 : 1e-300, sizeof(T) == 4 ? 1e30 : 1e300, 10 * eps);
    check_scales<T>(column_max{}, sizeof(T) == 4 ? 1e-30 : 1e-300, sizeof(T) == 4 ? 1e30 : 1e300, 10 * eps);
    check_not_finite(row_max{}), check_not_finite(column_max{});
}

TEST_CASE("rows become unit rows, a zero row stays zero") {
    cpu d;
    double m[6] = {3, 4, 0, 0, -5, 12}, u[6];
    const blocks<double const> x = view<double>(m, 3, 2);
    CHECK(row_max{}.value(d, x) == 13);
    CHECK(row_max{}.dual(d, x) == 18);
    row_max{}.steepest(d, x, blocks<double>(view<double>(u, 3, 2)));
    const double expected[6] = {0.6, 0.8, 0, 0, -5 / 13., 12 / 13.};
    for (int i = 0; i < 6; ++i) CHECK(u[i] == doctest::Approx(expected[i]).epsilon(1e-15));
}

TEST_CASE_TEMPLATE("column_max is row_max of the transpose, to the bit", T, float, double) {
    cpu d;
    for (order o : orders)
        for (bool pair : {false, true}) {
            sample_block<T> x(5, 8, o, 2, pair, 1), a(5, 8, o, 2, pair, 2), b(5, 8, o, 2, pair, 3);
            CHECK(column_max{}.value(d, x.all) == row_max{}.value(d, x.all.transposed()));
            CHECK(column_max{}.dual(d, x.all) == row_max{}.dual(d, x.all.transposed()));
            column_max{}.steepest(d, blocks<T const>(x.all), a.all);
            row_max{}.steepest(d, blocks<T const>(x.all.transposed()), b.all.transposed());
            CHECK(distance(a.all, b.all) == 0);
        }
}

TEST_CASE("a subnormal row neither vanishes nor overflows") {
    cpu d;
    float m[2] = {0, 1e-45f}, u[2];
    row_max{}.steepest(d, blocks<float const>(view<float>(m, 1, 2)), blocks<float>(view<float>(u, 1, 2)));
    CHECK(u[1] == doctest::Approx(1));
    double t[2] = {0, 5e-324}, v[2];
    row_max{}.steepest(d, blocks<double const>(view<double>(t, 1, 2)), blocks<double>(view<double>(v, 1, 2)));
    CHECK(v[0] == 0);
    CHECK((v[1] > 0 && v[1] <= 1));  // 1 / 5e-324 is no double: shorter than 1, never infinite
}
