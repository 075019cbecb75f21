// SPDX-License-Identifier: MIT
// Square roots of a line are std::sqrt's, at every length, in place and not.
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cpu_sqrt.hpp>
#include <isotypic/group/random.hpp>
#include <doctest/doctest.h>
#include <vector>

using namespace isotypic;

TEST_CASE_TEMPLATE("sqrt_line", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    for (index_t n : {0, 1, 2, 3, 4, 5, 7, 8, 17, 64}) {
        std::vector<T> x(static_cast<std::size_t>(n)), y(x.size());
        for (T& v : x) v = T(std::exp(20 * random.normal()));
        if (n > 2) x[0] = 0, x[1] = std::numeric_limits<T>::denorm_min(), x[2] = (std::numeric_limits<T>::max)();
        detail::sqrt_line(n, x.data(), y.data());
        for (std::size_t i = 0; i < x.size(); ++i) CHECK(y[i] == std::sqrt(x[i]));
        detail::sqrt_line(n, x.data(), x.data());
        CHECK(x == y);
    }
}
