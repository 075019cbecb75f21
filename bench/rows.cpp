// SPDX-License-Identifier: MIT
#include "against.hpp"
#include <Eigen/Core>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/isotypic.hpp>

/// \file
/// Steps of a 200000 x 512 block of floats, against the memory's speed: the in-place sweep m <- beta m + (1-beta) g,
/// w <- w - eta m, 20 bytes an element, by the same threads. Counted in bytes an element:
///
///     unit rows       20 by rows, 24 by columns      kernel    fused_update alone
///     centred rows    28                             step      optimizer::step() with its finiteness pass, 4 more
///     AdamW           28                             by hand   the passes that one writes in Eigen, one thread
using namespace isotypic;

namespace {

const index_t rows = smoke ? 200 : 200000, cols = smoke ? 64 : 512, size = rows * cols;
const double elements = double(size);

/// Gradient, weight, and the momentum of the yardstick, shared by all cases.
struct arrays {
    std::vector<float> g = std::vector<float>(std::size_t(size)), w = g, m = g;
    arrays() {
        random_stream random(1);
        for (float& v : g) v = float(random.uniform()) - 0.5f;
        for (float& v : w) v = float(random.uniform()) - 0.5f;
    }
};
arrays& shared() {
    static arrays a;
    return a;
}

void stream(thread_pool& pool) {
    constexpr index_t band = 1 << 15;
    pool.parallel_for((size + band - 1) / band, [&, m = shared().m.data(), g = shared().g.data(), w = shared().w.data()](index_t k) {
        float *__restrict a = m, *__restrict c = w;
        float const* __restrict b = g;
        for (index_t i = k * band; i < std::min(size, (k + 1) * band); ++i) {
            a[i] = 0.95f * a[i] + 0.05f * b[i];
            c[i] -= 1e-3f * a[i];
        }
    });
}

void versus_stream(benchmark::State& state, double bytes, index_t threads, auto const& prepare) {
    thread_pool pool(threads);
    against(state, "GB/s", bytes * elements, prepare(pool), 20 * elements, [&] { stream(pool); });
}

template <class T>
view<T> block(std::vector<float>& x, bool by_rows) {
    return by_rows ? view<T>(x.data(), rows, cols) : column_major<T>(x.data(), rows, cols);
}

/// fused_update alone.
auto kernel(auto rule, bool by_rows) {
    return [=](thread_pool& pool) {
        auto d = std::make_shared<cpu>(pool);
        const blocks<float> w = block<float>(shared().w, by_rows);
        const blocks<float const> g = block<float const>(shared().g, by_rows);
        auto state = std::make_shared<decltype(init(rule, *d, w))>(init(rule, *d, w));
        return [=, t = index_t{0}]() mutable { fused_update(*d, rule, *state, ++t, g, w, {1e-3, 1, 0.01}); };
    };
}

/// The public step.
template <class Role>
auto step_of(auto rule, bool by_rows, weight_decay decay) {
    return [=](thread_pool& pool) {
        auto opt = std::make_shared<optimizer<Role, decltype(rule), float>>(as<Role>(block<float>(shared().w, by_rows)), rule, 1e-3, decay, cpu(pool));
        return [=, g = block<float const>(shared().g, by_rows)] { opt->step(g); };
    };
}

template <int Order>
struct by_hand {
    using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Order>;
    using map = Eigen::Map<matrix>;
    map w{shared().w.data(), rows, cols}, g{shared().g.data(), rows, cols};
    matrix m = matrix::Zero(rows, cols), v, u;

    void unit_rows() {
        m = 0.95f * m + 0.05f * g;
        const Eigen::VectorXf s = 1e-3f * m.rowwise().norm().cwiseInverse();
        w = (1 - 1e-5f) * w - s.asDiagonal() * m;
    }
    void centred_rows() {
        m = 0.95f * m + 0.05f * g;
        u = m.rowwise() - m.colwise().mean();
        u.rowwise().normalize();
        const Eigen::RowVectorXf mean = u.colwise().mean();
        w -= 1e-3f * (u.rowwise() - mean);
    }
    void adamw() {
        if (!v.size()) v = matrix::Zero(rows, cols);
        m = 0.9f * m + 0.1f * g;
        v = 0.999f * v + 0.001f * g.cwiseAbs2();
        w.array() = (1 - 1e-5f) * w.array() - 1e-3f * (m.array() * 1.5f) / (v.array().sqrt() * 1.2f + 1e-8f);
    }
};

template <int Order>
auto hand(void (by_hand<Order>::*pass)()) {
    return [=](thread_pool&) { return [=, all = std::make_shared<by_hand<Order>>()] { ((*all).*pass)(); }; };
}

template <int Order>
void add_layout(std::string const& layout) {
    constexpr bool by_rows = Order == Eigen::RowMajor;
    const int times = 9;
    auto put = [&](std::string const& rule, std::string const& what, double bytes, index_t threads, auto prepare) {
        add(rule + "/" + what + "/" + layout + "/" + std::to_string(threads), times,
            [=](benchmark::State& state) { versus_stream(state, bytes, threads, prepare); });
    };
    const double unit = by_rows ? 20 : 24;
    for (index_t threads : {1, 2}) {
        put("unit rows", "kernel", unit, threads, kernel(momentum{} | row_norm{}, by_rows));
        put("unit rows", "step", unit + 4, threads, step_of<embedding>(momentum{} | row_norm{}, by_rows, {.rate = 0.01}));
        put("centred rows", "step", 32, threads, step_of<lm_head>(momentum{} | centre{} | row_norm{} | centre{}, by_rows, {}));
        put("AdamW", "step", 32, threads, step_of<symmetry<signed_permutation, signed_permutation>>(adam{}, by_rows, {.rate = 0.01}));
    }
    put("unit rows", "by hand", unit, 1, hand<Order>(&by_hand<Order>::unit_rows));
    put("centred rows", "by hand", 28, 1, hand<Order>(&by_hand<Order>::centred_rows));
    put("AdamW", "by hand", 28, 1, hand<Order>(&by_hand<Order>::adamw));
}

const bool added = (add_layout<Eigen::RowMajor>("rows"), add_layout<Eigen::ColMajor>("columns"), true);

}  // namespace
