// SPDX-License-Identifier: MIT
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/scion.hpp>
#include <isotypic/update/symmetry_compatible.hpp>

using namespace isotypic;

namespace {

struct shape {
    index_t rows, cols;
};
const shape shapes[] = {{1, 1}, {37, 64}, {3, 1100}, {300, 3}, {0, 4}, {4, 0}};

/// Three steps with decay on both devices; how far apart the weights are.
template <class Role, class T, class Rule>
double apart(Rule const& rule, shape s, order o, weight_decay decay) {
    storage<T> w(s.rows, s.cols, o), v(s.rows, s.cols, o), g(s.rows, s.cols, o);
    w.fill(1), v.fill(1), g.fill(2);
    on_gpu<T> gw(v), gg(g);
    optimizer mine(as<Role>(w.all), rule, 0.1, decay);
    optimizer theirs(as<Role>(gw.all), rule, 0.1, decay);
    for (std::uint64_t t = 0; t < 3; ++t) {
        g.fill(2 + t, t ? 1 : 1e-3), gg.write();
        mine.step(g.all), theirs.step(gg.all);
    }
    CHECK(theirs.on().status().steps == 3);
    CHECK(theirs.on().status().refused == 0);
    gw.read();
    return distance(blocks<T const>(w.all), blocks<T const>(v.all));
}

template <class Role, class Rule>
void agrees(Rule const& rule, double tolerance = 64, weight_decay decay = {0.1}) {
    for (shape s : shapes)
        for (order o : orders) {
            const double as_float = apart<Role, float>(rule, s, o, decay), as_double = apart<Role, double>(rule, s, o, decay);
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o));
            CHECK(as_float <= tolerance * unit_roundoff<float>);
            CHECK(as_double <= tolerance * unit_roundoff<double>);
        }
}

}  // namespace

TEST_CASE("a rule moves a weight on the GPU as on the CPU, to rounding") {
    SUBCASE("") { agrees<embedding>(momentum{} | row_norm{}); }
    SUBCASE("") { agrees<embedding>(heavy_ball{.beta = 0.5, .nesterov = true} | damped_row_norm{}); }
    SUBCASE("") { agrees<embedding>(damped_row_norm{.eps = 0.1, .relative = true} | scaled(row_rms_scale{})); }
    SUBCASE("") { agrees<lm_head>(momentum{} | centre{} | row_norm{} | centre{}, 4096); }
    SUBCASE("") { agrees<lm_head>(momentum{.nesterov = true} | centre{} | row_norm{} | centre{}, 4096, {0.1, true}); }
    SUBCASE("") { agrees<embedding>(row_adam{}); }
    SUBCASE("") { agrees<bias>(adam{}, 1024); }
    SUBCASE("") { agrees<bias>(lion{}); }
    SUBCASE("") { agrees<swiglu_down>(by_columns(momentum{} | row_norm{})); }
    SUBCASE("") { agrees<embedding>(steepest<row_max>{.alpha = 1, .floor = 1e-8} | scaled(constant_scale{0.01})); }
    SUBCASE("") { agrees<embedding>(scion_row_norm()); }
    SUBCASE("") { agrees<embedding>(identity{}); }
}

#ifndef __CUDACC__
TEST_CASE("a step is fused though this file includes none of the fused kernels by name") {
    storage<float> w(37, 64), g(37, 64);
    on_gpu<float> gw(w), gg(g);
    optimizer opt(as<embedding>(gw.all), momentum{} | row_norm{}, 0.1);
    opt.step(gg.all);
    stand_in::counts = {};
    opt.step(gg.all);
    CHECK(stand_in::counts.launches == 4);  // to begin, to look for infinities, the step, and to count it
}
#endif
