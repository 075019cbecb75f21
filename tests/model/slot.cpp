// SPDX-License-Identifier: MIT
// The checks that come before a write, each with its sentence, and a rule's state by name.
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/slot.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
#include <Eigen/Core>
#include <limits>

using namespace isotypic;

TEST_CASE("a gradient of another shape, batch or pairing is refused, with both shapes") {
    cpu device;
    std::vector<double> memory(200, 1.0);
    double* p = memory.data();
    const blocks<double> one(as_view(p, 3, 4)), batch(as_view(p, 3, 4), 2, 12), pair = joined(as_view(p, 3, 4), as_view(p + 12, 3, 4));
    blocks<double> pairs(as_view(p, 3, 4), 2, 24);
    pairs = joined(pairs, blocks<double>(as_view(p + 12, 3, 4), 2, 24));
    auto text = [&](blocks<double> const& w, blocks<double const> const& g) { return message([&] { detail::require_gradient<double>(device, "w", w, g); }); };
    const blocks<double const> far(as_view(p + 100, 3, 4));
    CHECK(text(one, far).empty());
    CHECK(text(one, far.transposed()) == "isotypic: block 'w' is 3 x 4, its gradient is 4 x 3");
    CHECK(text(batch, far) == "isotypic: block 'w' is 2 times 3 x 4, its gradient is 3 x 4");
    CHECK(text(one, pair) == "isotypic: block 'w' is 3 x 4, its gradient is a pair of 3 x 4");
    CHECK(text(pairs, far) == "isotypic: block 'w' is 2 times a pair of 3 x 4, its gradient is 3 x 4");
    CHECK(text(pair.transposed(), pair) == "isotypic: block 'w' is a pair of 4 x 3, its gradient is a pair of 3 x 4");
}

TEST_CASE("memory may be shared with the weight altogether or not at all") {
    cpu device;
    std::vector<float> memory(400, 1.f);
    float* p = memory.data();
    auto text = [&](auto const& w, auto const& g) {
        return message([&] { detail::require_gradient<float>(device, "w", blocks<float>(w), blocks<float const>(g)); });
    };
    const std::string shared = "isotypic: block 'w' and its gradient share some memory, but not all of it";
    const auto w = as_view(p, 6, 8, 16, 1);  // the left half of a 6 x 16 matrix
    CHECK(text(w, w).empty());
    CHECK(text(w, as_view(p + 8, 6, 8, 16, 1)).empty());  // the right half
    CHECK(text(w, as_view(p + 7, 6, 8, 16, 1)) == shared);
    CHECK(text(w, as_view(p + 16, 6, 8, 16, 1)) == shared);
    CHECK(text(as_view(p, 8, 8), column_major(p, 8, 8)) == shared);
    const auto a = as_view(p, 4, 4), b = as_view(p + 16, 4, 4);
    CHECK(text(joined(a, b), joined(a, b)).empty());
    CHECK(text(joined(a, b), joined(b, a)) == shared);
    CHECK(text(joined(a, b), joined(as_view(p + 32, 4, 4), a)) == shared);
}

TEST_CASE("an element that is not finite is found wherever it stands") {
    cpu device;
    std::vector<double> memory(2000, 1.0);
    const blocks<double> w(as_view(memory.data(), 4, 5), 3, 40), g(as_view(memory.data() + 1000, 4, 5), 3, 40);
    for (index_t k = 0; k < 3; ++k)
        for (index_t i = 0; i < 4; ++i)
            for (index_t j = 0; j < 5; ++j) {
                double& v = g.panel(k)(i, j);
                v = std::numeric_limits<double>::infinity();
                CHECK(message([&] { detail::require_gradient<double>(device, "w", w, g); }) == "isotypic: the gradient of block 'w' holds an infinity or a NaN");
                v = std::numeric_limits<double>::max();
            }
    CHECK(message([&] { detail::require_gradient<double>(device, "w", w, g); }).empty());
    memory[1020] = std::numeric_limits<double>::quiet_NaN();  // between two items
    CHECK(message([&] { detail::require_gradient<double>(device, "w", w, g); }).empty());
}

TEST_CASE("state has names: of the part, after its place in the pipe") {
    auto names = [](auto const& rule) {
        cpu device;
        Eigen::MatrixXf w(3, 2);
        detail::slot<projection, std::decay_t<decltype(rule)>, float> s(device, rule, as_blocks(w));
        std::string all;
        s.for_each_state([&](named_block const& b) { all += b.name + (b.values.index() ? ":double " : ":float "); });
        return all;
    };
    CHECK(names(row_norm{}).empty());
    CHECK(names(momentum{}) == "momentum:float ");
    CHECK(names(adam{}) == "first_moment:float second_moment:float ");
    CHECK(names(momentum{} | row_norm{} | by_columns(momentum{})) == "0.momentum:float 2.momentum:float ");
}
