// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/thread_pool.hpp>
#include <nn/transformer.hpp>
#include <atomic>
#include <mutex>
#include <stdexcept>

/// \file
/// A batch cut into parts of a few sequences, a gradient for each, then their sum part by part: the cut is the
/// batch's, not the threads', so every number of threads gives the same bits.
namespace nn {

template <class T, class Net = transformer<T>>
class data_parallel {
public:
    typename Net::config_type shape;
    typename Net::weights_type weights, gradient;

    data_parallel(typename Net::config_type const& c, Index batch, isotypic::thread_pool& p)
        : shape(c), weights(c), gradient(c), sequences(batch), pool(p), losses(std::size_t(parts())) {
        if (batch % part) throw std::invalid_argument("a batch is cut into parts of 2 sequences, " + std::to_string(batch) + " is odd");
        for (Index i = 0; i < parts(); ++i) gradients.emplace_back(c);
        for (Index i = 0; i < pool.concurrency(); ++i) activations.emplace_back(c, part);
    }

    /// gradient <- that of the mean loss in nats a byte, which it returns, plus the balance loss.
    double differentiate(std::span<sequence const> batch) {
        const double scale = 1 / double(sequences * shape.length), share = 1 / double(parts());
        auto one = [&](Net& net, Index i, auto some) {
            const double sum = net.forward(weights, some);
            net.backward(weights, gradients[std::size_t(i)], scale, share);
            return sum;
        };
        const double sum = for_each_part(batch, one);
        constexpr Index tile = 1 << 14;
        pool.parallel_for((gradient.all.size() + tile - 1) / tile, [&](Index k) {
            const Index n = std::min(tile, gradient.all.size() - k * tile);
            auto total = gradient.all.segment(k * tile, n);
            total = gradients[0].all.segment(k * tile, n);
            for (std::size_t i = 1; i < gradients.size(); ++i) total += gradients[i].all.segment(k * tile, n);
        });
        return scale * sum;
    }

    /// The mean loss in nats a byte. After each part's forward pass see(its activations), one at a time, in any order.
    template <class See>
    double evaluate(std::span<sequence const> batch, See const& see) {
        std::mutex mutex;
        auto one = [&](Net& net, Index, auto some) {
            const double sum = net.forward(weights, some);
            std::lock_guard lock(mutex);
            see(net);
            return sum;
        };
        return for_each_part(batch, one) / double(sequences * shape.length);
    }

private:
    static constexpr Index part = 2;

    Index parts() const { return sequences / part; }

    /// The sum of f(net, i, sequences of part i), each thread with a net of its own.
    template <class F>
    double for_each_part(std::span<sequence const> batch, F const& f) {
        std::atomic<Index> next{0};
        pool.parallel_for(Index(activations.size()), [&](Index thread) {
            for (Index i; (i = next++) < parts();)
                losses[std::size_t(i)] = f(activations[std::size_t(thread)], i, batch.subspan(std::size_t(i * part), std::size_t(part)));
        });
        double sum = 0;
        for (double l : losses) sum += l;
        return sum;
    }

    Index sequences;
    isotypic::thread_pool& pool;
    std::deque<typename Net::weights_type> gradients;
    std::deque<Net> activations;
    std::vector<double> losses;
};

}  // namespace nn
