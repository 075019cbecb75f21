// SPDX-License-Identifier: MIT
// A role's rule, rate and decay, and the slot that has forgotten their types.
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/model/role_slot.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/rule.hpp>
#include <isotypic/update/steepest.hpp>
#include <Eigen/Core>

using namespace isotypic;

TEST_CASE("on: rule, rate and decay as given; the deliberate exception compiles") {
    auto head = on<lm_head>(momentum{.beta = 0.5} | centre{} | row_norm{} | centre{}, 0.1, {.rate = 0.2, .fix_gauge = true});
    static_assert(std::is_same_v<decltype(head)::role, lm_head>);
    CHECK(head.rule.parts.first.beta == 0.5);
    CHECK(head.rate(9) == 0.1);
    CHECK(head.decay.rate == 0.2);
    CHECK(head.decay.fix_gauge);
    CHECK(on<embedding>(unchecked(sign{}), 0.1).decay.rate == 0);
    static_assert(!equivariant_under<decltype(unchecked(row_norm{})), embedding>);  // unchecked is no claim
}

TEST_CASE("role_slot: names for errors and checkpoints, threads by what the rule spends its time on") {
    cpu device;
    Eigen::MatrixXf w(4, 3);
    auto slot_of = [&](auto const& entry) {
        using role = typename std::decay_t<decltype(entry)>::role;
        return std::make_unique<detail::role_slot<role, decltype(entry.rule), float>>(device, "name", entry, as_blocks(w));
    };
    auto rows = on<embedding>(momentum{} | row_norm{}, 1);
    auto s = slot_of(rows);
    CHECK(s->name == "name");
    CHECK(s->role == "embedding");
    CHECK(s->rule == "pipe<momentum, steepest<row_max>>");
    CHECK(s->weight().first.data == w.data());
    CHECK_FALSE(s->multiplies);
    auto hidden = on<projection>(momentum{} | polar{}, 1);
    CHECK(slot_of(hidden)->multiplies);
    auto own = on<embedding>(rule<embedding>([](view<float const> x, view<float> y) { y(0, 0) = x(0, 0); }), 1);
    CHECK(slot_of(own)->multiplies);
}

TEST_CASE("role_slot: rate and decay are read at every step") {
    cpu device;
    Eigen::MatrixXd w = Eigen::MatrixXd::Constant(2, 2, 8), g = Eigen::MatrixXd::Constant(2, 2, 1);
    auto entry = on<projection>(identity{}, [](index_t t) { return double(t); });
    detail::role_slot<projection, identity, double> s(device, "w", entry, as_blocks(w));
    s.step(device, 3, 3, detail::as_gradient<double>(g), {});
    CHECK(w(0, 0) == 5);
    entry.rate = 0.5, entry.decay.rate = 1;
    s.step(device, 4, 4, detail::as_gradient<double>(g), {});
    CHECK(w(1, 1) == 2);
}
