// SPDX-License-Identifier: MIT
#include "items.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cuda_inverse.cuh>
#include <isotypic/polar/zolotarev_items.hpp>
#include <isotypic/update/momentum.hpp>

using namespace isotypic;

namespace {

const zolotarev coarse{best_map(1, 0.5)}, near{best_map(4, 0.01)}, twice{best_map(2, 1e-3), best_map(2, 0.66)}, nothing{{}};

/// The maps on singular values in double: the first divided by the Schatten-4 norm, the others by what the last one left.
items by_maps(zolotarev const& engine, items a) {
    for (dense& x : a) {
        if (x.norm() > 0 && std::min(x.rows(), x.cols()) == 1) x /= x.norm();
        if (x.norm() == 0 || std::min(x.rows(), x.cols()) == 1) continue;
        const double scale = std::pow(Eigen::JacobiSVD<dense>(x).singularValues().array().pow(4).sum(), 0.25);
        x = formulas::by_values(x, [&](double v) {
            v /= scale;
            double error = 0;
            for (zolotarev_map const& map : engine.passes)
                if (map.terms) v = map(v / (1 + error)), error = map.error;
            return v;
        });
    }
    return a;
}

}  // namespace

TEST_CASE_TEMPLATE("zolotarev on the GPU is that of the CPU, a batch at once", T, float, double) {
    cuda device;
    for (auto const& at : factor_shapes) {
        const index_t m = at.first, n = at.second;
        for (order o : orders) {
            if (m > 70 && o != order::strided) continue;
            INFO("ISOTYPIC_SEED=", seed(), ", ", m, " x ", n, ", order ", int(o));
            const items a = families(m, n);
            for (zolotarev const& engine : {zolotarev{}, twice, nothing}) {
                const items want = here<T>(engine, a);
                CHECK(apart(on_device<T>(device, engine, a, o), want) < lost<T>);
                CHECK(apart(on_device<T>(device, engine, a, o, true), want) < lost<T>);
                CHECK(on_device<T>(device, engine, a, o)[2].norm() == 0);
            }
            if (std::min(m, n) > 1) CHECK(apart(on_device<double>(device, zolotarev{}, a, o), here<double>(twice, a)) > 1e-3);
        }
    }
}

TEST_CASE_TEMPLATE("by_accuracy keeps its promise on the GPU", T, float, double) {
    cuda device;
    for (auto const& at : factor_shapes) {
        const index_t m = at.first, n = at.second;
        for (double accuracy : {0.1, 1e-3, 1e-7}) {
            if (m > 70 && accuracy < 0.1) continue;
            const by_accuracy engine{.accuracy = accuracy, .above = 1e-3};
            const index_t k = std::min(m, n);
            const polar_plan plan = engine.plan<T>(m, n);
            const double bound = 1.01 * plan.accuracy;
            INFO("ISOTYPIC_SEED=", seed(), ", ", m, " x ", n, ", accuracy ", accuracy, ", bound ", bound);
            const items a{gaussian(m, n, 1), spread(m, n, 999, k, 2), dense::Zero(m, n), spread(m, n, 10, (k + 1) / 2, 3), dense::Ones(m, n)};
            const items u = on_device<T>(device, engine, a);
            CHECK(off(u[1], k) <= bound);
            CHECK(u[2].norm() == 0);
            CHECK(off(u[3], (k + 1) / 2) <= bound);
            CHECK(off(u[4], 1) <= bound);
            if (k > 1 && accuracy == 0.1) CHECK(off(on_device<T>(device, coarse, a)[1], k) > bound);
            CHECK(apart(u, by_maps(plan.engine, a)) < lost<T>);
        }
    }
}

TEST_CASE("no scale is special on the GPU either, and each item has its own") {
    cuda device;
    for (auto const& at : {std::pair<index_t, index_t>{9, 14}, {14, 9}, {1, 6}}) {
        const index_t m = at.first, n = at.second;
        const dense a = gaussian(m, n, 2).cast<float>().cast<double>();
        const items scaled{a, a * std::ldexp(1., 90), a * std::ldexp(1., -90), a * 1e-30, a * 1e30};
        auto like = [](items const& u, double allowed) {
            CHECK(u[1] == u[0]);
            CHECK(u[2] == u[0]);
            CHECK(formulas::distance(u[3], u[0]) < allowed);
            CHECK(formulas::distance(u[4], u[0]) < allowed);
        };
        INFO("ISOTYPIC_SEED=", seed(), ", ", m, " x ", n);
        like(on_device<float>(device, zolotarev{}, scaled), 1e-4);
        like(on_device<float>(device, by_accuracy{1e-3}, scaled), 1e-4);
        like(on_device<double>(device, by_accuracy{}, scaled), 1e-10);
    }
}

TEST_CASE_TEMPLATE("short numbers: computed in float, rounded once", T, __half, __nv_bfloat16) {
    cuda device;
    for (auto const& at : {std::pair<index_t, index_t>{9, 14}, {14, 9}, {1, 6}}) {
        const index_t m = at.first, n = at.second;
        storage<T> x(m, n);
        put({gaussian(m, n, 6)}, x);
        const items a = taken(x);
        INFO("ISOTYPIC_SEED=", seed(), ", ", m, " x ", n);
        CHECK((on_device<T>(device, by_accuracy{1e-3}, a)[0] - on_device<float>(device, by_accuracy{1e-3}, a)[0]).cwiseAbs().maxCoeff() <= 1.01 * unit_roundoff<T>);
    }
}

TEST_CASE("an empty block is nothing to do") {
    cuda device;
    const blocks<float, gpu> empty(view<float, gpu>(nullptr, 0, 4));
    polar_of_items(device, zolotarev{}, blocks<float const, gpu>(empty), empty);
    polar_of_items(device, by_accuracy{}, blocks<float const, gpu>(empty), empty);
}

TEST_CASE_TEMPLATE("a parameter's steps go where the CPU's go", T, float, double) {
    for (auto const& at : {std::pair<index_t, index_t>{9, 14}, {80, 30}, {1, 5}}) {
        const index_t m = at.first, n = at.second;
        INFO("ISOTYPIC_SEED=", seed(), ", ", m, " x ", n);
        auto same = [](std::pair<double, double> d) {
            CHECK(d.first < 2000 * unit_roundoff<T>);
            CHECK(d.second > 1e-2);
        };
        same(steps<T>(momentum{} | polar{}, m, n));
        same(steps<T>(momentum{} | polar<>{.accuracy = 1e-3}, m, n));
        same(steps<T>(momentum{} | polar{near}, m, n));
    }
}

TEST_CASE("a refused step leaves the weight") {
    storage<float> w(70, 90), g(70, 90);
    w.fill(1), g.fill(2);
    on_gpu<float> gw(w), gg(g);
    optimizer opt(as<projection>(gw.all), momentum{} | polar{}, 0.02);
    opt.step(gg.all);
    gw.read();
    const auto before = elements(w.one());
    g.one()(3, 3) = std::numeric_limits<float>::quiet_NaN(), gg.write();
    opt.step(gg.all);
    gw.read();
    CHECK(same_bits(before, elements(w.one())));
    CHECK(opt.on().status().refused == 1);
}

#ifndef __CUDACC__
TEST_CASE("a step waits for nothing, and after the first allocates nothing") {
    storage<float> w(70, 90), g(70, 90);
    w.fill(1), g.fill(2);
    on_gpu<float> gw(w), gg(g);
    optimizer opt(as<projection>(gw.all), momentum{} | polar{}, 0.02);
    opt.step(gg.all);
    stand_in::counts = {};
    opt.step(gg.all);
    CHECK(stand_in::counts.allocations == 0);
    CHECK(stand_in::counts.frees == 0);
    CHECK(stand_in::counts.synchronisations == 0);
    CHECK(stand_in::counts.copies_to_host == 0);
    CHECK(stand_in::counts.launches > 0);
}
#endif

TEST_CASE("a captured step is what was stepped") {
    storage<double> w(20, 30), v(20, 30), g(20, 30);
    w.fill(1), v.fill(1), g.fill(2);
    on_gpu<double> gw(w), gv(v), gg(g);
    optimizer opt(as<projection>(gw.all), momentum{} | polar{}, 0.02), twin(as<projection>(gv.all), momentum{} | polar{}, 0.02);
    opt.step(gg.all), twin.step(gg.all);
    const cudaStream_t stream = opt.on().stream();
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t ready = nullptr;
    CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal) == cudaSuccess);
    opt.step(gg.all);
    CHECK(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
    CHECK(cudaGraphInstantiate(&ready, graph, 0) == cudaSuccess);
    for (std::uint64_t t = 0; t < 3; ++t) {
        g.fill(5 + t), gg.write();
        CHECK(cudaGraphLaunch(ready, stream) == cudaSuccess);
        twin.step(gg.all);
    }
    opt.on().synchronize();
    gw.read(), gv.read();
    CHECK(same_bits(elements(w.one()), elements(v.one())));
    cudaGraphExecDestroy(ready), cudaGraphDestroy(graph);
}
