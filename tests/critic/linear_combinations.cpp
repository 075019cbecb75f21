// SPDX-License-Identifier: MIT
#include <isotypic/critic/linear_combinations.hpp>
#include "gradients.hpp"
using namespace gradients;

TEST_CASE("mean and sum are those of the gradients, whatever these are") {
    INFO("ISOTYPIC_SEED=", seed());
    for (index_t k : {1, 2, 7, 50}) {
        const task_gradients g = normal(k, 9, std::uint64_t(k), 3);
        const numbers ones(static_cast<std::size_t>(k), 1.0), d = direction(sum_gradient{}, g), m = direction(mean_gradient{}, g);
        CHECK(distance(d, sum(g, ones)) < 1e-14 * norm(d) + 1e-15 * longest(g));
        for (std::size_t j = 0; j < m.size(); ++j) CHECK(m[j] * double(k) == doctest::Approx(d[j]).epsilon(1e-13));
        if (k > 1) CHECK(distance(d, m) > 1e-3 * norm(d));
    }
}
