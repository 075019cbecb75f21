// SPDX-License-Identifier: MIT
#include "against.hpp"
#include <cstdio>
#include <isotypic/isotypic.cuh>
#include <memory>

/// \file
/// A GPU against its own limits, in one run. `ratio`:
///
///     rows        150000 x 1024, bytes a second of a step over those of a copy within the GPU's memory; a step moves 20 bytes an
///                 element of float for unit rows, 24 for unit columns, 28 for AdamW, 32 for centred rows with horizontal decay, and 4 more
///                 for the finiteness pass
///     lines       as rows, of a norm's forward pass and VJP with a gain, and of a loss with its gradient
///     symmetric   time of cuBLAS's full product over that of multiply_symmetric, n x n from n x n
///     polar       time of five steps of plain Newton-Schulz on cuBLAS in bfloat16, one matrix after the other (the algorithm of
///                 torch.optim.Muon), over that of gram_newton_schulz{polar_express_105} in half, all matrices in one call; both from float.
///                 With one restart (.bound = 0.2) it takes a seventh less flops; on singular values from 1 to 1e-3 its error is 3e-2, with
///                 two 1e-2, that of the loop in bfloat16 9e-2
///     stack       time of AdamW for the tokens and momentum with plain steps as above for every hidden matrix, over that of a stack by
///                 roles: 18 layers of width 1536 with SwiGLU 4096 and 32000 tokens, 608 million floats
using namespace isotypic;

namespace {

template <class T>
struct array {
    gpu_buffer<T> memory;
    blocks<T, gpu> all;
    array(cuda& d, index_t m, index_t n, index_t items = 1)
        : memory(zeros_like<T>(d, blocks<T, gpu>(view<T, gpu>(nullptr, m, n), items, m * n))), all(memory.all()) {}
    /// Numbers in (-1, 1), the same for every type.
    array& fill(std::uint64_t which) {
        random_stream random(1, which);
        constexpr index_t most = 1000003;  // repeated, with a period that no row has
        std::vector<T> host(std::size_t(std::min(all.size(), most)));
        for (T& v : host) v = T(float(2 * random.uniform() - 1));
        for (index_t i = 0; i < all.size(); i += most)
            detail::check(cudaMemcpy(all.first.data + i, host.data(), sizeof(T) * std::size_t(std::min(most, all.size() - i)), cudaMemcpyHostToDevice), "write");
        return *this;
    }
};

const index_t rows = smoke ? 1500 : 150000, cols = 1024;

template <class Role>
void add_rows(std::string const& name, double bytes, auto rule) {
    add("rows/" + name, 20, [=](benchmark::State& state) {
        cuda d;
        array<float> w(d, rows, cols), g(d, rows, cols), to(d, rows, cols);
        w.fill(1), g.fill(2);
        d.synchronize();
        optimizer opt(as<Role>(w.all), rule, 1e-3, weight_decay{0.01});
        const double size = double(rows * cols);
        against(
            state, "GB/s", bytes * size, [&] { opt.step(g.all), opt.on().synchronize(); }, 8 * size,
            [&] {
                detail::check(cudaMemcpyAsync(to.all.first.data, g.all.first.data, 4 * std::size_t(rows * cols), cudaMemcpyDeviceToDevice, d.stream()), "copy");
                d.synchronize();
            });
    });
}

/// m x n, of which `numbers` an element move in `make(device, x, t, y)()`.
template <class T>
void add_lines(std::string const& name, index_t m, index_t n, double numbers, auto make) {
    add("lines/" + name + ", " + std::to_string(m) + " x " + std::to_string(n), 20, [=](benchmark::State& state) {
        cuda d;
        array<T> x(d, m, n), t(d, m, n), y(d, m, n);
        x.fill(1), t.fill(2);
        const std::size_t bytes = sizeof(T) * std::size_t(m * n);
        const auto work = make(d, x.all, t.all, y.all);
        against(
            state, "GB/s", numbers * double(bytes), [&] { work(), d.synchronize(); }, 2 * double(bytes), [&] {
                detail::check(cudaMemcpyAsync(y.all.first.data, x.all.first.data, bytes, cudaMemcpyDeviceToDevice, d.stream()), "copy");
                d.synchronize();
            });
    });
}

template <class T>
void add_norm(std::string const& name, auto core, index_t m, index_t n) {
    struct with_gain {
        array<float> gain, dgain;
        normalizer<decltype(core), trivial, cuda&> norm;
        with_gain(cuda& d, decltype(core) c, index_t n) : gain(d, 1, n), dgain(d, 1, n), norm(c, "norm", d) { gain.fill(3); }
    };
    add_lines<T>(name, m, n, 2, [=](cuda& d, auto x, auto, auto y) {
        auto held = std::make_shared<with_gain>(d, core, n);
        return [=] { held->norm.forward(x, per_feature(held->gain.all.first), y); };
    });
    add_lines<T>(name + ", VJP", m, n, 5, [=](cuda& d, auto x, auto t, auto y) {
        auto held = std::make_shared<with_gain>(d, core, n);
        held->norm.forward(x, per_feature(held->gain.all.first), y);
        return [=] { held->norm.vjp(x, per_feature(held->gain.all.first), t, y, per_feature(held->dgain.all.first)); };
    });
}

template <class T>
void add_loss(std::string const& name, auto loss, index_t m, index_t n) {
    add_lines<T>(name, m, n, n <= 8192 ? 2 : 3, [=](cuda& d, auto x, auto, auto y) {
        auto labels = std::make_shared<gpu_buffer<int>>(d, blocks<int, gpu>(view<int, gpu>(nullptr, m, 1)));
        auto found = std::make_shared<criterion<decltype(loss), cuda&>>(loss, criterion_options{}, d);
        return [=] { found->gradient(x, labels->all().first, y); };
    });
}

template <class T>
void add_symmetric(std::string const& type, index_t n) {
    add("symmetric " + type + "/" + std::to_string(n), 20, [=](benchmark::State& state) {
        cuda d;
        array<T> a(d, n, n), c(d, n, n);
        a.fill(1);
        // Several in a row, so that launching is not what is measured.
        const int times = n < 8192 ? 10 : 2;
        const auto often = [&](auto product) {
            for (int i = 0; i < times; ++i) product();
            d.synchronize();
        };
        const double flops = 2 * double(n) * double(n) * double(n) * times;
        against(
            state, "GFLOP/s", flops, [&] { often([&] { multiply_symmetric<T>(d, 1, a.all, a.all.transposed(), 0, c.all); }); }, flops,
            [&] { often([&] { multiply<T>(d, 1, a.all, a.all.transposed(), 0, c.all); }); });
    });
}

struct by_norm {
    __device__ void operator()(double square, __nv_bfloat16& v) const { v = __nv_bfloat16(float(v) / float(std::sqrt(square))); }
};

/// Five plain steps, every product in full, on g by its norm.
void plain_steps(cuda& d, view<float const, gpu> g, view<__nv_bfloat16, gpu> x) {
    using T = __nv_bfloat16;
    const index_t n = x.rows;
    auto scope = d.scratch().open();
    double* square = d.scratch().template take<double>(1);
    transform(d, detail::assign{}, blocks<float const, gpu>(g), blocks<T, gpu>(x));
    item_sums(d, detail::squared_value{}, square, blocks<T const, gpu>(x));
    transform_items(d, by_norm{}, square, blocks<T, gpu>(x));
    auto take = [&](index_t m, index_t k) { return view<T, gpu>(d.scratch().template take<T>(m * k), m, k); };
    const view<T, gpu> a = take(n, n), b = take(n, n);
    view<T, gpu> y = take(n, x.cols);
    for (int i = 0; i < 5; ++i) {
        multiply<T>(d, 1, x, x.transposed(), 0, blocks<T, gpu>(a));
        copy(d, blocks<T const, gpu>(a), blocks<T, gpu>(b));
        multiply<T>(d, 2.0315f, a, a, -4.775f, blocks<T, gpu>(b));
        copy(d, blocks<T const, gpu>(x), blocks<T, gpu>(y));
        multiply<T>(d, 1, b, x, 3.4445f, blocks<T, gpu>(y));
        std::swap(x, y);
    }
}

void add_polar(std::string const& name, gram_newton_schulz steps, index_t m, index_t n, index_t items) {
    add("polar" + name + "/" + std::to_string(items) + " of " + std::to_string(m) + " x " + std::to_string(n), 20, [=](benchmark::State& state) {
        cuda d;
        array<float> g(d, m, n, items), u(d, m, n, items);
        array<__nv_bfloat16> x(d, m, n, items);
        g.fill(1);
        const auto engine = stored_as<__half>(steps);
        against(
            state, "matrices", double(items), [&] { polar_of_items(d, engine, blocks<float const, gpu>(g.all), u.all), d.synchronize(); }, double(items),
            [&] {
                for (index_t k = 0; k < items; ++k) plain_steps(d, blocks<float const, gpu>(g.all).panel(k), x.all.panel(k));
                d.synchronize();
            });
    });
}

/// Weights, gradients and a stack with a rule for each role.
template <class Stack>
struct model {
    Stack stack;
    std::vector<std::unique_ptr<array<float>>> memory;
    std::vector<gradient<float, gpu>> gradients;

    template <class Role>
    array<float>& put(cuda& d, std::string const& name, index_t m, index_t n, index_t items = 1) {
        for (std::uint64_t which : {1, 2}) (memory.push_back(std::make_unique<array<float>>(d, m, n, items)), memory.back()->fill(which));
        gradients.push_back(stack.add(name, as<Role>(memory[memory.size() - 2]->all))(memory.back()->all));
        return *memory.back();
    }
    void step() { stack.step(gradients), stack.on_device().synchronize(); }
};

/// Momentum and plain steps for one block of hidden matrices. Of the steps the last but one is applied, which lies in memory that stays.
struct plain_muon {
    array<float> w, g, m;
    array<__nv_bfloat16> x;
    plain_muon(cuda& d, index_t high, index_t wide, index_t items)
        : w(d, high, wide, items), g(d, high, wide, items), m(d, high, wide, items), x(d, high, wide, items) {
        w.fill(1), g.fill(2);
    }
    void step(cuda& d) {
        transform(d, detail::mix<float>{0.95f, 0.05f}, m.all, blocks<float const, gpu>(g.all));
        for (index_t k = 0; k < m.all.count; ++k) {
            const bool tall = m.all.rows() > m.all.cols();
            const view<float const, gpu> from = m.all.panel(k);
            plain_steps(d, tall ? from.transposed() : from, tall ? x.all.panel(k).transposed() : x.all.panel(k));
        }
        transform(d, detail::move_weight<float>{1e-3f, 0.99999f, 0}, blocks<__nv_bfloat16 const, gpu>(x.all), w.all);
    }
};

void add_stack() {
    add("stack", 5, [](benchmark::State& state) {
        const index_t width = smoke ? 64 : 1536, hidden = smoke ? 96 : 4096, tokens = smoke ? 100 : 32000, layers = smoke ? 2 : 18;
        cuda d;
        const momentum m{.beta = 0.95};
        const auto unit = m | row_norm{};
        const weight_decay decay{0.01};
        const gram_newton_schulz steps{polar_express_105, 0.2};
        auto by_roles = layerwise_on<float>(cuda(), on<embedding>(unit, 1e-3, decay), on<lm_head>(m | centre{} | row_norm{} | centre{}, 1e-3, decay),
                                            on<projection>(m | polar{stored_as<__half>(steps)}, 1e-3, decay), on<swiglu_gate>(unit, 1e-3, decay),
                                            on<swiglu_down>(m | column_norm{}, 1e-3, decay));
        auto tokens_alone = layerwise_on<float>(cuda(), on<embedding>(unchecked(adam{}), 1e-3, decay), on<lm_head>(unchecked(adam{}), 1e-3, weight_decay{0.01, true}));
        model<decltype(by_roles)> mine{std::move(by_roles), {}, {}};
        model<decltype(tokens_alone)> theirs{std::move(tokens_alone), {}, {}};
        std::vector<std::unique_ptr<plain_muon>> matrices;
        auto put = [&](auto role, std::string const& name, index_t a, index_t b, index_t items) {
            mine.put<decltype(role)>(d, name, a, b, items);
            matrices.push_back(std::make_unique<plain_muon>(d, a, b, items));
        };
        mine.put<embedding>(d, "tokens", tokens, width), theirs.put<embedding>(d, "tokens", tokens, width);
        for (index_t l = 0; l < layers; ++l) {
            const std::string name = std::to_string(l);
            put(projection{}, name + " q, k, v, o", width, width, 4);
            put(swiglu_gate{}, name + " gate and up", hidden, width, 2);
            put(swiglu_down{}, name + " down", width, hidden, 1);
        }
        mine.put<lm_head>(d, "head", tokens, width), theirs.put<lm_head>(d, "head", tokens, width);
        d.synchronize();
        const double size = double(2 * tokens * width + layers * (4 * width * width + 3 * width * hidden));
        against(state, "weights", size, [&] { mine.step(); }, size, [&] {
            for (auto const& x : matrices) x->step(d);
            theirs.step(), d.synchronize();
        });
    });
}

bool add_all() {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || !devices) {
        std::fprintf(stderr, "bench cuda: skipped, there is no GPU\n");
        return false;
    }
    cudaDeviceProp about{};
    detail::check(cudaGetDeviceProperties(&about, 0), "describe the GPU");
    int driver = 0;
    detail::check(cudaDriverGetVersion(&driver), "tell its driver");
    benchmark::AddCustomContext("device", std::string(about.name) + ", CUDA " + std::to_string(driver));
    add_rows<embedding>("unit rows", 24, momentum{} | row_norm{});
    add_rows<lm_head>("centred rows", 36, momentum{} | centre{} | row_norm{} | centre{});
    add_rows<swiglu_down>("unit columns", 28, momentum{} | column_norm{});
    add_rows<bias>("AdamW", 32, adam{});
    add_rows<embedding>("row Adam", 24, row_adam{});
    for (index_t n : smoke ? std::vector<index_t>{1000} : std::vector<index_t>{1024, 4096, 8192}) {
        const index_t m = smoke ? 20 : (index_t{1} << 27) / n;
        add_norm<float>("RMS norm, float", rms_norm{.eps = 1e-5}, m, n), add_norm<__nv_bfloat16>("layer norm, bfloat16", layer_norm{.eps = 1e-5}, m, n);
    }
    for (index_t n : smoke ? std::vector<index_t>{1000} : std::vector<index_t>{1000, 32000, 50257, 128256}) {
        const index_t m = smoke ? 20 : (index_t{1} << 27) / n;
        add_loss<float>("cross-entropy, float", cross_entropy{}, m, n), add_loss<__nv_bfloat16>("cross-entropy, bfloat16", cross_entropy{}, m, n);
        add_loss<float>("symmetrised GCE, float", symmetrise(gce{.q = 0.3}), m, n);
    }
    for (index_t n : smoke ? std::vector<index_t>{512} : std::vector<index_t>{1024, 2048, 4096, 8192}) {
        add_symmetric<__nv_bfloat16>("bfloat16", n), add_symmetric<__half>("half", n), add_symmetric<float>("float", n);
    }
    const gram_newton_schulz steps{polar_express_105}, less{polar_express_105, 0.2};
    for (bool large : {true, false}) {
        const index_t m = large && !smoke ? 2048 : 128, n = large ? 4 * m : m, items = large ? 1 : smoke ? 4 : 256;
        add_polar("", steps, m, n, items);
        if (large) add_polar(" with one restart", less, m, n, items);
    }
    add_stack();
    return true;
}

const bool added = add_all();

}  // namespace
