// SPDX-License-Identifier: MIT
// An expression has no address.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
#include <Eigen/Core>
using namespace isotypic;

void program(Eigen::MatrixXf& w, Eigen::MatrixXf const& dw) {
    step(as<embedding>(w), (2 * dw).eval(), 0.1);  // BREAK: .eval() =>
}
// SAYS: this gradient is not a matrix in memory: evaluate the expression first
