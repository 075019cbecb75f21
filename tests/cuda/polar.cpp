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

struct shape {
    index_t rows, cols, items;
};

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
        for (shape s : {shape{7, 19, 1}, {19, 7, 3}, {16, 16, 5}, {1, 9, 2}, {40, 130, 1}}) {
            const index_t m = s.rows, n = s.cols, items = s.items;
            INFO("ISOTYPIC_SEED=", seed(), ", ", items, " of ", m, " x ", n, " in order ", int(o));
            CHECK(apart<T>(newton_schulz{}, newton_schulz{}, m, n, o, items) < 1000 * unit_roundoff<T>);
            CHECK(apart<T>(newton_schulz{keller.with_norm_eps(1e-7)}, newton_schulz{keller.with_norm_eps(1e-7)}, m, n, o, items) < 1000 * unit_roundoff<T>);
            CHECK(apart<T>(gram_newton_schulz{polar_express_105}, gram_newton_schulz{polar_express_105}, m, n, o, items) < 1e5 * unit_roundoff<T>);
        }
}

TEST_CASE("in half, bfloat16 and tf32 the steps are those of float to their rounding, and stay in range") {
    for (double size : {1., 1e30, 1e-30}) {
        storage<float> x(24, 60, order::rows, 0, 3), y(24, 60, order::rows, 0, 3), u(24, 60, order::rows, 0, 3);
        x.fill(1, size);
        on_gpu<float> gx(x), gu(u);
        cuda device;
        cpu here;
        const gram_newton_schulz engine{polar_express_105};
        for (index_t k = 0; k < 3; ++k) engine(here, view<float const>(x.all.panel(k)), y.all.panel(k));
        auto off = [&](auto const& stored) {
            polar_of_items(device, stored, blocks<float const, gpu>(gx.all), gu.all);
            device.synchronize();
            gu.read();
            return distance(blocks<float const>(u.all), blocks<float const>(y.all));
        };
        INFO("ISOTYPIC_SEED=", seed(), ", size ", size);
        CHECK(off(stored_as<__half>(engine)) < 32 * unit_roundoff<__half>);
        CHECK(off(stored_as<tf32>(engine)) < 32 * unit_roundoff<tf32>);
        CHECK(off(stored_as<tf32>(engine)) > unit_roundoff<tf32> / 32);
        CHECK(off(stored_as<__nv_bfloat16>(engine)) < 32 * unit_roundoff<__nv_bfloat16>);
        CHECK(off(stored_as<__nv_bfloat16>(engine)) > unit_roundoff<__nv_bfloat16> / 32);
    }
}

TEST_CASE("heads in one call, and a pair as one matrix, through the optimizer") {
    storage<double> w(12, 10), v(12, 10), g(12, 10), h(12, 10), a(12, 10), b(12, 10);
    w.fill(1), v.fill(2), g.fill(3), h.fill(4), a.fill(1), b.fill(2);
    on_gpu<double> gw(w), gv(v), gg(g), gh(h);
    const auto rule = momentum{} | polar{newton_schulz{}};
    SUBCASE("heads") {
        optimizer mine(as<projection>(row_heads(gw.all.first, 3)), rule, 0.1);
        optimizer reference(as<projection>(row_heads(a.one(), 3)), rule, 0.1);
        for (int t = 0; t < 2; ++t) mine.step(row_heads(gg.all.first, 3)), reference.step(row_heads(g.one(), 3));
    }
    SUBCASE("a pair") {
        optimizer mine(as<projection>(joined(gw.all, gv.all)), rule, 0.1);
        optimizer reference(as<projection>(joined(a.all, b.all)), rule, 0.1);
        for (int t = 0; t < 2; ++t) mine.step(joined(gg.all, gh.all)), reference.step(joined(g.all, h.all));
    }
    gw.read(), gv.read();
    CHECK(distance(blocks<double const>(w.all), blocks<double const>(a.all)) < 1e-12);
    CHECK(distance(blocks<double const>(v.all), blocks<double const>(b.all)) < 1e-12);
}

TEST_CASE("Newton-Schulz of doubles whose norm is no double, or whose inverse is none, on the GPU") {
    for (int power : {-1050, 1004}) {
        storage<double> x(5, 9, order::rows, 0, 3), y(5, 9, order::rows, 0, 3), u(5, 9, order::rows, 0, 3);
        x.fill(1, 1 << 20);
        for (index_t k = 0; k < 3; ++k)
            for (index_t i = 0; i < 5; ++i)
                for (index_t j = 0; j < 9; ++j) x.all.panel(k)(i, j) = k == 1 ? 0 : std::ldexp(std::round(x.all.panel(k)(i, j)), k ? 0 : power);
        y.fill(2), u.fill(2);
        on_gpu<double> gx(x), gu(u);
        cuda device;
        cpu here;
        polar_of_items(device, newton_schulz{}, blocks<double const, gpu>(gx.all), gu.all);
        device.synchronize();
        gu.read();
        for (index_t k = 0; k < 3; ++k) newton_schulz{}(here, view<double const>(x.all.panel(k)), y.all.panel(k));
        for (index_t k = 0; k < 3; ++k)
            for (index_t i = 0; i < 5; ++i)
                for (index_t j = 0; j < 9; ++j) {
                    CHECK(std::abs(u.all.panel(k)(i, j) - y.all.panel(k)(i, j)) < 1e-12);
                    if (k != 1) CHECK(u.all.panel(k)(i, j) != 0);
                }
    }
}
