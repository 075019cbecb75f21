// SPDX-License-Identifier: MIT
#pragma once
#include "mlp.hpp"

/// \file
/// One critic for K tasks with one head z for all: v_k(s) = z(s, k), or a_k z(s, k) + c_k in units of each task's own.
namespace multitask_control {

template <class T>
class critic {
public:
    mlp<T> net;
    Index tasks;
    matrix<T> weights;  ///< 1 x p
    matrix<T> values;   ///< K x samples of each

    critic(Index k, mlp_shape shape, bool own_units, random_stream random) : net(shape), tasks(k), units(own_units) {
        if (units) factors_at = net.blocks.add("factors", 1, tasks, false), shifts_at = net.blocks.add("shifts", 1, tasks, false);
        weights.resize(1, net.blocks.size());
        net.draw(weights.data(), std::move(random));
        if (units) factors().setOnes(), shifts().setZero();
    }

    Eigen::Map<matrix<T>> factors() { return net.blocks[factors_at].in(weights.data()); }
    Eigen::Map<matrix<T>> shifts() { return net.blocks[shifts_at].in(weights.data()); }

    /// Rows of x are samples, as many of each task, task after task.
    matrix<T> const& forward(matrix<T> const& x) {
        const Index each = x.rows() / tasks;
        head = Eigen::Map<matrix<T> const>(net.forward(weights.data(), x).data(), tasks, each);
        values = head;
        if (units)
            for (Index k = 0; k < tasks; ++k) values.row(k).array() = values.row(k).array() * factors()(0, k) + shifts()(0, k);
        return values;
    }
    /// Of samples that are of any tasks.
    std::vector<T> values_at(matrix<T> const& x, std::vector<Index> const& task) {
        matrix<T> const& z = net.forward(weights.data(), x);
        std::vector<T> all(task.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = units ? z(Index(i), 0) * factors()(0, task[i]) + shifts()(0, task[i]) : z(Index(i), 0);
        return all;
    }

    /// At the last `forward`: the gradient of task k's loss is row k.
    void backward(matrix<T> const& x, matrix<T> const& dvalues, matrix<T>& gradients) {
        const Index each = dvalues.cols();
        gradients.resize(tasks, weights.cols());
        dhead = Eigen::Map<matrix<T> const>(dvalues.data(), x.rows(), 1);
        for (Index k = 0; units && k < tasks; ++k) {
            T* row = gradients.row(k).data();
            auto da = net.blocks[factors_at].in(row), dc = net.blocks[shifts_at].in(row);
            da.setZero(), dc.setZero();
            for (Index i = 0; i < each; ++i) {
                da(0, k) += dvalues(k, i) * head(k, i), dc(0, k) += dvalues(k, i);
                dhead(k * each + i, 0) *= factors()(0, k);
            }
        }
        net.backward(weights.data(), x, dhead, gradients);
    }

private:
    bool units;
    std::size_t factors_at = 0, shifts_at = 0;
    matrix<T> head, dhead;
};

}  // namespace multitask_control
