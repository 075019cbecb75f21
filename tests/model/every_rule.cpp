// SPDX-License-Identifier: MIT
#include "every_rule.hpp"

using namespace isotypic;
using namespace isotypic::every_rule;

TEST_CASE_TEMPLATE("every rule: rows", T, float, double) {
    const momentum m{.beta = 0.9};
    check<T>(embedding{}, row_norm{});
    check<T>(embedding{}, m | row_norm{});
    check<T>(embedding{}, heavy_ball{.beta = 0.9, .nesterov = true} | damped_row_norm{.eps = 1e-3, .relative = true});
    check<T>(embedding{}, row_norm_m());
    check<T>(embedding{}, row_adam{});
    check<T>(embedding{}, m | scaled_row_norm{.floor = 0.1});
    check<T>(embedding{}, steepest<row_max>{.alpha = 1});
    check<T>(embedding{}, scion_row_norm());
}

TEST_CASE_TEMPLATE("every rule: columns", T, float, double) {
    const momentum m{.beta = 0.9};
    check<T>(swiglu_down{}, m | update_for<swiglu_down>{});
    check<T>(transposed<lm_head>{}, by_columns(centred_row_norm_m()));
    check<T>(swiglu_down{}, scion_column_norm());
}

TEST_CASE_TEMPLATE("every rule: entries", T, float, double) {
    struct entries : symmetry<signed_permutation, signed_permutation> {};
    check<T>(entries{}, scion_sign());
    check<T>(entries{}, adam{});
    check<T>(entries{}, lion{});
    check<T>(entries{}, heavy_ball{.beta = 0.9});
}

TEST_CASE_TEMPLATE("every rule: one's own", T, float, double) {
    const momentum m{.beta = 0.9};
    check<T>(embedding{}, m | rule<embedding>([](auto x, auto y) {
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) / 2;
    }));
}

TEST_CASE("a rule that allocates is seen" * doctest::skip(!allocations_counted)) {
    auto temporary = rule<embedding>([](auto x, auto y) {
        std::vector<double> row(std::size_t(x.cols));
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) + decltype(x(i, j) + 0)(row[std::size_t(j)]);
    });
    CHECK(run<float>(embedding{}, temporary, alone, 0).allocated > 0);
    CHECK(optimizer_allocates<float>(embedding{}, temporary, alone) > 0);
}

TEST_CASE("a clip that bites and a decay that begins only later allocate nothing either" * doctest::skip(!allocations_counted)) {
    member<double> w(30, 20, order::rows, 0, 1, 1);
    auto stack = layerwise<double>(on<lm_head>(update_for<lm_head>{}, 0.1));
    auto of_w = stack.add("w", as<lm_head>(w.weight.all));
    stack.clip = 1e6;
    stack.step(of_w(w.gradients[0].all));
    const auto before = allocations();
    stack.clip = 1e-3;
    stack.step(of_w(w.gradients[1].all));
    stack.on<lm_head>().decay.rate = 0.1;
    stack.step(of_w(w.gradients[2].all));
    CHECK(allocations() == before);
}
