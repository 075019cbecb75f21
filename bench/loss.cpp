// SPDX-License-Identifier: MIT
#include "against.hpp"
#include "stream.hpp"
#include <Eigen/Core>
#include <isotypic/group/random.hpp>
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/sum.hpp>

/// \file
/// Value and gradient of losses of 8192 samples x 4096 classes in float, against the memory's speed, y = 1.5 x by the same threads: 8
/// bytes a score, since a loss has to read it and to write its gradient.
using namespace isotypic;

namespace {

const index_t samples = smoke ? 64 : 8192, classes = smoke ? 64 : 4096, size = samples * classes;
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct arrays {
    matrix scores{samples, classes}, gradient{samples, classes};
    std::vector<int> labels = std::vector<int>(std::size_t(samples));
    arrays() {
        random_stream random(1);
        for (index_t i = 0; i < size; ++i) scores.data()[i] = 3 * float(random.normal());
        for (int& y : labels) y = int(random.below(classes));
        gradient.setZero();
    }
};
arrays& shared() {
    static arrays a;
    return a;
}

void stream(thread_pool& pool) { ::stream(pool, shared().scores.data(), shared().gradient.data(), size); }

template <class Loss>
void add_loss(char const* name, Loss loss) {
    for (index_t threads : {1, 2})
        add(std::string(name) + "/" + std::to_string(threads), 7, [=](benchmark::State& state) {
            thread_pool pool(threads);
            criterion mean(loss, {}, pool);
            arrays& a = shared();
            const double bytes = 8.0 * double(size);
            against(state, "GB/s", bytes, [&] { benchmark::DoNotOptimize(mean.gradient(a.scores, a.labels, a.gradient)); }, bytes, [&] { stream(pool); });
        });
}

/// What one writes in Eigen, on one thread.
float cross_entropy_by_hand(arrays& a) {
    auto& p = a.gradient;
    p = (a.scores.colwise() - a.scores.rowwise().maxCoeff()).array().exp();
    const Eigen::VectorXf sum = p.rowwise().sum();
    p.array().colwise() /= sum.array();
    float loss = 0;
    for (index_t i = 0; i < samples; ++i) {
        float& own = p(i, a.labels[std::size_t(i)]);
        loss -= std::log(own), own -= 1;
    }
    p /= float(samples);
    return loss / float(samples);
}
float sgce_by_hand(arrays& a, float q) {
    static matrix power(samples, classes);
    auto& p = a.gradient;
    p = (a.scores.colwise() - a.scores.rowwise().maxCoeff()).array().exp();
    const Eigen::VectorXf sum = p.rowwise().sum();
    p.array().colwise() /= sum.array();
    power = p.array().pow(q);
    Eigen::ArrayXf inner = power.rowwise().mean();
    float loss = inner.sum();
    for (index_t i = 0; i < samples; ++i) {
        const float own = power(i, a.labels[std::size_t(i)]);
        loss -= own, inner(i) = own - inner(i);
    }
    p = (p.array().colwise() * inner + power.array() / float(classes)) / float(samples);
    for (index_t i = 0; i < samples; ++i) p(i, a.labels[std::size_t(i)]) -= power(i, a.labels[std::size_t(i)]) / float(samples);
    return loss / q / float(samples);
}

void add_hand(char const* name, float (*f)(arrays&)) {
    add(std::string(name) + " by hand/1", 7, [=](benchmark::State& state) {
        thread_pool pool(1);
        const double bytes = 8.0 * double(size);
        against(state, "GB/s", bytes, [&] { benchmark::DoNotOptimize(f(shared())); }, bytes, [&] { stream(pool); });
    });
}

const bool added = (add_loss("cross-entropy", cross_entropy{}), add_loss("SGCE", symmetrise(gce{.q = 0.3})), add_loss("absolute error at a temperature", tempered_mae{.alpha = 0.3}),
                    add_loss("label-smoothed cross-entropy", smooth_labels(cross_entropy{}, 0.1)), add_loss("unhinged", unhinged{}),
                    add_hand("cross-entropy", cross_entropy_by_hand), add_hand("SGCE", [](arrays& a) { return sgce_by_hand(a, 0.3f); }), true);

}  // namespace
