// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

TEST_CASE("centre: the mean row subtracted, once for all") {
    for (auto [m, n] : {std::pair{7, 3}, {3, 7}, {1, 5}, {5, 1}, {300, 40}}) {
        const dense x = gaussian(m, n, 1), once = update(centre{}, x);
        CHECK((once - centred(x)).norm() <= 1e-14 * x.norm());
        CHECK((update(centre{}, once) - once).norm() <= 1e-14 * x.norm());
        CHECK(once.colwise().sum().norm() <= 1e-12 * x.norm());
        const dense columns = update(by_columns(centre{}), x);
        CHECK((columns - centred(x.transpose()).transpose()).norm() <= 1e-14 * x.norm());
        CHECK((update<float>(centre{}, x) - centred(x)).norm() <= 1e-6 * x.norm());
    }
    CHECK(update(centre{}, dense(0, 3)).size() == 0);
}

TEST_CASE("centre: halves of a pair are centred apart, of a transposed pair together") {
    cpu device;
    dense a = gaussian(5, 3, 2), b = gaussian(5, 3, 3), y = a, z = b, wide(5, 6);
    wide << a, b;
    no_state none;
    const auto in = joined(std::as_const(a), std::as_const(b));
    const context<cpu, double> c{device, 1, in, in};
    centre{}.apply(c, in, joined(y, z), none);
    CHECK(distance(y, centred(a)) <= 1e-14);
    CHECK(distance(z, centred(b)) <= 1e-14);
    by_columns(centre{}).apply(c, in, joined(y, z), none);
    const dense whole = centred(wide.transpose()).transpose();
    CHECK(distance(y, whole.leftCols(3)) <= 1e-14);
    CHECK(distance(z, whole.rightCols(3)) <= 1e-14);
}
