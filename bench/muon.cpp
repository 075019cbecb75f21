// SPDX-License-Identifier: MIT
#include "against.hpp"
#include <Eigen/Core>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/isotypic.hpp>

/// \file
/// A step of K. Jordan's Muon (Nesterov momentum, five Newton-Schulz steps) against the machine's products. Flops are those
/// of the iteration's products taken in full,
///
///     5 (2 m n m + 2 m m m + 2 m m n),   m <= n,
///
/// and the limit is Eigen's own (m x m)(m x n) in the same run by the same threads. Ours computes symmetric products
/// once, so a ratio above 1 is possible; `by hand` is the loop that one writes in Eigen. On two threads: two blocks.
using namespace isotypic;

namespace {

using matrix = Eigen::MatrixXf;

double flops(double m, double n) { return 5 * (4 * m * m * n + 2 * m * m * m); }

/// Blocks of one shape with their gradients.
struct layer {
    std::vector<matrix> w, g;
    layer(index_t count, index_t m, index_t n) {
        std::srand(1);
        for (index_t i = 0; i < count; ++i) w.push_back(matrix::Random(m, n)), g.push_back(matrix::Random(m, n));
    }
};

struct products {
    matrix a, b, c;
    products(index_t m, index_t n) : a(matrix::Random(m, m)), b(matrix::Random(m, n)), c(m, n) {}
};

void versus_products(benchmark::State& state, index_t m, index_t n, index_t threads, auto step) {
    thread_pool pool(threads);
    std::vector<products> p(std::size_t(threads), products(m, n));
    auto multiply_all = [&] { pool.parallel_for(threads, [&](index_t i) { p[std::size_t(i)].c.noalias() = p[std::size_t(i)].a * p[std::size_t(i)].b; }); };
    against(state, "GFLOP/s", double(threads) * flops(double(m), double(n)), step(pool), 2 * double(threads) * double(m) * double(m) * double(n), multiply_all);
}

auto ours(index_t m, index_t n, index_t count) {
    return [=](thread_pool& pool) {
        auto all = std::make_shared<layer>(count, m, n);
        auto stack = std::make_shared<decltype(layerwise<float>(on<projection>(muon_keller(), 0.02)))>(layerwise<float>(on<projection>(muon_keller(), 0.02)));
        stack->run_on(pool);
        std::vector<gradient<float>> gradients;
        for (index_t i = 0; i < count; ++i)
            gradients.push_back(stack->add(std::to_string(i), as<projection>(all->w[std::size_t(i)]))(all->g[std::size_t(i)]));
        return [=] { (void)all, stack->step(gradients); };
    };
}

auto by_hand(index_t m, index_t n) {
    return [=](thread_pool&) {
        auto all = std::make_shared<layer>(1, m, n);
        matrix momentum = matrix::Zero(m, n);
        return [=]() mutable {
            momentum = 0.95f * momentum + 0.05f * all->g[0];
            matrix x = 0.95f * momentum + 0.05f * all->g[0];
            x /= x.norm();
            for (int i = 0; i < 5; ++i) {
                const matrix a = x * x.transpose();
                const matrix b = -4.7750f * a + 2.0315f * a * a;
                x = 3.4445f * x + b * x;
            }
            all->w[0] -= 0.02f * x;
        };
    };
}

const bool added = [] {
    struct shape {
        index_t m, n;
    };
    const std::vector<shape> shapes = smoke ? std::vector<shape>{{64, 128}} : std::vector<shape>{{512, 512}, {1024, 1024}, {512, 2048}};
    for (shape const s : shapes) {
        auto put = [&](std::string const& what, index_t threads, auto step) {
            add("Muon/" + what + "/" + std::to_string(s.m) + " x " + std::to_string(s.n) + "/" + std::to_string(threads), 11,
                [=](benchmark::State& state) { versus_products(state, s.m, s.n, threads, step); });
        };
        put("step", 1, ours(s.m, s.n, 1));
        put("step", 2, ours(s.m, s.n, 2));
        put("by hand", 1, by_hand(s.m, s.n));
    }
    return true;
}();

}  // namespace
