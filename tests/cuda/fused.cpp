// SPDX-License-Identifier: MIT
#include "fused_race.hpp"

using namespace isotypic;
using namespace isotypic::fused_tests;

TEST_CASE_TEMPLATE("one sweep over rows does what the parts do, to rounding", T, FOUR_TYPES) {
    cuda d;
    for (auto const& rule : row_rules<T>())
        for (shape s : shapes)
            for (index_t gap : {0, 8}) {
                if (gap && s.rows * s.cols > 4000) continue;
                agrees(d, rule, {.size = s, .gap = gap}, 8);
            }
}

TEST_CASE_TEMPLATE("two sweeps over columns do what the parts do, to rounding", T, float, __nv_bfloat16) {
    cuda d;
    auto check = [&](entrant<T> const& rule, order o) {
        for (shape s : shapes)
            for (index_t gap : {0, 8}) {
                if (gap && s.rows * s.cols > 4000) continue;
                agrees(d, rule, {.size = s, .along = o, .gap = gap}, 8);
            }
    };
    for (auto const& rule : row_rules<T>()) check(rule, order::columns);
    check(plainly<T>(by_columns(row_adam{})), order::rows);
    check(plainly<T>(momentum{.beta = 0.9} | column_norm{} | scaled(row_rms_scale{.rms = 0.2}, 0.5)), order::rows);
    check(plainly<T>(momentum{.beta = 0.9} | by_columns(row_norm{} | scaled(row_rms_scale{.rms = 0.2}, 0.5))), order::rows);
}

TEST_CASE_TEMPLATE("three sweeps over rows up to a shared row do what the parts do, to rounding, with either decay", T, FOUR_TYPES) {
    cuda d;
    for (auto const& rule : centred_rules<T>())
        for (shape s : shapes)
            for (weight_decay decay : {weight_decay{0.1}, weight_decay{0.1, true}}) {
                if (s.cols > 8192) continue;
                agrees(d, rule, {.size = s, .decay = decay}, s.rows == 1 ? 1e9 : 64);  // one row is its own mean: what is normalised is rounding
            }
}

TEST_CASE_TEMPLATE("entry-wise rules in one sweep do what the part and the step do, to rounding, along either axis", T, FOUR_TYPES) {
    cuda d;
    auto check = [&](entrant<T> const& rule) {
        for (shape s : shapes)
            for (order o : {order::rows, order::columns})
                for (index_t gap : {0, 3, 8}) {
                    if (gap && s.rows * s.cols > 4000) continue;
                    agrees(d, rule, {.size = s, .along = o, .gap = gap}, 8);
                }
    };
    check(plainly<T>(adam{}));
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, __nv_bfloat16>)
        check(plainly<T>(lion{})), check(plainly<T>(momentum{} | sign{} | scaled(constant_scale{0.5})));
}

TEST_CASE_TEMPLATE("batches, and pairs joined by rows and by columns", T, FOUR_TYPES) {
    cuda d;
    auto check = [&](entrant<T> const& rule, order o, pairing how) {
        for (shape s : {shape{23, 40}, shape{9, 37}, shape{3, 600}}) agrees(d, rule, {.size = s, .along = o, .items = 3, .how = how}, 8);
    };
    for (auto const& rule : row_rules<T>()) check(rule, order::rows, alone), check(rule, order::rows, beside), check(rule, order::rows, below);
    if constexpr (std::is_same_v<T, float>) {
        const auto rule = plainly<T>(row_adam{}), by_column = plainly<T>(by_columns(row_adam{}));
        check(rule, order::columns, alone), check(rule, order::columns, below);
        check(by_column, order::rows, alone), check(by_column, order::rows, beside);
    }
    const auto entries = plainly<T>(adam{});
    for (order o : {order::rows, order::columns}) check(entries, o, alone), check(entries, o, beside), check(entries, o, below);
    for (auto const& rule : centred_rules<T>()) agrees(d, rule, {.size = {23, 40}, .items = 3}, 64);
}

TEST_CASE("the two decays of a shared row differ") {
    const auto rule = shifted<float>(momentum{} | centre{} | row_norm{} | centre{});
    cuda d;
    auto run = [&](weight_decay decay) {
        gpu_matrix<float> w(12, 24, order::rows), g(12, 24, order::rows);
        w.fill(1), g.fill(2);
        REQUIRE(rule(d, w.all)->step(d, how::fused, 1, g.all, w.all, 0.5, decay));
        return w.read();
    };
    const auto a = run({0.2}), b = run({0.2, true});
    double most = 0;
    for (std::size_t k = 0; k < a.size(); ++k) most = std::fmax(most, std::fabs(a[k] - b[k]));
    CHECK(most > 1e-3);
}

TEST_CASE_TEMPLATE("numbers from 1e-30 to 1e30, in double from 1e-200 to 1e200", T, float, double) {
    cuda d;
    const auto rows = plainly<T>(momentum{} | row_norm{}), adaptive = plainly<T>(row_adam{}),
               centred = shifted<T>(momentum{} | centre{} | row_norm{} | centre{});
    for (double size : {1e-30, 1e-18, 1e18, 1e30, 1e-200, 1e200}) {
        if (sizeof(T) == 4 && (size < 1e-31 || size > 1e31)) continue;
        INFO("ISOTYPIC_SEED=", seed(), ", size ", size);
        for (shape s : {shape{9, 37}, shape{3, 2300}, shape{2, 8200}}) {
            const race r{.size = s, .scale = size};
            CHECK(error_of(d, rows, r) < 8);
            CHECK(error_of(d, adaptive, r) < 8);
            if (s.cols <= 8192) CHECK(error_of(d, centred, r) < 64);
        }
    }
}

TEST_CASE_TEMPLATE("a row without a gradient only decays", T, float, double) {
    cuda d;
    gpu_matrix<T> w(5, 70, order::rows), g(5, 70, order::rows);
    g.fill(2);
    for (index_t j = 0; j < 70; ++j) g.at(3, j) = 0;
    g.write();
    for (auto const& rule : {plainly<T>(momentum{} | row_norm{}), plainly<T>(momentum{} | damped_row_norm{}), plainly<T>(row_adam{})}) {
        w.fill(1);
        const auto before = w.read();
        REQUIRE(rule(d, w.all)->step(d, how::fused, 1, g.all, w.all, 0.125, {4}));  // 1 - 1/2 without rounding
        const auto after = w.read();
        for (std::size_t j = 0; j < 70; ++j) CHECK(after[3 * 70 + j] == before[3 * 70 + j] / 2);
        CHECK(after[2 * 70 + 1] != before[2 * 70 + 1] / 2);
    }
}

TEST_CASE("a shared row a million times as large costs a float no digits") {
    const auto rule = shifted<float>(momentum{.beta = 0} | centre{} | row_norm{} | centre{});
    cuda d;
    auto run = [&](double shared) {
        gpu_matrix<float> w(37, 70, order::rows), g(37, 70, order::rows);
        w.fill(1), g.fill(2, 8);
        g.for_each([&](float& v) { v = float(std::round(double(v)) + shared); });
        g.write();
        REQUIRE(rule(d, w.all)->step(d, how::fused, 1, g.all, w.all, 0.5, {}));
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
    auto refuses = [&](entrant<float> const& rule, order weight, order gradient, pairing pair) {
        gpu_matrix<float> w(12, 30, weight), w2(12, 30, weight), g(12, 30, gradient), g2(12, 30, gradient);
        w.fill(1), w2.fill(2), g.fill(3), g2.fill(4);
        const auto x = paired(pair, w.all, w2.all);
        const auto one = rule(d, x);
        const auto before = w.read();
        bool quiet = !one->step(d, how::fused, 1, paired(pair, g.all, g2.all), x, 0.1, {}) && same_bits(before, w.read());
        for (auto const& block : one->state())
            for (double v : block) quiet = quiet && v == 0;
        return quiet;
    };
    const auto rows = plainly<float>(momentum{} | row_norm{}), centred = plainly<float>(momentum{} | centre{} | row_norm{} | centre{}),
               entries = plainly<float>(adam{});
    for (order o : orders) {
        const order other = o == order::rows ? order::columns : order::rows;
        CHECK(refuses(plainly<float>(momentum{.nesterov = true} | row_norm{}), o, o, alone));
        CHECK(refuses(plainly<float>(momentum{} | row_norm{{}, 1}), o, o, alone));
        CHECK(refuses(plainly<float>(momentum{} | damped_row_norm{.relative = true}), o, o, alone));
        CHECK(refuses(rows, o, other, alone));
        CHECK(refuses(plainly<float>(row_adam{}), o, other, alone));
        CHECK(refuses(entries, o, other, alone));
    }
    CHECK(refuses(rows, order::columns, order::columns, beside));
    CHECK(refuses(plainly<float>(momentum{} | column_norm{}), order::rows, order::rows, below));
    CHECK(refuses(centred, order::rows, order::rows, beside));
    CHECK(refuses(centred, order::columns, order::columns, alone));
    CHECK(refuses(entries, order::strided, order::strided, alone));
    for (order o : {order::rows, order::columns}) CHECK(!refuses(rows, o, o, alone));
    CHECK(error_of(d, plainly<double>(momentum{} | column_norm{}), {.size = {9, 37}}) == -1);
}

TEST_CASE_TEMPLATE("behind a shut gate nothing is written", T, FOUR_TYPES) {
    std::vector<entrant<T>> all = row_rules<T>();
    for (auto const& rule : centred_rules<T>()) all.push_back(rule);
    if constexpr (std::is_same_v<T, float>) all.push_back(plainly<T>(by_columns(row_adam{})));
    all.push_back(plainly<T>(adam{})), all.push_back(plainly<T>(lion{}));
    for (auto const& rule : all) {
        cuda d;
        gpu_matrix<T> w(37, 64, order::rows), g(37, 64, order::rows);
        w.fill(1), g.fill(2);
        const auto one = rule(d, w.all);
        REQUIRE(one->step(d, how::fused, 1, g.all, w.all, 0.1, {0.1}));
        const auto before = w.read();
        const auto kept = one->state();
        g.at(20, 3) = T(std::numeric_limits<float>::quiet_NaN()), g.write();
        REQUIRE(one->step(d, how::fused, 2, g.all, w.all, 0.1, {0.1}));
        CHECK(same_bits(before, w.read()));
        CHECK(same_bits(kept, one->state()));
        CHECK(d.status().refused == 1);
        g.fill(3);
        REQUIRE(one->step(d, how::fused, 2, g.all, w.all, 0.1, {0.1}));
        CHECK(!same_bits(before, w.read()));
        CHECK(!same_bits(kept, one->state()));
    }
}

TEST_CASE_TEMPLATE("the same bits for every address and every order of threads", T, FOUR_TYPES) {
    cuda d;
    auto check = [&](entrant<T> const& rule, index_t most_cols = 8200) {
        for (shape s : {shape{37, 64}, shape{19, 300}, shape{2, 8200}}) {
            if (s.cols > most_cols) continue;
            auto bits = [&](index_t shift) {
                gpu_matrix<T> w(s.rows, s.cols, order::rows, shift), g(s.rows, s.cols, order::rows, shift ? shift + 1 : 0);
                w.fill(1);
                const auto one = rule(d, w.all);
                for (index_t t = 1; t <= 2; ++t) {
                    g.fill(1 + std::uint64_t(t));
                    REQUIRE(one->step(d, how::fused, t, g.all, w.all, 0.1, {0.1}));
                }
                state_numbers all = one->state();
                all.emplace_back();
                for (T v : w.read()) all.back().push_back(double(v));
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
    check(plainly<T>(momentum{} | row_norm{}));
    check(plainly<T>(row_adam{}));
    if constexpr (sizeof(T) < 8) check(plainly<T>(momentum{} | column_norm{}));
    check(plainly<T>(adam{}));
    check(shifted<T>(momentum{} | centre{} | row_norm{} | centre{}), 300);
}
