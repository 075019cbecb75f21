// SPDX-License-Identifier: MIT
// A stack must know whose gradient it is given.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(view<float> e, view<float> de) {
    auto stack = layerwise<float>(on<embedding>(row_norm{}, 0.5));
    auto embed = stack.add("embed", as<embedding>(e));
    stack.step(embed(de));  // BREAK: embed(de) => de
}
// SAYS: a gradient comes through its block's handle: step(embed(dE), ...) with embed = stack.add(...)
