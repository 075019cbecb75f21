// SPDX-License-Identifier: MIT
// Which of two rules would a block get?
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

auto stack = layerwise<float>(on<embedding>(row_norm{}, 0.5),
                              on<tied_embedding>(row_norm{}, 0.1));  // BREAK: tied_embedding => embedding
// SAYS: a role stands twice in this stack
