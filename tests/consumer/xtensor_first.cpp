// SPDX-License-Identifier: MIT
#include <isotypic/isotypic.hpp>
#if __has_include(<xtensor/containers/xtensor.hpp>)  // 0.26 and newer
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif
#include <Eigen/Core>

float first_entry_by_xtensor();

float first_entry_by_xtensor() {
    using namespace isotypic;
    xt::xtensor<float, 2> e({5, 2}, 0.f), g({5, 2}, 0.f);
    g(0, 0) = 3, g(0, 1) = 4;
    step(as<embedding>(e), g, 0.5f);

    optimizer opt(as<embedding>(e), momentum{.beta = 0} | row_norm{}, 0.5f);
    opt.step(g);
    return e(0, 0);
}
