// SPDX-License-Identifier: MIT
#include <isotypic/update/fused_centred.hpp>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/model/roles.hpp>
#include "allocations.hpp"
#include "race.hpp"

using namespace isotypic;

namespace {

const auto unit = momentum{.beta = 0.9} | centre{} | row_norm{} | centre{};

template <class F>
void for_each_rule(F const& f) {
    f(unit);
    f(heavy_ball{.beta = 0.9} | centre{} | row_norm{} | centre{});
    f(momentum{.beta = 0.9} | centre{} | damped_row_norm{.eps = 0.01, .floor = true} | centre{});
    f(unit | scaled(row_rms_scale{.rms = 0.2}, 0.5));
}

}  // namespace

TEST_CASE_TEMPLATE("three sweeps do what the parts do, to rounding", T, float, double) {
    for_each_rule([](auto rule) {
        for (order o : contiguous)
            for (shape s : shapes) {
                const index_t m = s.rows, n = s.cols;
                storage<T> w(m, n, o), g(m, n, o);
                w.fill(1), g.fill(2);
                INFO("seed ", seed(), ", ", m, " x ", n, " in order ", int(o));
                CHECK(error_of<T>(rule, w.all, g.all) < 8);
            }
    });
}

TEST_CASE_TEMPLATE("horizontal decay: the rows decay about their mean, and the mean row of the weight stays", T, float, double) {
    for (order o : contiguous)
        for (shape s : shapes) {
            const index_t m = s.rows, n = s.cols;
            cpu d;
            storage<T> w(m, n, o), v(m, n, o), g(m, n, o);
            w.fill(1), v.fill(1), g.fill(2);
            auto state = init(unit, d, w.all), other = init(unit, d, w.all);
            std::vector<double> before(std::size_t(n), 0.0), mean = before, after = before;
            mean_row(d, blocks<T const>(w.all), before.data());
            REQUIRE(fused_update(d, unit, state, 1, blocks<T const>(g.all), w.all, {0.3, 1, 1.0 / 3}, true));
            REQUIRE(fused_update(d, unit, other, 1, blocks<T const>(g.all), v.all, {0.3, 1, 1.0 / 3}));
            mean_row(d, blocks<T const>(w.all), after.data());
            const double close = 8 * double(std::numeric_limits<T>::epsilon());
            double worst = 0, moved = 0;
            for (index_t j = 0; j < n; ++j) {
                moved = std::fmax(moved, std::abs(after[std::size_t(j)] - before[std::size_t(j)]));
                for (index_t i = 0; i < m; ++i) worst = std::fmax(worst, std::abs(double(w.one()(i, j)) - double(v.one()(i, j)) - 0.1 * before[std::size_t(j)]));
            }
            INFO("seed ", seed(), ", ", m, " x ", n, " in order ", int(o));
            CHECK(worst < close);
            CHECK(moved < close);
        }
}

TEST_CASE_TEMPLATE("numbers from 1e-30 to 1e30, in double from 1e-200 to 1e200", T, float, double) {
    for (order o : contiguous)
        for (double size : {1e-30, 1e-18, 1e18, 1e30, 1e-200, 1e200}) {
            if (sizeof(T) == 4 && (size < 1e-31 || size > 1e31)) continue;
            storage<T> w(9, 37, o), g(9, 37, o);
            w.fill(1), g.fill(2, size);
            INFO("seed ", seed(), ", size ", size, " in order ", int(o));
            CHECK(error_of<T>(unit, w.all, g.all) < 8);
        }
}

TEST_CASE_TEMPLATE("a large shared row in the gradient changes nothing but rounding", T, float, double) {
    for (order o : contiguous) {
        cpu d;
        storage<T> w(70, 33, o), v(70, 33, o), g(70, 33, o), h(70, 33, o);
        w.fill(1), v.fill(1), g.fill(2);
        for (index_t i = 0; i < 70; ++i)
            for (index_t j = 0; j < 33; ++j) g.one()(i, j) = std::round(g.one()(i, j) * 64) / 64, h.one()(i, j) = g.one()(i, j) + T(1000 + j);
        auto state = init(unit, d, w.all), other = init(unit, d, w.all);
        REQUIRE(fused_update(d, unit, state, 1, blocks<T const>(g.all), w.all, {0.3}));
        REQUIRE(fused_update(d, unit, other, 1, blocks<T const>(h.all), v.all, {0.3}));
        double worst = 0;
        for (index_t i = 0; i < 70; ++i)
            for (index_t j = 0; j < 33; ++j) worst = std::fmax(worst, std::abs(double(w.one()(i, j)) - double(v.one()(i, j))));
        CHECK(worst < 4000 * double(std::numeric_limits<T>::epsilon()));
    }
}

TEST_CASE_TEMPLATE("rows at their mean only take part in the last centring", T, float, double) {
    for (order o : contiguous) {
        cpu d;
        storage<T> w(4, 6, o), g(4, 6, o);
        w.fill(1);
        for (index_t i = 0; i < 4; ++i)
            for (index_t j = 0; j < 6; ++j) g.one()(i, j) = T(i == 0 ? 1 : i == 1 ? -1 : 0);
        const auto before = elements(w.one());
        auto state = init(unit, d, w.all);
        REQUIRE(fused_update(d, unit, state, 1, blocks<T const>(g.all), w.all, {0.5}));
        for (index_t j = 0; j < 6; ++j) {
            CHECK(w.one()(2, j) == before[std::size_t(2 * 6 + j)]);
            CHECK(double(w.one()(0, j)) == doctest::Approx(double(before[std::size_t(j)]) - 0.5 / std::sqrt(6.0)));
        }
    }
}

TEST_CASE("batches have a mean an item; empty blocks; what is left to the plain pipe stays untouched") {
    for (order o : contiguous) {
        cpu d;
        storage<float> w(23, 40, o, 0, 3), g(23, 40, o, 0, 3), v(23, 40, o, 0, 3), none(0, 5, o), flat(5, 0, o), odd(23, 40, order::strided);
        w.fill(1), g.fill(2), v.fill(3), odd.fill(1);
        CHECK(error_of<float>(unit, w.all, g.all) < 8);
        CHECK(error_of<float>(unit, none.all, none.all) == 0);
        CHECK(error_of<float>(unit, flat.all, flat.all) == 0);

        auto refuses = [&](auto rule, blocks<float> x, blocks<float const> y) {
            auto state = init(rule, d, x);
            const auto before = elements(x.first);
            bool quiet = !fused_update(d, rule, state, 1, y, x, {0.1}) && same_bits(before, elements(x.first));
            state.for_each([&](auto const&, auto const& m) {
                for (float e : elements(m.first)) quiet = quiet && e == 0;
            });
            return quiet;
        };
        const auto pair = joined(w.all, v.all);
        CHECK(refuses(unit, pair, pair));
        CHECK(refuses(unit, pair.transposed(), pair.transposed()));
        CHECK(refuses(unit, odd.all, odd.all));
        CHECK(refuses(momentum{.nesterov = true} | centre{} | row_norm{} | centre{}, w.all, g.all));
        CHECK(refuses(momentum{} | centre{} | row_norm{{}, 1} | centre{}, w.all, g.all));
        CHECK(refuses(momentum{} | centre{} | damped_row_norm{.relative = true} | centre{}, w.all, g.all));
    }
}

TEST_CASE_TEMPLATE("the same bits for every thread count and address", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) {
        storage<T> w(m, n, o, shift), g(m, n, o, shift + 1);
        w.fill(1), g.fill(2);
        auto state = init(unit, d, w.all);
        for (index_t t = 1; t <= 2; ++t) fused_update(d, unit, state, t, blocks<T const>(g.all), w.all, {0.1, 1, 0.1}, true);
        auto bits = elements(w.one());
        for (T v : elements(state.all.first.buffer.all().first)) bits.push_back(v);
        return bits;
    });
}

TEST_CASE("apply_update takes the sweeps with every decay, and allocates nothing after the first step") {
    for (order o : contiguous) {
        cpu d;
        storage<float> w(70, 33, o), v(70, 33, o), g(70, 33, o);
        g.fill(2);
        for (weight_decay decay : {weight_decay{}, weight_decay{.rate = 0.2}, weight_decay{.rate = 0.2, .fix_gauge = true}}) {
            w.fill(1), v.fill(1);
            auto state = init(unit, d, w.all), other = init(unit, d, w.all);
            apply_update<lm_head>(d, unit, state, 1, blocks<float const>(g.all), w.all, 0.5, decay);
            REQUIRE(fused_update(d, unit, other, 1, blocks<float const>(g.all), v.all, {0.5, 1, decay.rate}, decay.rate != 0 && !decay.fix_gauge));
            CHECK(same_bits(elements(w.one()), elements(v.one())));
        }
        cpu fresh;
        auto state = init(unit, fresh, w.all);
        apply_update<lm_head>(fresh, unit, state, 1, blocks<float const>(g.all), w.all, 0.5, {});
        const std::size_t then = allocations();
        apply_update<lm_head>(fresh, unit, state, 2, blocks<float const>(g.all), w.all, 0.5, {.rate = 0.2});
        CHECK(allocations() == then);
    }
}
