// SPDX-License-Identifier: MIT
#include <isotypic/update/scion.hpp>
#include "race.hpp"

using namespace isotypic;

namespace {

template <class T, class F>
void for_each_rule(F const& f) {
    f(momentum{.beta = 0.9} | row_norm{});
    f(heavy_ball{.beta = 0.9} | row_norm{});
    f(momentum{.beta = 0.9} | damped_row_norm{.eps = 0.01});
    f(momentum{.beta = 0.9} | damped_row_norm{.eps = 0.01, .floor = true});
    f(momentum{.beta = 0.9} | row_norm{} | scaled(row_rms_scale{.rms = 0.2}, 0.5));
    f(momentum{.beta = 0.9} | column_norm{});
    f(heavy_ball{.beta = 0.9} | by_columns(damped_row_norm{.eps = 0.01}) | scaled(row_rms_scale{.rms = 0.2}, 0.5));
    f(momentum{.beta = 0.9} | by_columns(row_norm{} | scaled(row_rms_scale{.rms = 0.2}, 0.5)));
    f(by_columns(momentum{.beta = 0.9} | row_norm{} | scaled(row_rms_scale{.rms = 0.2}, 0.5)));
    f(scion_row_norm({.radius = 0.5, .eps = 0.01}));
    f(scion_column_norm({.radius = 0.5, .eps = 0.01}));
}

}  // namespace

TEST_CASE_TEMPLATE("one sweep does what the parts do to a clipped gradient, to rounding", T, float, double) {
    for_each_rule<T>([](auto rule) {
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

TEST_CASE_TEMPLATE("numbers from 1e-30 to 1e30, in double from 1e-200 to 1e200", T, float, double) {
    for (order o : contiguous)
        for (double size : {1e-30, 1e-18, 1e18, 1e30, 1e-200, 1e200}) {
            if (sizeof(T) == 4 && (size < 1e-31 || size > 1e31)) continue;
            storage<T> w(9, 37, o), g(9, 37, o);
            w.fill(1), g.fill(2, size);
            INFO("seed ", seed(), ", size ", size, " in order ", int(o));
            CHECK(error_of<T>(momentum{} | row_norm{}, w.all, g.all) < 8);
        }
}

TEST_CASE("a large gradient at a small rate: their quotient may leave the range of float") {
    cpu d;
    for (double rate : {1e-6, 1e-8}) {
        float w[] = {0, 0}, g[] = {3e38f, 0};
        const auto rule = momentum{.beta = 0.9} | row_norm{};
        const blocks<float> x(view<float>(w, 1, 2));
        auto state = init(rule, d, x);
        apply_update<symmetry<trivial, trivial>>(d, rule, state, 1, blocks<float const>(view<float const>(g, 1, 2)), x, rate, {});
        CHECK(double(w[0]) / -rate == doctest::Approx(1).epsilon(1e-5));
    }
}

TEST_CASE_TEMPLATE("a row without a gradient only decays", T, float, double) {
    for (order o : contiguous) {
        cpu d;
        storage<T> w(5, 70, o), g(5, 70, o);
        w.fill(1), g.fill(2);
        for (index_t j = 0; j < 70; ++j) g.one()(3, j) = 0;
        const auto rule = momentum{} | row_norm{};
        auto state = init(rule, d, w.all);
        const auto before = elements(w.one());
        REQUIRE(fused_update(d, rule, state, 1, blocks<T const>(g.all), w.all, {0.1, 1, 5}));
        for (std::size_t j = 0; j < 70; ++j) CHECK(w.one()(3, index_t(j)) == before[3 * 70 + j] / 2);
        CHECK(w.one()(2, 1) != before[2 * 70 + 1] / 2);
    }
}

TEST_CASE_TEMPLATE("batches, and pairs joined by rows and by columns", T, float, double) {
    for (order o : contiguous) {
        storage<T> w(23, 40, o, 0, 3), g(23, 40, o, 0, 3), w2(23, 40, o, 0, 3), g2(23, 40, o, 0, 3);
        w.fill(1), g.fill(2), w2.fill(3), g2.fill(4);
        for_each_rule<T>([&](auto rule) {
            CHECK(error_of<T>(rule, w.all, g.all) < 8);
            CHECK(error_of<T>(rule, joined(w.all, w2.all), joined(g.all, g2.all)) < 8);
            CHECK(error_of<T>(rule, joined(w.all, w2.all).transposed(), joined(g.all, g2.all).transposed()) < 8);
        });
    }
}

TEST_CASE("empty blocks, and a gradient in the weight's own memory") {
    for (order o : contiguous) {
        storage<float> none(0, 5, o), flat(5, 0, o), w(67, 33, o), own(67, 33, o);
        const auto rule = momentum{} | row_norm{};
        CHECK(error_of<float>(rule, none.all, none.all) == 0);
        CHECK(error_of<float>(rule, flat.all, flat.all) == 0);

        cpu d;
        w.fill(1), own.fill(1);
        auto state = init(rule, d, w.all), other = init(rule, d, w.all);
        storage<float> g(67, 33, o);
        g.fill(1);
        REQUIRE(fused_update(d, rule, state, 1, blocks<float const>(g.all), w.all, {0.1, 1, 5}));
        REQUIRE(fused_update(d, rule, other, 1, blocks<float const>(own.all), own.all, {0.1, 1, 5}));
        CHECK(same_bits(elements(w.one()), elements(own.one())));
    }
}

TEST_CASE("what it leaves to the plain pipe stays untouched") {
    cpu d;
    auto refuses = [&](auto rule, order weight, order gradient) {
        storage<float> w(12, 30, weight), g(12, 30, gradient);
        w.fill(1), g.fill(2);
        auto state = init(rule, d, w.all);
        const auto before = elements(w.one());
        const bool refused = !fused_update(d, rule, state, 1, blocks<float const>(g.all), w.all, {0.1});
        bool quiet = same_bits(before, elements(w.one()));
        state.for_each([&](auto const&, auto const& m) {
            for (float v : elements(m.first)) quiet = quiet && v == 0;
        });
        return refused && quiet;
    };
    for (order o : contiguous) {
        CHECK(refuses(momentum{.nesterov = true} | row_norm{}, o, o));
        CHECK(refuses(momentum{} | row_norm{{}, 1}, o, o));
        CHECK(refuses(momentum{} | damped_row_norm{.relative = true}, o, o));
        CHECK(refuses(momentum{} | row_norm{}, o, o == order::rows ? order::columns : order::rows));
        CHECK(refuses(momentum{} | column_norm{{}, 1}, o, o));
        CHECK(refuses(by_columns(momentum{.nesterov = true} | row_norm{}), o, o));
        CHECK(refuses(momentum{} | row_norm{}, order::strided, o));
    }
}

TEST_CASE_TEMPLATE("the same bits for every thread count and address", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) {
        storage<T> w(m, n, o, shift), g(m, n, o, shift + 1);
        w.fill(1), g.fill(2);
        for (index_t i = 0; i < m; i += 700)  // rows whose step does not fit T, here and there
            for (index_t j = 0; j < n; ++j) g.one()(i, j) *= std::numeric_limits<T>::min() / 64;
        const auto rule = momentum{} | row_norm{};
        auto state = init(rule, d, w.all);
        for (index_t t = 1; t <= 2; ++t) fused_update(d, rule, state, t, blocks<T const>(g.all), w.all, {0.1, 1, 0.1});
        auto bits = elements(w.one());
        for (T v : elements(state.all.first.buffer.all().first)) bits.push_back(v);
        return bits;
    });
}

TEST_CASE_TEMPLATE("apply_update takes the sweep, and the sweep commutes with the block's group", T, float, double) {
    using group = symmetry<signed_permutation, orthogonal>;
    random_stream random(seed());
    for (shape s : {shape{6, 4}, {4, 6}, {5, 5}, {1, 7}, {7, 1}}) {
        const index_t m = s.rows, n = s.cols;
        const specimen like(m, n);
        const group_element move(action_of<group>(), like, random);
        const auto rule = momentum{} | row_norm{};
        auto train = [&](bool moved) {
            cpu d;
            storage<T> w(m, n), g(m, n);
            auto state = init(rule, d, w.all);
            auto put = [&](specimen x, storage<T>& to) {
                if (moved) x = move(x);
                for (index_t i = 0; i < m; ++i)
                    for (index_t j = 0; j < n; ++j) to.one()(i, j) = T(x.panel(0, 0)(i, j));
            };
            random_stream data(seed(), 7);
            put(draw(like, 1, data)[0], w);
            for (index_t t = 1; t <= 3; ++t) {
                put(draw(like, 1, data)[0], g);
                apply_update<group>(d, rule, state, t, blocks<T const>(g.all), w.all, 0.1, {.rate = 0.01});
            }
            specimen out(m, n);
            for (index_t i = 0; i < m; ++i)
                for (index_t j = 0; j < n; ++j) out.panel(0, 0)(i, j) = double(w.one()(i, j));
            return out;
        };
        const specimen expected = move(train(false)), got = train(true);
        for (std::size_t k = 0; k < got.values.size(); ++k)
            CHECK(std::abs(got.values[k] - expected.values[k]) < 40 * std::numeric_limits<T>::epsilon());
    }
}
