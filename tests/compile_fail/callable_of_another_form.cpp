// SPDX-License-Identifier: MIT
// A callable maps a matrix to a matrix, or fills a second one.
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
#include <isotypic/update/rule.hpp>
using namespace isotypic;

void program(view<float> e, view<float> de) {
    auto mine = rule<embedding>([](view<float const> x, view<float> y) { y(0, 0) = x(0, 0); });  // BREAK: view<float> y => view<double> y
    step(as<embedding>(e), de, 0.5, mine);
}
// SAYS: a rule's callable takes a matrix and returns one of its shape, or takes (x, y) and fills y
