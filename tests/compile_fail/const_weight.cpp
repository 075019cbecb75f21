// SPDX-License-Identifier: MIT
// A step writes to the weight.
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <Eigen/Core>
using namespace isotypic;

void program(Eigen::MatrixXf& w, Eigen::MatrixXf const& dw) {
    step(as<embedding>(w), dw, 0.1);  // BREAK: >(w) => >(dw)
}
// SAYS: this weight is const, and a step writes to it
