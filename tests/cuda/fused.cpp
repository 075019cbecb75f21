// SPDX-License-Identifier: MIT
#include "fused_race.hpp"

using namespace isotypic;
using namespace isotypic::fused_tests;

TEST_CASE_TEMPLATE("one sweep over rows does what the parts do, to rounding", T, FOUR_TYPES) {
    cuda d;
    for_each_row_rule([&](auto const& rule) {
        for (shape s : shapes)
            for (index_t gap : {0, 8}) {
                if (gap && s.rows * s.cols > 4000) continue;
                INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, ", gap ", gap);
                const double e = error_of<plain_group, T>(d, rule, s.rows, s.cols, order::rows, {0.1}, 1, 1, alone, gap);
                CHECK(e >= 0);
                CHECK(e < 8);
            }
    });
}

TEST_CASE_TEMPLATE("two sweeps over columns do what the parts do, to rounding", T, float, __nv_bfloat16) {
    cuda d;
    auto check = [&](auto const& rule, order o) {
        for (shape s : shapes)
            for (index_t gap : {0, 8}) {
                if (gap && s.rows * s.cols > 4000) continue;
                INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o), ", gap ", gap);
                const double e = error_of<plain_group, T>(d, rule, s.rows, s.cols, o, {0.1}, 1, 1, alone, gap);
                CHECK(e >= 0);
                CHECK(e < 8);
            }
    };
    for_each_row_rule([&](auto const& rule) { check(rule, order::columns); });
    check(by_columns(row_adam{}), order::rows);
    check(momentum{.beta = 0.9} | column_norm{} | scaled(row_rms_scale{.rms = 0.2}, 0.5), order::rows);
    check(momentum{.beta = 0.9} | by_columns(row_norm{} | scaled(row_rms_scale{.rms = 0.2}, 0.5)), order::rows);
}

TEST_CASE_TEMPLATE("three sweeps over rows up to a shared row do what the parts do, to rounding, with either decay", T, FOUR_TYPES) {
    cuda d;
    for_each_centred_rule([&](auto const& rule) {
        for (shape s : shapes)
            for (weight_decay decay : {weight_decay{0.1}, weight_decay{0.1, true}}) {
                if (s.cols == 9000) continue;
                INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, ", fix_gauge ", decay.fix_gauge);
                const double e = error_of<shifted_group, T>(d, rule, s.rows, s.cols, order::rows, decay, 1, 1, alone);
                CHECK(e >= 0);
                CHECK(e < (s.rows == 1 ? 1e9 : 64));  // one row is its own mean: what is normalised is rounding
            }
    });
}

TEST_CASE_TEMPLATE("entry-wise rules in one sweep do what the part and the step do, to rounding, along either axis", T, FOUR_TYPES) {
    cuda d;
    auto check = [&](auto const& rule) {
        for (shape s : shapes)
            for (order o : {order::rows, order::columns})
                for (index_t gap : {0, 3, 8}) {
                    if (gap && s.rows * s.cols > 4000) continue;
                    INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o), ", gap ", gap);
                    const double e = error_of<plain_group, T>(d, rule, s.rows, s.cols, o, {0.1}, 1, 1, alone, gap);
                    CHECK(e >= 0);
                    CHECK(e < 8);
                }
    };
    check(adam{});
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, __nv_bfloat16>) check(lion{}), check(momentum{} | sign{} | scaled(constant_scale{0.5}));
}

TEST_CASE_TEMPLATE("batches, and pairs joined by rows and by columns", T, FOUR_TYPES) {
    cuda d;
    auto check = [&](auto const& rule, order o, auto const& join) {
        for (shape s : {shape{23, 40}, shape{9, 37}, shape{3, 600}}) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols);
            const double e = error_of<plain_group, T>(d, rule, s.rows, s.cols, o, {0.1}, 1, 3, join);
            CHECK(e >= 0);
            CHECK(e < 8);
        }
    };
    for_each_row_rule([&](auto const& rule) { check(rule, order::rows, alone), check(rule, order::rows, beside), check(rule, order::rows, below); });
    if constexpr (std::is_same_v<T, float>) {
        const row_adam rule;
        check(rule, order::columns, alone), check(rule, order::columns, below);
        check(by_columns(rule), order::rows, alone), check(by_columns(rule), order::rows, beside);
    }
    for (order o : {order::rows, order::columns}) check(adam{}, o, alone), check(adam{}, o, beside), check(adam{}, o, below);
    for_each_centred_rule([&](auto const& rule) {
        const double e = error_of<shifted_group, T>(d, rule, 23, 40, order::rows, {0.1}, 1, 3, alone);
        CHECK(e >= 0);
        CHECK(e < 64);
    });
}

TEST_CASE("the two decays of a shared row differ") {
    const auto rule = momentum{} | centre{} | row_norm{} | centre{};
    cuda d;
    auto run = [&](weight_decay decay) {
        gpu_matrix<float> w(12, 24, order::rows), g(12, 24, order::rows);
        w.fill(1), g.fill(2);
        auto state = init(rule, d, w.all);
        REQUIRE(take_step<shifted_group>(d, how::fused, rule, state, 1, blocks<float const, gpu>(g.all), w.all, 0.5, decay));
        return w.read();
    };
    const auto a = run({0.2}), b = run({0.2, true});
    double most = 0;
    for (std::size_t k = 0; k < a.size(); ++k) most = std::fmax(most, std::fabs(a[k] - b[k]));
    CHECK(most > 1e-3);
}

TEST_CASE_TEMPLATE("numbers from 1e-30 to 1e30, in double from 1e-200 to 1e200", T, float, double) {
    cuda d;
    for (double size : {1e-30, 1e-18, 1e18, 1e30, 1e-200, 1e200}) {
        if (sizeof(T) == 4 && (size < 1e-31 || size > 1e31)) continue;
        INFO("ISOTYPIC_SEED=", seed(), ", size ", size);
        for (shape s : {shape{9, 37}, shape{3, 2300}, shape{2, 9000}}) {
            CHECK(error_of<plain_group, T>(d, momentum{} | row_norm{}, s.rows, s.cols, order::rows, {0.1}, size, 1, alone) < 8);
            CHECK(error_of<plain_group, T>(d, row_adam{}, s.rows, s.cols, order::rows, {0.1}, size, 1, alone) < 8);
            if (s.cols != 9000)
                CHECK(error_of<shifted_group, T>(d, momentum{} | centre{} | row_norm{} | centre{}, s.rows, s.cols, order::rows, {0.1}, size, 1, alone) < 64);
        }
    }
}

TEST_CASE_TEMPLATE("a row without a gradient only decays", T, float, double) {
    cuda d;
    gpu_matrix<T> w(5, 70, order::rows), g(5, 70, order::rows);
    g.fill(2);
    for (index_t j = 0; j < 70; ++j) g.at(3, j) = 0;
    g.write();
    auto check = [&](auto const& rule) {
        w.fill(1);
        const auto before = w.read();
        auto state = init(rule, d, w.all);
        REQUIRE(take_step<plain_group>(d, how::fused, rule, state, 1, blocks<T const, gpu>(g.all), w.all, 0.125, {4}));  // 1 - 1/2 without rounding
        const auto after = w.read();
        for (std::size_t j = 0; j < 70; ++j) CHECK(after[3 * 70 + j] == before[3 * 70 + j] / 2);
        CHECK(after[2 * 70 + 1] != before[2 * 70 + 1] / 2);
    };
    check(momentum{} | row_norm{});
    check(momentum{} | damped_row_norm{});
    check(row_adam{});
}

TEST_CASE("a shared row a million times as large costs a float no digits") {
    const auto rule = momentum{.beta = 0} | centre{} | row_norm{} | centre{};
    cuda d;
    auto run = [&](double shared) {
        gpu_matrix<float> w(37, 70, order::rows), g(37, 70, order::rows);
        w.fill(1), g.fill(2, 8);
        g.for_each([&](float& v) { v = float(std::round(double(v)) + shared); });
        g.write();
        auto state = init(rule, d, w.all);
        REQUIRE(take_step<shifted_group>(d, how::fused, rule, state, 1, blocks<float const, gpu>(g.all), w.all, 0.5, {}));
        return w.read();
    };
    const auto a = run(0), b = run(1 << 20);
    double most = 0;
    for (std::size_t k = 0; k < a.size(); ++k) most = std::fmax(most, std::fabs(double(a[k]) - double(b[k])));
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(most < 4 * unit<float>);
}

TEST_CASE("what the sweeps leave to the plain parts stays untouched") {
    cuda d;
    auto refuses = [&](auto const& rule, order weight, order gradient, auto const& join) {
        gpu_matrix<float> w(12, 30, weight), w2(12, 30, weight), g(12, 30, gradient), g2(12, 30, gradient);
        w.fill(1), w2.fill(2), g.fill(3), g2.fill(4);
        const auto x = join(w.all, w2.all);
        const blocks<float const, gpu> y = join(g.all, g2.all);
        auto state = init(rule, d, x);
        const auto before = w.read();
        bool quiet = !take_step<plain_group>(d, how::fused, rule, state, 1, y, x, 0.1, {}) && same_bits(before, w.read());
        for (double v : numbers_of_state(state)) quiet = quiet && v == 0;
        return quiet;
    };
    for (order o : orders) {
        CHECK(refuses(momentum{.nesterov = true} | row_norm{}, o, o, alone));
        CHECK(refuses(momentum{} | row_norm{{}, 1}, o, o, alone));
        CHECK(refuses(momentum{} | damped_row_norm{.relative = true}, o, o, alone));
        CHECK(refuses(momentum{} | row_norm{}, o, o == order::rows ? order::columns : order::rows, alone));
        CHECK(refuses(row_adam{}, o, o == order::rows ? order::columns : order::rows, alone));
        CHECK(refuses(adam{}, o, o == order::rows ? order::columns : order::rows, alone));
    }
    CHECK(refuses(momentum{} | row_norm{}, order::columns, order::columns, beside));
    CHECK(refuses(momentum{} | column_norm{}, order::rows, order::rows, below));
    CHECK(refuses(momentum{} | centre{} | row_norm{} | centre{}, order::rows, order::rows, beside));
    CHECK(refuses(momentum{} | centre{} | row_norm{} | centre{}, order::columns, order::columns, alone));
    CHECK(refuses(adam{}, order::strided, order::strided, alone));
    for (order o : {order::rows, order::columns}) CHECK(!refuses(momentum{} | row_norm{}, o, o, alone));
    CHECK(error_of<plain_group, double>(d, momentum{} | column_norm{}, 9, 37, order::rows, {0.1}, 1, 1, alone) == -1);
}

TEST_CASE_TEMPLATE("behind a shut gate nothing is written", T, FOUR_TYPES) {
    auto check = [](auto group, auto const& rule) {
        using G = decltype(group);
        cuda d;
        gpu_matrix<T> w(37, 64, order::rows), g(37, 64, order::rows);
        w.fill(1), g.fill(2);
        auto state = init(rule, d, dense_like(reinterpret_cast<compute<T>*>(w.all.first.data), w.all));
        REQUIRE(take_step<G>(d, how::fused, rule, state, 1, blocks<T const, gpu>(g.all), w.all, 0.1, {0.1}));
        const auto before = w.read();
        const auto kept = numbers_of_state(state);
        g.at(20, 3) = T(std::numeric_limits<float>::quiet_NaN()), g.write();
        REQUIRE(take_step<G>(d, how::fused, rule, state, 2, blocks<T const, gpu>(g.all), w.all, 0.1, {0.1}));
        CHECK(same_bits(before, w.read()));
        CHECK(same_bits(kept, numbers_of_state(state)));
        CHECK(d.status().refused == 1);
        g.fill(3);
        REQUIRE(take_step<G>(d, how::fused, rule, state, 2, blocks<T const, gpu>(g.all), w.all, 0.1, {0.1}));
        CHECK(!same_bits(before, w.read()));
        CHECK(!same_bits(kept, numbers_of_state(state)));
    };
    for_each_row_rule([&](auto const& rule) {
        check(plain_group{}, rule);
    });
    for_each_centred_rule([&](auto const& rule) { check(shifted_group{}, rule); });
    if constexpr (std::is_same_v<T, float>) check(plain_group{}, by_columns(row_adam{}));
    check(plain_group{}, adam{}), check(plain_group{}, lion{});
}

TEST_CASE_TEMPLATE("the same bits for every address and every order of threads", T, FOUR_TYPES) {
    cuda d;
    auto check = [&](auto group, auto const& rule) {
        using G = decltype(group);
        for (shape s : {shape{37, 64}, shape{19, 1000}, shape{3, 9000}}) {
            if (G::row_shift && s.cols == 9000) continue;
            auto bits = [&](index_t shift) {
                gpu_matrix<T> w(s.rows, s.cols, order::rows, shift), g(s.rows, s.cols, order::rows, shift ? shift + 1 : 0);
                w.fill(1);
                auto state = init(rule, d, dense_like(reinterpret_cast<compute<T>*>(w.all.first.data), w.all));
                for (index_t t = 1; t <= 2; ++t) {
                    g.fill(1 + std::uint64_t(t));
                    REQUIRE(take_step<G>(d, how::fused, rule, state, t, blocks<T const, gpu>(g.all), w.all, 0.1, {0.1}));
                }
                std::vector<double> all = numbers_of_state(state);
                for (T v : w.read()) all.push_back(double(v));
                return all;
            };
            const auto reference = bits(0);
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols);
            for (index_t shift : {1, 2, 3}) CHECK(same_bits(reference, bits(shift)));
#ifndef __CUDACC__
            const auto before = stand_in::order_seed;
            for (std::uint64_t turn : {0u, 5u, 6u}) {
                stand_in::order_seed = turn;
                CHECK(same_bits(reference, bits(0)));
            }
            stand_in::order_seed = before;
#endif
        }
    };
    check(plain_group{}, momentum{} | row_norm{});
    check(plain_group{}, row_adam{});
    if constexpr (sizeof(T) < 8) check(plain_group{}, momentum{} | column_norm{});
    check(plain_group{}, adam{});
    check(shifted_group{}, momentum{} | centre{} | row_norm{} | centre{});
}
