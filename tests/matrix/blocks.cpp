// SPDX-License-Identifier: MIT
#include <isotypic/matrix/blocks.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>
#include <xtensor/xtensor.hpp>

using namespace isotypic;

TEST_CASE("a three-axis array is a batch along its first axis, without a copy") {
    xt::xtensor<float, 3> x = xt::xtensor<float, 3>::from_shape({2, 3, 4});
    auto b = as_blocks(x);
    REQUIRE(b.count == 2);
    REQUIRE(b.rows() == 3);
    REQUIRE(b.cols() == 4);
    for (index_t k = 0; k < 2; ++k)
        for (index_t i = 0; i < 3; ++i)
            for (index_t j = 0; j < 4; ++j) CHECK(&b.panel(k)(i, j) == &x(k, i, j));
    CHECK(b.size() == 24);

    xt::xtensor<double, 3, xt::layout_type::column_major> c = xt::xtensor<double, 3, xt::layout_type::column_major>::from_shape({2, 3, 4});
    CHECK(&as_blocks(c).panel(1)(2, 3) == &c(1, 2, 3));
    static_assert(std::is_same_v<decltype(as_blocks(std::as_const(x))), blocks<float const>>);

    xt::xtensor<float, 3> one = xt::xtensor<float, 3>::from_shape({1, 3, 4});
    CHECK(as_blocks(one).same_shape(as_blocks(Eigen::Map<Eigen::MatrixXf>(one.data(), 3, 4))));
    xt::xtensor<float, 4> four = xt::xtensor<float, 4>::from_shape({1, 2, 3, 4});
    CHECK_THROWS_AS(as_blocks(four), error);
}

TEST_CASE("heads are bands of rows or columns") {
    Eigen::MatrixXd w(6, 4);
    Eigen::MatrixXd const& read = w;
    const auto rows = row_heads(w, 3), columns = column_heads(w, 2);
    CHECK(rows.count == 3);
    CHECK(&rows.panel(2)(1, 3) == &w(5, 3));
    CHECK(columns.count == 2);
    CHECK(&columns.panel(1)(5, 1) == &w(5, 3));
    static_assert(std::is_same_v<decltype(row_heads(read, 3)), blocks<double const>>);
    CHECK_THROWS_WITH_AS(row_heads(w, 4), "isotypic: 6 rows cannot be cut into 4 equal heads", error);
    CHECK_THROWS_WITH_AS(column_heads(w, 3), "isotypic: 4 columns cannot be cut into 3 equal heads", error);
    CHECK_THROWS_AS(row_heads(w, 0), error);
    CHECK_THROWS_AS(column_heads(w, -2), error);
}

TEST_CASE("a joined pair is one block of two panels") {
    Eigen::MatrixXf gate(3, 4), up(3, 4);
    const auto pair = joined(gate, up);
    CHECK(pair.count == 1);
    CHECK(pair.panels() == 2);
    CHECK(pair.size() == 24);
    CHECK(&pair.panel(0, 0)(2, 1) == &gate(2, 1));
    CHECK(&pair.panel(0, 1)(2, 1) == &up(2, 1));
    CHECK(&pair.matrix(1)(0, 3) == &up(0, 3));

    const auto t = pair.transposed();
    CHECK(t.rows() == 4);
    CHECK(t.stacked);
    CHECK(&t.panel(0, 1)(3, 0) == &up(0, 3));
    CHECK(!t.transposed().stacked);
    CHECK(t.transposed().same_shape(pair));
    CHECK(!t.same_shape(pair));

    const auto batch = joined(row_heads(gate, 3), row_heads(up, 3));
    CHECK(batch.matrices() == 6);
    CHECK(&batch.panel(2, 1)(0, 3) == &up(2, 3));
    CHECK(&batch.matrix(5)(0, 3) == &up(2, 3));
}

TEST_CASE("what cannot be joined is refused") {
    Eigen::MatrixXf a(3, 4), other_shape(4, 3);
    Eigen::Matrix<float, -1, -1, Eigen::RowMajor> other_order(3, 4);
    CHECK_THROWS_WITH_AS(joined(a, other_shape), "isotypic: a joined pair needs two matrices of one shape and layout, here 3 x 4 and 4 x 3", error);
    CHECK_THROWS_AS(joined(a, other_order), error);
    CHECK_THROWS_AS(joined(joined(a, a), joined(a, a)), error);
    CHECK_THROWS_AS(joined(row_heads(a, 3), a), error);
}

TEST_CASE("blocks to write convert to blocks to read with all they hold") {
    Eigen::MatrixXf a(3, 4), b(3, 4);
    const auto pair = joined(a, b).transposed();
    const blocks<float const> read = pair;
    CHECK(read.same_shape(blocks<float const>(pair)));
    CHECK(read.second == b.data());
    static_assert(!std::is_convertible_v<blocks<float const>, blocks<float>>);
    CHECK(as_blocks(pair).second == b.data());
}

TEST_CASE("empty blocks move no pointer") {
    const blocks<float> none(view<float>(nullptr, 0, 4), 3, 0);
    CHECK(none.size() == 0);
    CHECK(none.panel(2).data == nullptr);
    Eigen::MatrixXf e(0, 4);
    CHECK(row_heads(e, 2).count == 2);
    CHECK(blocks<float>().size() == 0);
}
