// SPDX-License-Identifier: MIT
#include "every_rule.hpp"

using namespace isotypic;
using namespace isotypic::every_rule;

TEST_CASE_TEMPLATE("every rule: up to a shift", T, float, double) {
    const momentum m{.beta = 0.9};
    check<T>(lm_head{}, m | update_for<lm_head>{});
    check<T>(lm_head{}, centred_row_norm_m());
    check<T>(lm_head{}, m | geometric_median_rows{});
    check<T>(lm_head{}, centred_right_polar_grad_m());
    check<T>(lm_head{}, centred_hybrid_polar_grad_m());
}
