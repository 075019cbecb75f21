// SPDX-License-Identifier: MIT
#pragma once
#include "mlp.hpp"

/// \file
/// One actor for K tasks: the mean of a Gaussian, which tanh squashes, from a net that knows the task, and a log deviation for each task and
/// action. Tasks of one action do not use the second.
namespace multitask_control {

template <class T>
class actor {
public:
    mlp<T> net;
    std::size_t log_deviations;  ///< block of K x actions
    matrix<T> weights;           ///< 1 x p

    actor(Index tasks, mlp_shape shape, double log_deviation, random_stream random)
        : net(shape), log_deviations(net.blocks.add("log_deviations", tasks, shape.outputs, false)), weights(1, net.blocks.size()) {
        net.draw(weights.data(), std::move(random));
        net.blocks[log_deviations].in(weights.data()).setConstant(T(log_deviation));
    }

    /// Rows of x are samples, as many of each task, task after task; so are those of the means.
    matrix<T> const& forward(matrix<T> const& x) { return net.forward(weights.data(), x); }
    /// At the last forward pass: the gradient of task k's loss is row k; `dlog_deviations` is K x actions.
    void backward(matrix<T> const& x, matrix<T> const& dmeans, matrix<T> const& dlog_deviations, matrix<T>& gradients) {
        const Index tasks = dlog_deviations.rows();
        gradients.resize(tasks, weights.cols());
        for (Index k = 0; k < tasks; ++k) {
            auto d = net.blocks[log_deviations].in(gradients.row(k).data());
            d.setZero(), d.row(k) = dlog_deviations.row(k);
        }
        net.backward(weights.data(), x, dmeans, gradients);
    }

    matrix<T> const& means() const { return net.outputs(); }  ///< of the last forward pass
    /// Of a task's first d actions, a row that n samples share.
    isotypic::view<T const> log_deviation(Index task, Index n, Index d) const {
        const auto all = net.blocks[log_deviations].in(weights.data());
        return {all.row(task).data(), n, d, 0, 1};
    }
};

}  // namespace multitask_control
