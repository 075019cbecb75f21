// SPDX-License-Identifier: MIT
#include <isotypic/norm/entry_max.hpp>
#include "norm/laws.hpp"

using namespace isotypic;

TEST_CASE_TEMPLATE("entry_max keeps the laws of a norm", T, float, double) {
    const double eps = double(std::numeric_limits<T>::epsilon());
    check_norm_laws<T>(entry_max{}, 10 * eps, 10 * eps);
    check_scales<T>(entry_max{}, sizeof(T) == 4 ? 1e-30 : 1e-300, sizeof(T) == 4 ? 1e30 : 1e300, 10 * eps);
    check_not_finite(entry_max{});
}

TEST_CASE("the largest entry, the sum of moduli, the signs") {
    cpu d;
    float m[6] = {1, -5, 2, 0, -0.f, 3}, s[6];
    const blocks<float const> x = view<float>(m, 2, 3);
    CHECK(entry_max{}.value(d, x) == 5);
    CHECK(entry_max{}.dual(d, x) == 11);
    entry_max{}.steepest(d, x, blocks<float>(view<float>(s, 2, 3)));
    for (int i = 0; i < 6; ++i) CHECK(s[i] == (i == 1 ? -1 : i == 3 || i == 4 ? 0 : 1));
}
