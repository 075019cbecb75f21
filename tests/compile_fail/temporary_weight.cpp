// SPDX-License-Identifier: MIT
// A container without a name is gone before the step.
#include <isotypic/model/as.hpp>
#include <isotypic/model/roles.hpp>
#include <Eigen/Core>
using namespace isotypic;

auto program(Eigen::MatrixXf& w) {
    return as<embedding>(w);  // BREAK: (w) => (Eigen::MatrixXf(w))
}
// SAYS: this matrix is a temporary: its memory is gone before the view is used, give it a name
