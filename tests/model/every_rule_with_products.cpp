// SPDX-License-Identifier: MIT
#include "every_rule.hpp"

using namespace isotypic;
using namespace isotypic::every_rule;

TEST_CASE_TEMPLATE("every rule: rotations on both sides", T, float, double) {
    check<T>(projection{}, update_for<projection>{});
    check<T>(projection{}, muon_keller());
    check<T>(projection{}, muon_moonlight());
    check<T>(projection{}, muon_heads());
    check<T>(projection{}, stochastic_spectral_descent());
    check<T>(projection{}, polar_grad());
    check<T>(projection{}, polar_first_grad<>{});
    check<T>(projection{}, left_polar_grad_m());
    check<T>(projection{}, scion_spectral());
}

TEST_CASE_TEMPLATE("every rule: rows and products", T, float, double) {
    check<T>(embedding{}, hybrid_polar_grad_m());
    check<T>(embedding{}, hybrid_polar_then_row_m());
}
