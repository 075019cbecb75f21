// SPDX-License-Identifier: MIT
#include <isotypic/matrix/scalar.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("a block holds float or double") {
    static_assert(scalar<float> && scalar<double>);
    static_assert(!scalar<int> && !scalar<long double> && !scalar<float const>);
    static_assert(std::is_signed_v<index_t>);
}

TEST_CASE("the square of every float is a normal, finite double") {
    const double least = std::numeric_limits<float>::denorm_min(), most = std::numeric_limits<float>::max();
    CHECK(accumulator<float>(least * least) >= std::numeric_limits<double>::min());
    CHECK(accumulator<float>(most * most) <= std::numeric_limits<double>::max());
}

TEST_CASE("an error is an invalid_argument with a sentence") {
    CHECK_THROWS_WITH_AS(throw error("isotypic: a sentence"), "isotypic: a sentence", std::invalid_argument);
    CHECK(detail::shape_text(3, 4) == "3 x 4");
}
