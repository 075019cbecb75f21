// SPDX-License-Identifier: MIT
#include <isotypic/check/word.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
specimen small() {
    specimen x(2, 3);
    x.values = {1, 2, 3, 4, 5, 6};
    return x;
}
std::vector<double> after(word const& w, moved_as as = moved_as::gradient) { return moved(w, small(), as).values; }
using list = std::vector<double>;
}  // namespace

TEST_CASE("every generator does what it says, from left to right") {
    CHECK(after({swap_rows(0, 1)}) == list{4, 5, 6, 1, 2, 3});
    CHECK(after({swap_columns(0, 2)}) == list{3, 2, 1, 6, 5, 4});
    CHECK(after({flip_row(1)}) == list{1, 2, 3, -4, -5, -6});
    CHECK(after({flip_column(0)}) == list{-1, 2, 3, -4, 5, 6});
    CHECK(after({rotate_rows(0, 1, 0, 1)}) == list{-4, -5, -6, 1, 2, 3});
    CHECK(after({rotate_columns(0, 1, 3, 4)})[0] == doctest::Approx(0.6 * 1 - 0.8 * 2));
    CHECK(after({shift_rows(2, 10)}) == list{1, 2, 13, 4, 5, 16});
    CHECK(after({shift_columns(1, 10)}) == list{1, 2, 3, 14, 15, 16});
    CHECK(after({stretch_row(0, 2)}) == list{2, 4, 6, 4, 5, 6});
    CHECK(after({stretch_column(2, 2)}) == list{1, 2, 6, 4, 5, 12});
    CHECK(after({scale_all(2)}) == list{2, 4, 6, 8, 10, 12});
    CHECK(after({minus_one()}) == list{-1, -2, -3, -4, -5, -6});
    CHECK(after({transposition()}) == list{1, 4, 2, 5, 3, 6});
    CHECK(after({dense_rows({0, 1, 2, 0})}) == list{4, 5, 6, 2, 4, 6});
    CHECK(after({dense_columns({0, 0, 1, 0, 1, 0, 1, 0, 0})}) == list{3, 2, 1, 6, 5, 4});
    CHECK(after({centre_rows()}, moved_as::result) == list{-1.5, -1.5, -1.5, 1.5, 1.5, 1.5});
    CHECK(after({centre_columns()}, moved_as::result) == list{-1, 0, 1, -1, 0, 1});
    CHECK(after({transposition(), swap_rows(0, 2), flip_column(0)}) == list{-3, 6, -2, 5, -1, 4});
    CHECK(after({}) == small().values);
}

TEST_CASE("what is blind to a shift or a scale keeps its result; a weight is shifted along but not scaled") {
    for (generator const& g : {shift_rows(0, 1), stretch_row(0, 2), scale_all(2)}) CHECK(after({g}, moved_as::result) == small().values);
    CHECK(after({shift_rows(0, 1)}, moved_as::weight) == list{2, 2, 3, 5, 5, 6});
    CHECK(after({scale_all(2), stretch_column(0, 3), centre_rows()}, moved_as::weight) == small().values);
    CHECK(after({centre_rows()}) == small().values);
    CHECK(after({minus_one()}, moved_as::result) == after({minus_one()}));
}

TEST_CASE("a rotation there and back leaves one rounding") {
    const specimen x = moved({rotate_rows(0, 1, 1, 2)}, small(), moved_as::gradient), y = moved({rotate_rows(0, 1, 1, -2)}, x, moved_as::gradient);
    for (std::size_t k = 0; k < 6; ++k) CHECK(y.values[k] == doctest::Approx(small().values[k]).epsilon(1e-15));
}
