// SPDX-License-Identifier: MIT
#include <isotypic/update/fused_signs.hpp>
#include "race.hpp"

using namespace isotypic;

namespace {

template <class F>
void for_each_rule(F const& f) {
    f(momentum{.beta = 0.9} | sign{});
    f(heavy_ball{.beta = 0.9} | sign{} | scaled(row_rms_scale{.rms = 0.2}, 0.5));
    f(lion{});
}

}  // namespace

TEST_CASE_TEMPLATE("one sweep does what the parts do to a clipped gradient, to rounding, in any layout", T, float, double) {
    for_each_rule([](auto rule) {
        for (order o : {order::rows, order::columns, order::strided})
            for (shape s : shapes) {
                storage<T> w(s.rows, s.cols, o), g(s.rows, s.cols, o);
                w.fill(1), g.fill(2);
                INFO("seed ", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o));
                CHECK(error_of<T>(rule, w.all, g.all) < 8);
            }
        storage<T> w(23, 40, order::rows, 0, 3), g(23, 40, order::columns, 0, 3), w2(23, 40, order::rows, 0, 3), g2(23, 40, order::columns, 0, 3);
        w.fill(1), g.fill(2), w2.fill(3), g2.fill(4);
        CHECK(error_of<T>(rule, joined(w.all, w2.all), joined(g.all, g2.all)) < 8);
    });
}

TEST_CASE("an entry without a gradient only decays; empty blocks; what it leaves to the parts stays untouched") {
    cpu d;
    storage<float> w(5, 7), g(5, 7), none(0, 4);
    w.fill(1), g.fill(2);
    g.one()(3, 4) = 0;
    const float before = w.one()(3, 4);
    for_each_rule([&](auto rule) {
        w.fill(1);
        auto state = init(rule, d, w.all), nothing = init(rule, d, none.all);
        REQUIRE(fused_update(d, rule, state, 1, blocks<float const>(g.all), w.all, {0.1, 1, 5}));
        CHECK(w.one()(3, 4) == before / 2);
        CHECK(fused_update(d, rule, nothing, 1, blocks<float const>(none.all), none.all, {0.1}));
    });
    const auto refuses = [&](auto rule) {
        w.fill(1);
        auto state = init(rule, d, w.all);
        return !fused_update(d, rule, state, 1, blocks<float const>(g.all), w.all, {0.1}) && w.one()(3, 4) == before;
    };
    CHECK(refuses(momentum{.nesterov = true} | sign{}));
    CHECK(refuses(momentum{} | sign{{}, 1}));
}

TEST_CASE_TEMPLATE("the same bits for every thread count and address", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) {
        storage<T> w(m, n, o, shift), g(m, n, o, shift + 1);
        w.fill(1), g.fill(2);
        const auto rule = momentum{} | sign{};
        auto state = init(rule, d, w.all);
        for (index_t t = 1; t <= 2; ++t) fused_update(d, rule, state, t, blocks<T const>(g.all), w.all, {0.1, 1, 0.1});
        return elements(w.one());
    });
}
