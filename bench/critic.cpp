// SPDX-License-Identifier: MIT
#include "against.hpp"
#include "stream.hpp"
#include <Eigen/Core>
#include <isotypic/critic/combiner.hpp>
#include <isotypic/critic/fair_grad.hpp>
#include <isotypic/device/cpu_symmetric.hpp>

/// \file
/// Gradients of 50 tasks in 360000 parameters, float: the weighted sum against the memory's speed, y = 1.5 x by the same threads; the Gram
/// matrix, K (K + 1) p flops, against the symmetric product of a 1024 x 4096 matrix by the same threads.
using namespace isotypic;

namespace {

const index_t tasks = 50, parameters = smoke ? 6000 : 360000, side = smoke ? 64 : 1024, depth = smoke ? 64 : 4096, stream_size = smoke ? 1 << 16 : 1 << 23;
using by_rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct arrays {
    by_rows gradients{tasks, parameters}, factor{side, depth}, product{side, side};
    Eigen::RowVectorXf direction{parameters}, from{stream_size}, to{stream_size};
    std::vector<double> weights;
    arrays() {
        random_stream random(1);
        const auto fill = [&](auto& x) {
            for (auto& v : x.reshaped()) v = float(random.uniform()) - 0.5f;
        };
        fill(gradients), fill(factor), fill(from);
        for (index_t k = 0; k < tasks; ++k) weights.push_back(random.uniform());
        to.setZero(), product.setZero();
    }
    /// The same numbers as 50 rows or as 50 columns.
    view<float const> rows_or(bool columns) const {
        return columns ? view<float const>(gradients.data(), parameters, tasks).transposed() : view<float const>(gradients.data(), tasks, parameters);
    }
};
arrays& shared() {
    static arrays a;
    return a;
}

void stream(thread_pool& pool) { ::stream(pool, shared().from.data(), shared().to.data(), stream_size); }
const double streamed = 8.0 * double(stream_size), summed = 4.0 * double(tasks + 1) * double(parameters);
const double gram_flops = double(tasks * (tasks + 1)) * double(parameters), product_flops = double(side * (side + 1)) * double(depth);

void add_sum(char const* name, index_t threads, bool columns) {
    add(std::string(name) + "/" + std::to_string(threads), 9, [=](benchmark::State& state) {
        thread_pool pool(threads);
        cpu device(pool);
        arrays& a = shared();
        against(
            state, "G/s", summed, [&] { weighted_sum<float>(device, a.weights, a.rows_or(columns), as_view(a.direction)); }, streamed, [&] { stream(pool); });
    });
}
void add_gram(char const* name, index_t threads, bool columns) {
    add(std::string(name) + "/" + std::to_string(threads), 9, [=](benchmark::State& state) {
        thread_pool pool(threads);
        cpu device(pool);
        arrays& a = shared();
        task_gram gram(tasks, pool);
        against(
            state, "G/s", gram_flops, [&] { gram.clear(), gram.add(a.rows_or(columns)); }, product_flops,
            [&] { multiply_symmetric<float>(device, 1, as_view(a.factor), 0, as_view(a.product)); });
    });
}
const bool added = [] {
    for (index_t threads : {1, 2}) {
        add_sum("weighted sum, a row a task", threads, false), add_sum("weighted sum, a column a task", threads, true);
        add_gram("Gram matrix, a row a task", threads, false), add_gram("Gram matrix, a column a task", threads, true);
        add("FairGrad, Gram matrix to sum/" + std::to_string(threads), 9, [=](benchmark::State& state) {
            thread_pool pool(threads);
            combiner balance(fair_grad{}, tasks, pool);
            arrays& a = shared();
            against(
                state, "G/s", summed, [&] { balance.combine(a.gradients, a.direction); }, streamed, [&] { stream(pool); });
        });
    }
    add("weighted sum by hand/1", 9, [](benchmark::State& state) {
        thread_pool pool(1);
        arrays& a = shared();
        const Eigen::RowVectorXf w = Eigen::Map<Eigen::RowVectorXd>(a.weights.data(), tasks).cast<float>();
        against(
            state, "G/s", summed, [&] { a.direction.noalias() = w * a.gradients; }, streamed, [&] { stream(pool); });
    });
    add("Gram matrix by hand/1", 9, [](benchmark::State& state) {
        cpu device;
        arrays& a = shared();
        by_rows out(tasks, tasks);
        against(
            state, "G/s", gram_flops, [&] { out.noalias() = a.gradients * a.gradients.transpose(); }, product_flops,
            [&] { multiply_symmetric<float>(device, 1, as_view(a.factor), 0, as_view(a.product)); });
    });
    return true;
}();

}  // namespace
