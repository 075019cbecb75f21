// SPDX-License-Identifier: MIT
#include <isotypic/group/shift.hpp>
#include <doctest/doctest.h>
#include <vector>

using namespace isotypic;

namespace {

/// Every map from the two-point line x = (a, b), shifts (1, 1), that is made of projections: its law is known by
/// linear algebra. f = [p q; r s] in the basis (shift, horizontal).
struct linear_map {
    int p, q, r, s;
    shift_law law() const {
        return {.blind = p == 0 && r == 0, .horizontal = p == 0 && q == 0, .carries = r == 0, .keeps = q == 0};
    }
    linear_map after(linear_map f) const {
        return {p * f.p + q * f.r, p * f.q + q * f.s, r * f.p + s * f.r, r * f.q + s * f.s};
    }
};

}  // namespace

TEST_CASE("the law of a composition promises nothing that a linear map breaks") {
    int promises = 0;
    for (int f = 0; f < 16; ++f)
        for (int g = 0; g < 16; ++g) {
            const linear_map first{f & 1, f >> 1 & 1, f >> 2 & 1, f >> 3}, second{g & 1, g >> 1 & 1, g >> 2 & 1, g >> 3};
            const shift_law truth = second.after(first).law(), said = then(first.law(), second.law());
            CHECK((!said.blind || truth.blind));
            CHECK((!said.horizontal || truth.horizontal));
            CHECK((!said.carries || truth.carries));
            CHECK((!said.keeps || truth.keeps));
            promises += said.blind + said.horizontal + said.carries + said.keeps;
        }
    CHECK(promises > 256);
}

TEST_CASE("a rule between two centrings ignores shifts and makes none") {
    constexpr shift_law centre{true, true, true, true}, unknown{};
    constexpr shift_law law = then(then(centre, unknown), centre);
    static_assert(law.blind && law.horizontal && law.carries && law.keeps);
    static_assert(!then(centre, unknown).horizontal && !then(unknown, centre).blind);
    static_assert(then(shift_law::linear(), centre).blind && then(centre, shift_law::linear()).horizontal);
    CHECK(then(shift_law::linear(), shift_law::linear()).carries);
}
