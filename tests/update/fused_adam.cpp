// SPDX-License-Identifier: MIT
#include <isotypic/update/fused_adam.hpp>
#include "device/shapes.hpp"

using namespace isotypic;

namespace {

constexpr order contiguous[] = {order::rows, order::columns};

}  // namespace

TEST_CASE_TEMPLATE("one sweep does what the part and the step do, to rounding", T, float, double) {
    for (order o : contiguous)
        for (shape s : shapes) {
            const index_t m = s.rows, n = s.cols;
            cpu d;
            storage<T> w(m, n, o), g(m, n, o), u(m, n, o);
            w.fill(1), g.fill(2);
            const adam rule;
            auto state = init(rule, d, w.all), plain = init(rule, d, w.all);
            std::vector<T> expected = elements(w.one());
            for (index_t t = 1; t <= 3; ++t) {
                transform(d, [](T& v) { v = T(0.7) * v; }, g.all);
                const auto y = elements(rule.apply(context<cpu, T>{d, t, w.all, g.all}, blocks<T const>(g.all), u.all, plain).first);
                for (std::size_t k = 0; k < y.size(); ++k) expected[k] = T(0.9) * expected[k] - T(0.1) * y[k];
                REQUIRE(fused_update(d, rule, state, t, blocks<T const>(g.all), w.all, {0.1, 1, 1}));
            }
            const auto got = elements(w.one());
            T worst = 0;
            for (std::size_t k = 0; k < got.size(); ++k) worst = std::max(worst, std::abs(got[k] - expected[k]));
            INFO("seed ", seed(), ", ", m, " x ", n, " in order ", int(o));
            CHECK(worst < 8 * std::numeric_limits<T>::epsilon());
        }
}

TEST_CASE("zero in, only decay out; empty blocks; blocks without a common axis are left alone") {
    cpu d;
    const adam rule;
    storage<float> w(9, 70), g(9, 70), across(9, 70, order::columns), none(0, 3), out(9, 70);
    w.fill(1), across.fill(1), out.fill(1);
    transform(d, [](float& v) { v = 0; }, g.all);
    auto state = init(rule, d, w.all);
    REQUIRE(fused_update(d, rule, state, 1, blocks<float const>(g.all), w.all, {0.1, 1, 5}));
    for (index_t j = 0; j < 70; ++j) CHECK(w.one()(4, j) == out.one()(4, j) / 2);
    auto nothing = init(rule, d, none.all);
    CHECK(fused_update(d, rule, nothing, 1, blocks<float const>(none.all), none.all, {0.1, 1, 5}));
    CHECK(!fused_update(d, rule, state, 2, blocks<float const>(across.all), w.all, {0.1, 1, 5}));
    for (index_t j = 0; j < 70; ++j) CHECK(w.one()(4, j) == out.one()(4, j) / 2);
}

TEST_CASE_TEMPLATE("the same bits for every thread count and address", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) {
        storage<T> w(m, n, o, shift), g(m, n, o, shift + 1);
        w.fill(1), g.fill(2);
        auto state = init(adam{}, d, w.all);
        for (index_t t = 1; t <= 2; ++t) fused_update(d, adam{}, state, t, blocks<T const>(g.all), w.all, {0.1, 1, 0.1});
        return elements(w.one());
    });
}
