// SPDX-License-Identifier: MIT
// Views as Eigen matrices: the same elements in the same place, whatever the strides.
#include <isotypic/matrix/as_view.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <doctest/doctest.h>
#include <numeric>
#include <vector>

using namespace isotypic;

TEST_CASE("as_eigen: row-major, column-major, transposed and strided views without a copy") {
    std::vector<double> memory(60);
    std::iota(memory.begin(), memory.end(), 0.0);
    const view<double> all[] = {as_view(memory.data(), 5, 4), column_major(memory.data(), 5, 4), as_view(memory.data(), 4, 5).transposed(),
                                as_view(memory.data(), 5, 4, 11, 2), as_view(memory.data(), 1, 4), as_view(memory.data(), 5, 1)};
    for (auto const& x : all) {
        auto e = as_eigen(x);
        REQUIRE(e.rows() == x.rows);
        REQUIRE(e.cols() == x.cols);
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) CHECK(&e(i, j) == &x(i, j));
    }
    as_eigen(all[3])(2, 1) = -1;
    CHECK(memory[2 * 11 + 2] == -1);
}

TEST_CASE("as_eigen: a view to read cannot be written, and goes back into a view") {
    std::vector<float> memory{1, 2, 3, 4, 5, 6};
    const view<float const> x = as_view(memory.data(), 2, 3);
    auto e = as_eigen(x);
    static_assert(!std::is_assignable_v<decltype(e(0, 0)), float>);
    CHECK(e.sum() == 21);
    const auto back = as_view(e);
    CHECK(back.data == x.data);
    CHECK((back.row_stride == 3 && back.col_stride == 1));
}
