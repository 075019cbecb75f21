// SPDX-License-Identifier: MIT
// An expression has no memory to write to.
#include <isotypic/model/as.hpp>
#include <isotypic/model/roles.hpp>
#include <Eigen/Core>
using namespace isotypic;

auto program(Eigen::MatrixXf& w) {
    return as<embedding>(w.topRows(2));  // BREAK: w.topRows(2) => 2 * w
}
// SAYS: this is not a matrix in memory: pass an Eigen or xtensor container, map or view, an mdspan, or as_view(pointer, rows, cols)
