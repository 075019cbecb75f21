// SPDX-License-Identifier: MIT
// Gradients are real numbers.
#include <isotypic/critic/task_gram.hpp>
using namespace isotypic;

void program(task_gram& gram, view<float const> g) { gram.add(g); }  // BREAK: float => int
// SAYS: isotypic: gradients are float or double
