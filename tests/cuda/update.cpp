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
#include <limits>

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

TEST_CASE_TEMPLATE("a number that is not finite is found wherever it is, and none where there is none", T, float, double, __half, __nv_bfloat16) {
    cuda d;
    index_t steps = 0;
    const auto refused = [&](blocks<T const, gpu> x) {
        const index_t before = d.status().refused;
        auto open = d.open_step();
        note_finite(d, x, 0);
        d.count_step(++steps);
        open.close();
        return d.status().refused - before;
    };
    for (shape s : {shape{1, 1}, {3, 5}, {85, 64}, {5, 1030}, {33, 1}})  // of 85 rows the items are aligned
        for (order o : orders)
            for (index_t first : {0, 1}) {
                const index_t n = s.cols > 1 ? s.cols - 1 : 1;  // the column that is left out is not looked at
                if (s.cols == 1 && first) continue;
                storage<T> x(s.rows, s.cols, o, 0, 2);
                x.fill(1);
                for (index_t i = 0; s.cols > 1 && i < s.rows; ++i) x.one()(i, first ? 0 : n) = T(std::numeric_limits<float>::infinity());
                on_gpu<T> gx(x);
                const blocks<T const, gpu> all(gx.all.first.part(0, first, s.rows, n), 2, gx.all.stride);
                INFO(s.rows, " x ", s.cols, " in order ", int(o), " from column ", first);
                CHECK(refused(all) == 0);
                for (index_t q = 0; q < 2 * s.rows * n; q += 1 + s.rows * s.cols / 40) {
                    T& v = x.all.panel(q % 2)(q / 2 % s.rows, first + q / 2 / s.rows);
                    const T kept = v;
                    v = T(q % 3 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN());
                    gx.write();
                    CHECK(refused(all) == 1);
                    v = kept;
                }
                gx.write();
            }
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
