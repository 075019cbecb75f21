// SPDX-License-Identifier: MIT
#include <Eigen/Core>
#if __has_include(<xtensor/containers/xtensor.hpp>)  // 0.26 and newer
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif
#include <isotypic/isotypic.hpp>

float first_entry_by_xtensor();

/// Exits with 0 if this file and the other one, which includes in the other order, take the same correct step.
int main() {
    using namespace isotypic;
    Eigen::MatrixXf e = Eigen::MatrixXf::Zero(5, 2), g = e;
    g.row(0) << 3, 4;
    step(as<embedding>(e), g, 0.5f);

    optimizer opt(as<embedding>(e), momentum{.beta = 0} | row_norm{}, 0.5f);
    opt.step(g);
    return std::abs(e(0, 0) + 0.6f) < 1e-6f && std::abs(e(0, 1) + 0.8f) < 1e-6f && first_entry_by_xtensor() == e(0, 0) ? 0 : 1;
}
