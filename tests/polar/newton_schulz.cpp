// SPDX-License-Identifier: MIT
#include "products.hpp"
#include <isotypic/polar/newton_schulz.hpp>

using namespace engines;

TEST_CASE("newton_schulz: every set does to singular values what its scalar map says") {
    for (coefficients const& set : every_set) {
        auto formula = [&](dense const& a) { return formulas::iterated(a, set); };
        keep_their_word<double>(newton_schulz{set}, formula, [&](dense const& a) { return 1e-14 * slope(a / a.norm(), set); });
        keep_their_word<float>(newton_schulz{set}, formula, [&](dense const& a) { return 1e-6 * slope(a / a.norm(), set); });
    }
}

TEST_CASE("newton_schulz: as near to the golden polar factors as the scalar map of the singular values") {
    for_each_golden([](double, double, dense const& a, dense const& polar) {
        const double least = 1e-10 * formulas::largest(a), norm = a.norm();
        const dense off = formulas::by_values(a, [&](double s) { return s > least ? 1 - polar_express(s / norm) : 0; });
        CHECK(distance(factor<double>(newton_schulz{}, a), polar) <= off.norm() / std::max(polar.norm(), 1.) + 1e-10);
    });
}

TEST_CASE("newton_schulz: a norm eps is added to |M|_F before the cushion") {
    const coefficients set = polar_express_cushion.with_norm_eps(3);
    const dense a = formulas::gaussian(4, 6, 1);
    CHECK(distance(factor<double>(newton_schulz{set}, a), formulas::iterated(a, set)) <= 1e-12);
    CHECK(distance(formulas::iterated(a, set), formulas::iterated(a, polar_express_cushion)) > 1e-2);
    CHECK_FALSE(newton_schulz{set}.scale_free());
}

TEST_CASE("newton_schulz: same bits at every address") {
    CHECK(same_at_every_address<float>(newton_schulz{}));
    CHECK(same_at_every_address<double>(newton_schulz{keller}));
}

TEST_CASE("newton_schulz: no allocation after the first call, same bits for any number of threads") {
    CHECK(allocates_nothing<float>(newton_schulz{}));
    CHECK(same_for_threads<float>(newton_schulz{}));
}
