// SPDX-License-Identifier: MIT
#include "against.hpp"
#include <Eigen/Core>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/normalization/group_norm.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <isotypic/normalization/whitening.hpp>

/// \file
/// Normalizers of 8192 samples x 1024 features in float, against the memory's speed: for a forward pass y = 1.5 x, 8 bytes a number,
/// and for a derivative out = 1.5 x + t, 12 bytes a number, by the same threads.
using namespace isotypic;

namespace {

const index_t samples = smoke ? 64 : 8192, features = smoke ? 64 : 1024, size = samples * features;

struct arrays {
    std::vector<float> x = std::vector<float>(std::size_t(size)), t = x, y = x;
    std::vector<float> gain = std::vector<float>(std::size_t(features), 1.1f), shift = gain, dgain = gain, dshift = gain;
    arrays() {
        random_stream random(1);
        for (float& v : x) v = float(random.normal());
        for (float& v : t) v = float(random.normal());
    }
};
arrays& shared() {
    static arrays a;
    return a;
}

void stream(thread_pool& pool, bool two) {
    constexpr index_t band = 1 << 15;
    pool.parallel_for((size + band - 1) / band, [two, px = shared().x.data(), pt = shared().t.data(), py = shared().y.data()](index_t k) {
        float const *__restrict x = px, *__restrict t = pt;
        float* __restrict y = py;
        const index_t end = std::min(size, (k + 1) * band);
        if (two)
            for (index_t i = k * band; i < end; ++i) y[i] = 1.5f * x[i] + t[i];
        else
            for (index_t i = k * band; i < end; ++i) y[i] = 1.5f * x[i];
    });
}

enum class layout { rows, columns };

template <class T>
view<T> block(std::vector<float>& x, layout l) {
    return l == layout::rows ? view<T>(x.data(), samples, features) : column_major<T>(x.data(), samples, features);
}

template <class Core>
void add_core(Core core, layout l) {
    const std::string where = l == layout::rows ? "rows" : "columns";
    auto put = [&](char const* what, bool derivative, bool parameters) {
        for (index_t threads : {1, 2})
            add(std::string(Core::name) + "/" + what + "/" + where + "/" + std::to_string(threads), 15, [=](benchmark::State& state) {
                thread_pool pool(threads);
                normalizer norm(core, Core::name, pool);
                arrays& a = shared();
                const auto x = block<float const>(a.x, l), t = block<float const>(a.t, l);
                const auto y = block<float>(a.y, l);
                const view<float> gain(a.gain.data(), 1, features), shift(a.shift.data(), 1, features), dgain(a.dgain.data(), 1, features),
                    dshift(a.dshift.data(), 1, features);
                norm.forward(x, y);
                const double bytes = (derivative ? 12.0 : 8.0) * double(size);
                auto work = [&] {
                    if (derivative && parameters)
                        norm.vjp(x, per_feature(gain, shift), t, y, per_feature(dgain, dshift));
                    else if (derivative)
                        norm.vjp(x, t, y);
                    else if (parameters)
                        norm.forward(x, per_feature(gain, shift), y);
                    else
                        norm.forward(x, y);
                };
                against(state, "GB/s", bytes, work, bytes, [&] { stream(pool, derivative); });
            });
    };
    put("forward", false, false);
    put("VJP", true, false);
    put("forward, gain and shift", false, true);
    put("VJP, gain and shift", true, true);
}

/// What one writes in Eigen, on one thread.
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
struct by_hand {
    Eigen::Map<matrix const> x{shared().x.data(), samples, features}, t{shared().t.data(), samples, features};
    Eigen::Map<matrix> y{shared().y.data(), samples, features};
    Eigen::ArrayXf mean = x.rowwise().mean(), inverse = mean, along = mean;

    void rms() {
        inverse = x.rowwise().squaredNorm().array() / float(features);
        y.array() = x.array().colwise() * inverse.rsqrt();
    }
    void layer() {
        mean = x.rowwise().mean();
        y.array() = x.array().colwise() - mean;
        inverse = y.rowwise().squaredNorm().array() / float(features);
        y.array().colwise() *= inverse.rsqrt();
    }
};

template <class F>
void add_hand(char const* name, F f) {
    add(std::string(name) + "/forward by hand/rows/1", 15, [=](benchmark::State& state) {
        thread_pool pool(1);
        by_hand all;
        against(state, "GB/s", 8 * double(size), [&] { (all.*f)(); }, 8 * double(size), [&] { stream(pool, false); });
    });
}

template <class... Core>
void add_cores(Core... core) {
    for (layout l : {layout::rows, layout::columns}) (add_core(core, l), ...);
}

/// In double, with a decomposition: far from any limit of the memory.
void add_whitening() {
    for (bool derivative : {false, true})
        add(std::string("whitening/") + (derivative ? "VJP" : "forward") + "/rows/1", 3, [=](benchmark::State& state) {
            thread_pool pool(1);
            normalizer<whitening> norm({.eps = 1e-5});
            arrays& a = shared();
            const auto x = block<float const>(a.x, layout::rows), t = block<float const>(a.t, layout::rows);
            const auto y = block<float>(a.y, layout::rows);
            norm.forward(x, y);
            const double bytes = (derivative ? 12.0 : 8.0) * double(size);
            against(state, "GB/s", bytes, [&] { derivative ? norm.vjp(x, t, y) : norm.forward(x, y); }, bytes, [&] { stream(pool, derivative); });
        });
}

const bool added = (add_cores(rms_norm{.eps = 1e-6}, layer_norm{.eps = 1e-5}, group_norm{.groups = 8, .eps = 1e-5}, batch_norm{.eps = 1e-5}, unit_norm{}),
                    add_whitening(), add_hand("RMS norm", &by_hand::rms), add_hand("layer norm", &by_hand::layer), true);

}  // namespace
