// SPDX-License-Identifier: MIT
#include "items.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cuda_solver.cuh>
#include <isotypic/polar/exact_items.hpp>
#include <isotypic/update/momentum.hpp>

using namespace isotypic;

TEST_CASE_TEMPLATE("a singular value decomposition, tall and square", T, float, double) {
    for (auto const& at : {std::pair<index_t, index_t>{9, 4}, {6, 6}, {5, 1}}) {
        const index_t m = at.first, n = at.second;
        const dense a = gaussian(m, n, 5);
        storage<T> x(m, n, order::columns), u(m, n, order::columns), s(1, n), vt(n, n, order::columns);
        put({a}, x);
        on_gpu<T> gx(x), gu(u), gs(s), gv(vt);
        cuda device;
        svd(device, gx.all.first, gu.all.first, gs.all.first.data, gv.all.first);
        device.synchronize();
        gu.read(), gs.read(), gv.read();
        INFO("ISOTYPIC_SEED=", seed(), ", ", m, " x ", n);
        const dense left = taken(u)[0], right = taken(vt)[0], values = taken(s)[0];
        CHECK((left * values.row(0).asDiagonal() * right - a).norm() < 100 * unit_roundoff<T> * a.norm());
        CHECK((left.transpose() * left - dense::Identity(n, n)).norm() < 100 * unit_roundoff<T>);
        CHECK((right * right.transpose() - dense::Identity(n, n)).norm() < 100 * unit_roundoff<T>);
        for (index_t i = 0; i + 1 < n; ++i) CHECK(values(0, i) >= values(0, i + 1));
    }
}

TEST_CASE_TEMPLATE("exact_svd on the GPU is that of the CPU, rank by rank", T, float, double) {
    cuda device;
    for (auto const& at : {std::pair<index_t, index_t>{5, 12}, {12, 5}, {8, 8}, {1, 9}, {9, 1}, {1, 1}, {30, 41}}) {
        const index_t m = at.first, n = at.second;
        for (order o : orders)
            for (double cutoff : {0., 0.02}) {
                INFO("ISOTYPIC_SEED=", seed(), ", ", m, " x ", n, ", order ", int(o), ", cutoff ", cutoff);
                const items a = families(m, n), want = here<T>(exact_svd{cutoff}, a), u = on_device<T>(device, exact_svd{cutoff}, a, o);
                CHECK(apart(u, want) < 4 * unit_roundoff<T> + 1e-12);
                CHECK(apart(on_device<T>(device, exact_svd{cutoff}, a, o, true), want) < 4 * unit_roundoff<T> + 1e-12);
                CHECK(u[2].norm() == 0);
                if (std::min(m, n) > 4) CHECK((apart(u, here<T>(exact_svd{0.02 - cutoff}, a)) > 1e-3));
            }
    }
}

TEST_CASE("exact_svd: each item has its own scale, short numbers are rounded once, an empty block is nothing to do") {
    cuda device;
    for (auto const& at : {std::pair<index_t, index_t>{9, 14}, {14, 9}, {1, 6}}) {
        const dense a = gaussian(at.first, at.second, 2).cast<float>().cast<double>();
        const items u = on_device<float>(device, exact_svd{}, {a, a * 1e-30, a * 1e30, dense(a * std::ldexp(1., 90))});
        INFO("ISOTYPIC_SEED=", seed());
        CHECK(formulas::distance(u[1], u[0]) < 1e-6);
        CHECK(formulas::distance(u[2], u[0]) < 1e-6);
        CHECK(u[3] == u[0]);
        storage<__half> x(at.first, at.second);
        put({a}, x);
        CHECK((on_device<__half>(device, exact_svd{}, taken(x))[0] - on_device<float>(device, exact_svd{}, taken(x))[0]).cwiseAbs().maxCoeff() <= 1.01 * unit_roundoff<__half>);
    }
    const blocks<float, gpu> empty(view<float, gpu>(nullptr, 0, 4));
    polar_of_items(device, exact_svd{}, blocks<float const, gpu>(empty), empty);
    polar_of_items(device, exact_svd{}, blocks<float const, gpu>(empty.transposed()), empty.transposed());
}

TEST_CASE_TEMPLATE("a parameter's steps by exact_svd go where the CPU's go, and a refused one goes nowhere", T, float, double) {
    const auto d = steps<T>(momentum{} | polar{exact_svd{}}, 9, 14);
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(d.first < 2000 * unit_roundoff<T>);
    CHECK(d.second > 1e-2);
    storage<T> w(9, 14), g(9, 14);
    w.fill(1), g.fill(2);
    g.one()(3, 3) = std::numeric_limits<T>::quiet_NaN();
    on_gpu<T> gw(w), gg(g);
    const auto before = elements(w.one());
    optimizer opt(as<projection>(gw.all), momentum{} | polar{exact_svd{}}, 0.02);
    opt.step(gg.all);
    gw.read();
    CHECK(same_bits(before, elements(w.one())));
    CHECK(opt.on().status().refused == 1);
}

TEST_CASE("a singular value decomposition says that it cannot be captured") {
    storage<double> g(20, 30);
    g.fill(2);
    on_gpu<double> gg(g);
    cudaGraph_t graph = nullptr;
    cuda device;
    polar_of_items(device, exact_svd{}, blocks<double const, gpu>(gg.all), gg.all);
    CHECK(cudaStreamBeginCapture(device.stream(), cudaStreamCaptureModeGlobal) == cudaSuccess);
    CHECK_THROWS_WITH_AS(polar_of_items(device, exact_svd{}, blocks<double const, gpu>(gg.all), gg.all),
                         "isotypic: a singular value decomposition cannot be captured in a CUDA graph", error);
    CHECK(cudaStreamEndCapture(device.stream(), &graph) == cudaSuccess);
    cudaGraphDestroy(graph);
}
