// SPDX-License-Identifier: MIT
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cpu_symmetric.hpp>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>

using namespace isotypic;

namespace {

template <class T, class Engine, class Reference>
double apart(Engine const& engine, Reference const& reference, index_t m, index_t n, order o, index_t items = 1) {
    storage<T> x(m, n, o, 0, items), y(m, n, o, 0, items), u(m, n, o, 0, items);
    x.fill(1), y.fill(3), u.fill(3);
    on_gpu<T> gx(x), gu(u);
    cuda device;
    cpu host_device;
    polar_of_items(device, engine, blocks<T const, gpu>(gx.all), gu.all);
    device.synchronize();
    gu.read();
    for (index_t k = 0; k < items; ++k) reference(host_device, view<T const>(x.all.panel(k)), y.all.panel(k));
    return distance(blocks<T const>(u.all), blocks<T const>(y.all));
}

}  // namespace

TEST_CASE_TEMPLATE("Newton-Schulz on the GPU is that of the CPU, a batch in one call", T, float, double) {
    for (order o : orders)
        for (auto [m, n, items] : {std::array<index_t, 3>{7, 19, 1}, {19, 7, 3}, {16, 16, 5}, {1, 9, 2}, {40, 130, 1}}) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", items, " of ", m, " x ", n, " in order ", int(o));
            CHECK(apart<T>(newton_schulz{}, newton_schulz{}, m, n, o, items) < 1000 * rounding<T>);
            CHECK(apart<T>(newton_schulz{keller.with_norm_eps(1e-7)}, newton_schulz{keller.with_norm_eps(1e-7)}, m, n, o, items) < 1000 * rounding<T>);
            CHECK(apart<T>(gram_newton_schulz{polar_express_105}, gram_newton_schulz{polar_express_105}, m, n, o, items) < 1e5 * rounding<T>);
        }
}
