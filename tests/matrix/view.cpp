// SPDX-License-Identifier: MIT
#include <isotypic/matrix/view.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("a view reads and writes the caller's memory in either order") {
    double m[6] = {0, 1, 2, 3, 4, 5};
    const view<double> rows(m, 2, 3), columns = column_major(m, 2, 3);
    CHECK(rows(1, 0) == 3);
    CHECK(columns(1, 0) == 1);
    CHECK(columns(0, 2) == 4);
    rows(1, 2) = 9;
    CHECK(m[5] == 9);
    CHECK(&rows.transposed()(2, 1) == &rows(1, 2));
    CHECK(rows.transposed().rows == 3);
}

TEST_CASE("a part is a window") {
    double m[12] = {};
    const view<double> x(m, 3, 4), p = x.part(1, 1, 2, 3);
    CHECK(&p(0, 0) == &x(1, 1));
    CHECK(&p(1, 2) == &x(2, 3));
    CHECK(p.size() == 6);
    CHECK(view<double>().part(0, 0, 0, 0).data == nullptr);  // no arithmetic on a null pointer
}

TEST_CASE("an axis of length one leaves the other on the fast path, whatever its stride says") {
    float m[8] = {};
    for (index_t idle : {0, 1, 5, 77}) {
        CHECK(view<float>(m, 1, 4, idle, 1).col_stride == 1);
        CHECK(view<float>(m, 4, 1, 1, idle).row_stride == 1);
        const view<float> spread(m, 1, 4, idle, 2), column(m, 4, 1, 2, idle);
        CHECK(&spread(0, 3) == m + 6);
        CHECK(&column(3, 0) == m + 6);
        CHECK(spread.row_stride == 1);
        CHECK(column.col_stride == 1);
        CHECK(&view<float>(m, 1, 1, idle, idle)(0, 0) == m);
    }
}

TEST_CASE("a view to write converts to one to read, and not back") {
    static_assert(std::is_convertible_v<view<float>, view<float const>>);
    static_assert(!std::is_convertible_v<view<float const>, view<float>>);
    static_assert(!std::is_convertible_v<view<float>, view<double const>>);
    struct elsewhere {};
    static_assert(!std::is_convertible_v<view<float, elsewhere>, view<float const>>);
    float m[2] = {1, 2};
    const view<float const> r = view<float>(m, 1, 2);
    CHECK(r(0, 1) == 2);
}
