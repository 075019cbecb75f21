// SPDX-License-Identifier: MIT
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cpu_symmetric.hpp>
#include <isotypic/isotypic.cuh>
#include <limits>

using namespace isotypic;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
struct parameter {
    storage<T> w, g;
    on_gpu<T> gw, gg;
    parameter(index_t m, index_t n, std::uint64_t which) : w(m, n), g(m, n), gw(w.fill(which)), gg(g.fill(which + 100)) {}
    std::vector<T> weight() {
        gw.read();
        return elements(w.one());
    }
    void gradient(std::uint64_t which, double size = 1) { g.fill(which, size), gg.write(); }
};

/// A stack of four blocks on a device, and one on the CPU from the same numbers.
template <class T>
struct pair_of_stacks {
    parameter<T> embed{9, 6, 1}, head{9, 6, 2}, hidden{8, 5, 3}, offset{1, 7, 4};
    storage<T> e{9, 6}, h{9, 6}, p{8, 5}, b{1, 7};

    static auto rules(double scale = 1) {
        auto rate = [scale](index_t t) { return scale * 0.1 / double(t); };
        const momentum m;
        return std::tuple(on<embedding>(m | row_norm{}, rate, weight_decay{0.1}), on<lm_head>(m | centre{} | row_norm{} | centre{}, rate, weight_decay{0.1}),
                          on<projection>(m | polar{newton_schulz{}}, rate), on<bias>(adam{}, rate));
    }
    decltype(std::apply([](auto... r) { return layerwise_on<T>(cuda(), r...); }, rules())) gpu_stack = std::apply([](auto... r) { return layerwise_on<T>(cuda(), r...); }, rules());
    decltype(std::apply([](auto... r) { return layerwise<T>(r...); }, rules())) stack = std::apply([](auto... r) { return layerwise<T>(r...); }, rules());
    std::vector<block_handle<T, gpu>> on_device;
    std::vector<block_handle<T>> here;

    pair_of_stacks() {
        e.fill(1), h.fill(2), p.fill(3), b.fill(4);
        on_device = {gpu_stack.add("embed", as<embedding>(embed.gw.all)), gpu_stack.add("head", as<lm_head>(head.gw.all)), gpu_stack.add("hidden", as<projection>(hidden.gw.all)),
                     gpu_stack.add("bias", as<bias>(offset.gw.all))};
        here = {stack.add("embed", as<embedding>(e.all)), stack.add("head", as<lm_head>(h.all)), stack.add("hidden", as<projection>(p.all)), stack.add("bias", as<bias>(b.all))};
    }
    void gradients(std::uint64_t which, double size = 1) {
        embed.gradient(which, size), head.gradient(which + 1, size), hidden.gradient(which + 2, size), offset.gradient(which + 3, size);
    }
    void gpu_step() { gpu_stack.step(on_device[0](embed.gg.all), on_device[1](head.gg.all), on_device[2](hidden.gg.all), on_device[3](offset.gg.all)); }
    void step() { stack.step(here[0](embed.g.all), here[1](head.g.all), here[2](hidden.g.all), here[3](offset.g.all)); }
    double apart() {
        embed.gw.read(), head.gw.read(), hidden.gw.read(), offset.gw.read();
        double d = 0;
        d = std::fmax(d, distance(blocks<T const>(e.all), blocks<T const>(embed.w.all)));
        d = std::fmax(d, distance(blocks<T const>(h.all), blocks<T const>(head.w.all)));
        d = std::fmax(d, distance(blocks<T const>(p.all), blocks<T const>(hidden.w.all)));
        return std::fmax(d, distance(blocks<T const>(b.all), blocks<T const>(offset.w.all)));
    }
};

}  // namespace

TEST_CASE("a gradient that is not finite changes nothing, and the status says where it was") {
    for (double bad : {infinity, -infinity, double(std::numeric_limits<float>::quiet_NaN())}) {
        parameter<float> x(5, 7, 1);
        optimizer opt(as<embedding>(x.gw.all), momentum{} | row_norm{}, 0.1, weight_decay{0.1});
        opt.step(x.gg.all);
        const auto before = x.weight();
        x.g.one()(3, 6) = float(bad), x.gg.write();
        opt.step(x.gg.all);
        CHECK(same_bits(before, x.weight()));
        CHECK(opt.on().status().steps == 1);
        CHECK(opt.on().status().refused == 1);
        CHECK(opt.on().status().block == 0);
        // As if the step had not been: a twin that never saw it goes on with the same bits.
        parameter<float> y(5, 7, 1);
        optimizer twin(as<embedding>(y.gw.all), momentum{} | row_norm{}, 0.1, weight_decay{0.1});
        twin.step(y.gg.all);
        x.gradient(7), y.gradient(7);
        opt.step(x.gg.all), twin.step(y.gg.all);
        CHECK(same_bits(x.weight(), y.weight()));
        CHECK_FALSE(same_bits(before, x.weight()));
    }
}

TEST_CASE_TEMPLATE("one block's infinity stops the whole stack's step, clipped or not, as on the CPU", T, float, double) {
    for (double clip : {0., 1.}) {
        pair_of_stacks<T> s;
        s.stack.clip = s.gpu_stack.clip = clip;
        s.gradients(20);
        s.gpu_step(), s.step();
        s.gradients(30);
        s.hidden.g.one()(0, 0) = T(infinity), s.hidden.gg.write();
        s.gpu_step();
        CHECK_THROWS_WITH_AS(s.step(), "isotypic: the gradient of block 'hidden' holds an infinity or a NaN", error);
        CHECK(s.apart() < 1e5 * unit_roundoff<T>);
        CHECK(s.gpu_stack.on_device().status().block == 2);
        CHECK(s.gpu_stack.on_device().status().refused == 1);
    }
}

TEST_CASE_TEMPLATE("a whole stack, with clipping, goes where the CPU's goes", T, float, double) {
    for (double clip : {0., 0.5, 1e3}) {
        pair_of_stacks<T> s;
        s.stack.clip = s.gpu_stack.clip = clip;
        for (std::uint64_t t = 0; t < 4; ++t) {
            s.gradients(20 + 4 * t, t % 2 ? 10 : 1e-3);
            s.gpu_step(), s.step();
        }
        INFO("ISOTYPIC_SEED=", seed(), ", clip ", clip);
        CHECK(s.apart() < 1e5 * unit_roundoff<T>);
        CHECK(s.gpu_stack.on_device().status().steps == 4);
    }
}

TEST_CASE("clip on the GPU: a norm that is no double refuses the step") {
    storage<double> w(2, 2), g(2, 2);
    w.fill(1), g.fill(1);
    auto all = [&](double v) {
        for (index_t i = 0; i < 2; ++i)
            for (index_t j = 0; j < 2; ++j) g.one()(i, j) = v;
    };
    all(1.5e308);
    on_gpu<double> gw(w), gg(g);
    auto stack = layerwise_on<double>(cuda(), on<embedding>(momentum{}, 1));
    auto h = stack.add("w", as<embedding>(gw.all));
    stack.clip = 1;
    stack.step(h(gg.all));
    CHECK(stack.on_device().status().steps == 0);
    CHECK(stack.on_device().status().refused == 1);
    const double was = w.one()(0, 0);
    gw.read();
    CHECK(w.one()(0, 0) == was);
    all(8e307), gg.write();
    stack.step(h(gg.all));
    CHECK(stack.on_device().status().steps == 1);
}

TEST_CASE("shapes, memory and handles are checked at once, on the host") {
    parameter<float> x(5, 7, 1), y(5, 8, 2);
    optimizer opt(as<embedding>(x.gw.all), row_norm{}, 0.1);
    CHECK_THROWS_WITH_AS(opt.step(y.gg.all), "isotypic: block 'embedding' is 5 x 7, its gradient is 5 x 8", error);
    CHECK_THROWS_AS(opt.step(view<float, gpu>(x.gw.all.first.data + 1, 5, 7, 15, 1)), error);
}

TEST_CASE_TEMPLATE("short numbers: a weight of half or bfloat16 moves as a float's does, rounded once a step; momentum stays float", T, __half, __nv_bfloat16) {
    storage<T> w(6, 40), g(6, 40);
    storage<float> v(6, 40), f(6, 40);
    w.fill(1), g.fill(2);
    for (index_t i = 0; i < 6; ++i)
        for (index_t j = 0; j < 40; ++j) v.one()(i, j) = float(w.one()(i, j)), f.one()(i, j) = float(g.one()(i, j));
    on_gpu<T> gw(w), gg(g);
    optimizer mine(as<embedding>(gw.all), momentum{} | row_norm{}, 0.25, weight_decay{0.5});
    optimizer reference(as<embedding>(v.all), momentum{} | row_norm{}, 0.25, weight_decay{0.5});
    mine.step(gg.all), reference.step(f.all);
    gw.read();
    for (index_t i = 0; i < 6; ++i)
        for (index_t j = 0; j < 40; ++j) CHECK(std::fabs(float(w.one()(i, j)) - v.one()(i, j)) <= 1.01 * unit_roundoff<T> * std::fabs(v.one()(i, j)));
    bool of_float = false;
    mine.for_each_state([&](basic_named_block<gpu> const& b) { of_float = b.name == "0.momentum" && b.values.index() == 0; });
    CHECK(of_float);
}

TEST_CASE("what the README shows") {
    parameter<float> p(9, 6, 1);
    float *weights = p.gw.all.first.data, *gradients = p.gg.all.first.data;
    const auto before = p.weight();
    // [gpu]
    view<float, gpu> W(weights, 9, 6), dW(gradients, 9, 6);  // where cudaMalloc has put them
    optimizer opt(as<lm_head>(W), momentum{} | centre{} | row_norm{} | centre{}, 0.1);
    opt.step(dW);                             // asks for the kernels and returns
    gpu_status after = opt.on().status();     // waits: steps taken, and refused for an infinity or a NaN
    // [end]
    CHECK(after.steps == 1);
    CHECK(after.refused == 0);
    CHECK_FALSE(same_bits(before, p.weight()));
}

TEST_CASE("one step without memory, by the role alone") {
    parameter<float> x(5, 7, 1);
    storage<float> v(5, 7);
    v.fill(1);
    step(as<embedding>(x.gw.all), x.gg.all, 0.1);
    step(as<embedding>(v.all), x.g.all, 0.1);
    x.gw.read();
    CHECK(distance(blocks<float const>(v.all), blocks<float const>(x.w.all)) < 8 * unit_roundoff<float>);
}

TEST_CASE("blocks of one kind step together, whatever lies between them, with the bits of steps of their own") {
    const adam by_entry;
    const auto by_row = momentum{} | row_norm{};
    auto stack = layerwise_on<float>(cuda(), on<bias>(by_entry, 0.1), on<embedding>(by_row, 0.2));
    std::vector<std::unique_ptr<parameter<float>>> mine, alone;
    std::vector<gradient<float, gpu>> gradients;
    std::vector<optimizer<bias, adam, float, cuda>> lone_biases;
    std::vector<optimizer<embedding, decltype(momentum{} | row_norm{}), float, cuda>> lone_rows;
    for (index_t i = 0; i < 24; ++i) {
        auto x = [&] { return std::make_unique<parameter<float>>(i % 2 ? 3 + i : 1, i % 2 ? 40 : 70 + i, std::uint64_t(i)); };
        mine.push_back(x()), alone.push_back(x());
        auto &w = mine.back()->gw.all, &lone = alone.back()->gw.all;
        const std::string name = std::to_string(i);
        gradients.push_back(i % 2 ? stack.add(name, as<embedding>(w))(mine.back()->gg.all) : stack.add(name, as<bias>(w))(mine.back()->gg.all));
        if (i % 2)
            lone_rows.emplace_back(as<embedding>(lone), by_row, 0.2);
        else
            lone_biases.emplace_back(as<bias>(lone), by_entry, 0.1);
    }
    for (int t = 0; t < 3; ++t) {
#ifndef __CUDACC__
        stand_in::counts = {};
#endif
        stack.step(gradients);
#ifndef __CUDACC__
        CHECK(stand_in::counts.launches < (t ? 10 : 12));  // of which are to open, to count, and for the first rates 4
#endif
        for (std::size_t i = 0; i < 12; ++i) lone_biases[i].step(alone[2 * i]->gg.all), lone_rows[i].step(alone[2 * i + 1]->gg.all);
    }
    for (std::size_t i = 0; i < 24; ++i) CHECK(same_bits(mine[i]->weight(), alone[i]->weight()));
}

TEST_CASE("steps of several sweeps are taken together too, sweep by sweep, with a clip and without") {
    const momentum m;
    const auto head = m | centre{} | row_norm{} | centre{};
    const auto down = m | column_norm{};
    for (double clip : {0., 1e-3}) {
        auto stack = layerwise_on<float>(cuda(), on<lm_head>(head, 0.1, weight_decay{0.1}), on<swiglu_down>(down, 0.2));
        stack.clip = clip;
        std::vector<std::unique_ptr<parameter<float>>> mine, alone;
        std::vector<gradient<float, gpu>> gradients;
        for (index_t i = 0; i < 40; ++i) {
            auto x = [&] { return std::make_unique<parameter<float>>(20 + 3 * i, i % 2 ? 64 : 70, std::uint64_t(i)); };
            mine.push_back(x()), alone.push_back(x());
            auto& w = mine.back()->gw.all;
            const std::string name = std::to_string(i);
            gradients.push_back(i % 2 ? stack.add(name, as<lm_head>(w))(mine.back()->gg.all) : stack.add(name, as<swiglu_down>(w))(mine.back()->gg.all));
        }
        auto one = [&](index_t i, auto role, auto const& rule, weight_decay decay, double rate) {
            auto& p = *alone[std::size_t(i)];
            optimizer opt(as<decltype(role)>(p.gw.all), rule, rate, decay);
            for (int t = 0; t < 3; ++t) opt.step(p.gg.all);
            return p.weight();
        };
        for (int t = 0; t < 3; ++t) {
#ifndef __CUDACC__
            stand_in::counts = {};
#endif
            stack.step(gradients);
#ifndef __CUDACC__
            if (t) CHECK(stand_in::counts.launches < 40);  // of 20 blocks with 7 sweeps and 20 with 3
            if (t) CHECK(stand_in::counts.allocations == 0);
#endif
        }
        for (index_t i = 0; i < 40; ++i) {
            INFO("block ", i, ", clip ", clip);
            const auto expected = i % 2 ? one(i, lm_head{}, head, {0.1}, 0.1) : one(i, swiglu_down{}, down, {}, 0.2);
            const auto got = mine[std::size_t(i)]->weight();
            if (clip == 0) CHECK(same_bits(got, expected));
            // A constant factor is not seen by unit rows and columns.
            double worst = 0;
            for (std::size_t k = 0; k < got.size(); ++k) worst = std::fmax(worst, std::fabs(double(got[k]) - double(expected[k])));
            CHECK(worst < 16 * unit_roundoff<float>);
        }
    }
}

#ifndef __CUDACC__
struct setting_job {
    static constexpr int threads = 1024, resident = 1;
    double* to;
    __device__ void operator()() const { *to = 1; }
};

TEST_CASE("where a launch fails, what was to come after it does not") {
    storage<double> x(1, 1);
    x.one()(0, 0) = 0;
    on_gpu<double> gx(x);
    cuda d;
    {
        auto open = d.open_step();
        d.launch_job(1, 2048, setting_job{gx.all.first.data}, 0);  // too many threads
        d.launch_job(1, 1, setting_job{gx.all.first.data}, 1);
        CHECK_THROWS_AS(d.synchronize(), error);
        d.synchronize();
        open.close();
    }
    d.synchronize();
    gx.read();
    CHECK(x.one()(0, 0) == 0);
}

TEST_CASE("a step that fails on the host leaves nothing behind that would run later") {
    parameter<float> x(5, 7, 1), y(5, 8, 2);
    auto stack = layerwise_on<float>(cuda(), on<embedding>(row_norm{}, 0.1));
    auto a = stack.add("a", as<embedding>(x.gw.all)), b = stack.add("b", as<embedding>(y.gw.all));
    CHECK_THROWS_WITH_AS(stack.step(a(x.gg.all), b(x.gg.all)), "isotypic: block 'b' is 5 x 8, its gradient is 5 x 7", error);
    stand_in::counts = {};
    stack.on_device().synchronize();
    CHECK(stand_in::counts.launches == 0);
    x.g.one()(0, 0) = float(infinity), x.gg.write();
    CHECK_THROWS_AS(stack.step(a(x.gg.all), b(x.gg.all)), error);
    x.gradient(3);
    stack.step(a(x.gg.all), b(y.gg.all));
    CHECK(stack.on_device().status().refused == 0);
    CHECK(stack.on_device().status().steps == 1);
}

TEST_CASE("a step waits for nothing, and after the first allocates nothing") {
    pair_of_stacks<float> s;
    s.gradients(20);
    s.gpu_step();
    stand_in::counts = {};
    s.gpu_step();
    CHECK(stand_in::counts.allocations == 0);
    CHECK(stand_in::counts.frees == 0);
    CHECK(stand_in::counts.synchronisations == 0);
    CHECK(stand_in::counts.copies_to_host == 0);
    CHECK(stand_in::counts.launches > 0);
}
#endif

TEST_CASE_TEMPLATE("a captured step, launched again, goes on with its number, its rate and what lies in the gradients then", T, float, double) {
    const double close = 1e5 * unit_roundoff<T>;
    pair_of_stacks<T> s;
    s.stack.clip = s.gpu_stack.clip = 1;
    s.gradients(20);
    s.gpu_step(), s.step();
    const cudaStream_t stream = s.gpu_stack.on_device().stream();
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t ready = nullptr;
    CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal) == cudaSuccess);
    s.gpu_step();  // noted down, not taken
    CHECK(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
    CHECK(cudaGraphInstantiate(&ready, graph, 0) == cudaSuccess);
    CHECK(s.apart() < close);
    for (std::uint64_t t = 0; t < 4; ++t) {
        s.gradients(30 + 4 * t);
        if (t == 3) s.head.g.one()(8, 5) = T(infinity), s.head.gg.write();
        s.gpu_stack.before_replay();
        CHECK(cudaGraphLaunch(ready, stream) == cudaSuccess);
        if (t == 3) break;
        s.step();
        CHECK(s.apart() < close);
    }
    CHECK(s.gpu_stack.on_device().status().refused == 1);
    CHECK(s.gpu_stack.on_device().status().steps == 4);
    cudaGraphExecDestroy(ready), cudaGraphDestroy(graph);
}
