// SPDX-License-Identifier: MIT
#include "against.hpp"
#include <Eigen/Core>
#include <Eigen/QR>
#include <fstream>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/isotypic.hpp>
#include <isotypic/polar/gram_newton_schulz.hpp>

/// \file
/// Engines of polar factors against five Newton-Schulz steps as one writes them in Eigen, on the same threads: each of two
/// threads takes half of the columns of every product. Counters:
///
///     times plain    time of the plain steps over time of the engine, within an iteration
///     of the limit   what counted flops take at the rate of Eigen's product, and inverses by themselves, over the time taken
///     model          by_accuracy's flops at that rate over the time taken
///     orthogonality  |U U' - I|_F / sqrt(k) of the input, and of one with log-spaced singular values from 1 to 1e-6
using namespace isotypic;

namespace {

using matrix_f = Eigen::MatrixXf;
using matrix_d = Eigen::MatrixXd;

double orthogonality(matrix_f const& u) {
    const matrix_d x = u.cast<double>();
    return (x * x.transpose() - matrix_d::Identity(x.rows(), x.rows())).norm() / std::sqrt(double(x.rows()));
}

matrix_f gaussian(index_t m, index_t n) {
    random_stream random(1, std::uint64_t(m * n));
    return matrix_f::NullaryExpr(m, n, [&] { return float(random.normal()); });
}

matrix_f log_spaced(index_t m, index_t n) {
    const index_t k = (std::min)(m, n);
    auto basis = [&](index_t rows) -> matrix_d {
        return Eigen::HouseholderQR<matrix_d>(gaussian(rows, k + 1).leftCols(k).cast<double>()).householderQ() * matrix_d::Identity(rows, k);
    };
    const Eigen::VectorXd s = Eigen::VectorXd::NullaryExpr(k, [&](index_t i) { return std::pow(1e-6, double(i) / double(std::max<index_t>(1, k - 1))); });
    return (basis(m) * s.asDiagonal() * basis(n).transpose()).cast<float>();
}

/// c = a b, half of the columns a thread.
template <class A, class B>
void halves(thread_pool& pool, A const& a, B const& b, matrix_f& c) {
    const index_t n = pool.concurrency(), width = (b.cols() + n - 1) / n;
    c.resize(a.rows(), b.cols());
    pool.parallel_for(n, [&](index_t i) {
        const index_t from = (std::min)(b.cols(), i * width), count = (std::min)(width, b.cols() - from);
        c.middleCols(from, count).noalias() = a * b.middleCols(from, count);
    });
}

struct plain_steps {
    matrix_f x, a, b, y;
    void operator()(thread_pool& pool, matrix_f const& m, coefficients const& set) {
        x = m / m.norm();
        for (int i = 0; i < 5; ++i) {
            const quintic q = set.step(i);
            halves(pool, x, x.transpose(), a);
            halves(pool, a, a, b);
            b = float(q.b) * a + float(q.c) * b;
            halves(pool, b, x, y);
            x = float(q.a) * x + y;
        }
    }
};

/// What an engine is counted at, for a k x n block: flops in products, and inverses.
struct counted {
    double flops = 0;
    int inverses = 0;
};
counted steps_of(double k, double n) { return {5 * (3 * n / k + 1) * k * k * k}; }
counted gram_of(double k, double n) { return {(20 + 3 * n / k - 3) * k * k * k}; }
counted passes_of(zolotarev const& engine, double k, double n) {
    counted c;
    for (zolotarev_map const& map : engine.passes)
        if (map.terms) c.inverses += map.terms, c.flops += 3 * k * k * n;
    return c;
}

template <class Engine>
void versus_plain(benchmark::State& state, Engine const& engine, matrix_f const& m, index_t threads, counted count, double model) {
    thread_pool pool(threads);
    cpu device(pool), serially;
    const index_t k = m.rows(), n = m.cols();
    matrix_f u(k, n);
    plain_steps plain;
    const matrix_f a = matrix_f::Random(k, k), x = matrix_f::Random(k, n), gram = matrix_f::Identity(k, k);
    matrix_f c(k, n), inverse(k, k);
    auto run = [&] { engine(device, view<float const>(as_view(m)), as_view(u)); };
    auto steps = [&] { plain(pool, m, keller); };
    auto product = [&] { halves(pool, a, x, c); };
    auto invert = [&] {
        pool.parallel_for(threads, [&](index_t i) {
            if (i == 0) invert_spd<float>(serially, as_view(gram), 1e-4f, 1, as_view(inverse));
        });
    };
    std::vector<double> ms, times, limit, predicted;
    run(), steps(), product(), invert();
    for (auto _ : state) {
        const double p = seconds_of(steps), r = seconds_of(run), g = seconds_of(product), i = count.inverses ? seconds_of(invert) : 0;
        const double rate = 2 * double(k) * double(k) * double(n) / g;
        state.SetIterationTime(r);
        ms.push_back(1e3 * r), times.push_back(p / r), predicted.push_back(model / rate / r);
        limit.push_back((count.flops / rate + i * double(k < 160 ? count.inverses : (count.inverses + threads - 1) / threads)) / r);
    }
    state.counters["ms"] = median(ms);
    state.counters["times plain"] = median(times);
    if (count.flops > 0) state.counters["of the limit"] = median(limit);
    if (model > 0) state.counters["model"] = median(predicted);
    state.counters["orthogonality"] = orthogonality(u);
    if (k < n * 8 && m.size() <= 1 << 22) {
        const matrix_f hard = log_spaced(k, n);
        engine(device, view<float const>(as_view(hard)), as_view(u));
        state.counters["log-spaced"] = orthogonality(u);
    }
}

/// Momentum of the main job after 200 steps: see README.md.
matrix_f momentum(std::string const& name, index_t m, index_t n) {
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> x(m, n);
    std::ifstream from(BENCH_DATA "/" + name + ".f32", std::ios::binary);
    if (!from.read(reinterpret_cast<char*>(x.data()), std::streamsize(sizeof(float)) * x.size())) throw std::runtime_error("no data for " + name);
    return x.rows() <= x.cols() ? matrix_f(x) : matrix_f(x.transpose());
}

void engines(std::string const& input, matrix_f const& m, int iterations) {
    const double k = double(m.rows()), n = double(m.cols());
    auto put = [&](std::string const& engine, auto const& e, index_t threads, counted c, double model = 0) {
        add(engine + "/" + input + "/" + std::to_string(threads), iterations, [=](benchmark::State& state) { versus_plain(state, e, m, threads, c, model); });
    };
    for (index_t threads : {2, 1}) {
        // The plain steps on a small block are slower on two threads than on one.
        if (threads == 2 && k < 512) continue;
        const polar_plan usual = by_accuracy{polar<>{}.accuracy, polar<>{}.above}.plan<float>(m.rows(), m.cols()), near = by_accuracy{1e-5, 1e-3}.plan<float>(m.rows(), m.cols());
        put("polar{}", usual.engine, threads, passes_of(usual.engine, k, n), usual.flops);
        put("zolotarev{}", zolotarev{}, threads, passes_of(zolotarev{}, k, n));
        put("accuracy 1e-5", near.engine, threads, passes_of(near.engine, k, n), near.flops);
        put("Polar Express, 5", newton_schulz{polar_express_101}, threads, steps_of(k, n));
        put("Gram, Polar Express, 5", gram_newton_schulz{polar_express_101}, threads, k < n ? gram_of(k, n) : steps_of(k, n));
    }
}

/// Many small matrices: one call on two threads against a loop of plain steps and against a loop of the same engine on one.
void batch(benchmark::State& state, index_t items, index_t side) {
    thread_pool pool(2), alone(1);
    cpu device(pool), serially;
    const matrix_f m = gaussian(side, side * items);
    matrix_f u(side, side * items);
    const view<float> first(u.data(), side, side, 1, side);
    const blocks<float const> x(view<float const>(m.data(), side, side, 1, side), items, side * side);
    const blocks<float> y(first, items, side * side);
    const spectral<by_accuracy> norm{{polar<>{}.accuracy, polar<>{}.above}};
    plain_steps plain;
    auto together = [&] { norm.steepest(device, x, y); };
    auto loop = [&] {
        for (index_t i = 0; i < items; ++i) norm.steepest(serially, item(x, i), item(y, i));
    };
    auto steps = [&] {
        for (index_t i = 0; i < items; ++i) plain(alone, m.middleCols(i * side, side), keller);
    };
    std::vector<double> ms, times, gain;
    together(), loop(), steps();
    for (auto _ : state) {
        const double p = seconds_of(steps), one = seconds_of(loop), r = seconds_of(together);
        state.SetIterationTime(r);
        ms.push_back(1e3 * r), times.push_back(p / r), gain.push_back(one / r);
    }
    state.counters["ms"] = median(ms);
    state.counters["times plain"] = median(times);
    state.counters["times one thread"] = median(gain);
}

const bool added = [] {
    if (smoke) {
        engines("32 x 48", gaussian(32, 48), 1);
    } else {
        engines("1024 x 4096", gaussian(1024, 4096), 5);
        engines("1024 x 1024", gaussian(1024, 1024), 7);
        engines("512 x 512", gaussian(512, 512), 11);
        engines("128 x 352", gaussian(128, 352), 51);
        engines("64 x 64", gaussian(64, 64), 101);
        engines("momentum of q, 128 x 128", momentum("q_128x128", 128, 128), 51);
        engines("momentum of gate, 352 x 128", momentum("gate_352x128", 352, 128), 51);
    }
    add("polar{}/" + std::string(smoke ? "3 of 8 x 8" : "126 of 64 x 64") + ", one call/2", 21,
        [](benchmark::State& s) { smoke ? batch(s, 3, 8) : batch(s, 126, 64); });
    return true;
}();

}  // namespace
