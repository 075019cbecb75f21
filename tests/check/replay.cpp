// SPDX-License-Identifier: MIT
#include <isotypic/check/replay.hpp>
#include <isotypic/update/momentum.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
/// step * x + w
struct counting {
    using commutes_with = symmetry<orthogonal, orthogonal>;
    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        using T = typename C::value_type;
        transform(c.device, [s = T(c.step)](T const& a, T const& w, T& b) { b = s * a + w; }, x, c.weight, y);
        return y;
    }
};
}  // namespace

TEST_CASE("a replay counts steps, passes the weight, keeps state, and starts afresh") {
    specimen x(1, 2), w(1, 2);
    x.values = {1, 2}, w.values = {10, 20};
    const run counts = updates_of<double>(counting{})(x);
    CHECK(counts(w, x).values == std::vector<double>{11, 22});
    CHECK(counts(w, x).values == std::vector<double>{12, 24});

    const replay rule = updates_of<double>(heavy_ball{.beta = 0.5});
    const run first = rule(x), second = rule(x);
    first(w, x);
    CHECK(first(w, x).values == std::vector<double>{1.5, 3});
    CHECK(second(w, x).values == x.values);
}

TEST_CASE("a replay computes in its own type, in place or not") {
    specimen x(1, 1);
    x.values = {1.0 + 1e-12};
    CHECK(updates_of<float>(identity{})(x)(x, x).values[0] == 1);
    CHECK(updates_of<double>(identity{})(x)(x, x).values == x.values);
    specimen y(3, 2, 2, true);
    for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] = double(i);
    for (bool in_place : {false, true}) CHECK(updates_of<double>(heavy_ball{}, in_place)(y)(y, y).values == y.values);
}
