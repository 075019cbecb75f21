// SPDX-License-Identifier: MIT
// The optimizer of examples/training for a model on the CPU and a stack on a GPU.
#include <storage.hpp>
#include <doctest/doctest.h>
#include <training/cuda_optimizer.cuh>
#include <algorithm>
#include <limits>
#include <sstream>

using namespace isotypic;

namespace {

/// Weights in one array, gradients in another, and an optimizer of them.
struct model {
    std::vector<float> w = numbers(0), g = numbers(1);
    thread_pool pool{1};
    std::unique_ptr<::optimizer> opt;

    explicit model(bool on_gpu) { opt = on_gpu ? made<true>() : made<false>(); }

    static std::vector<float> numbers(std::uint64_t which) {
        storage<float> x(96, 1);
        return elements(x.fill(which).one());
    }
    template <bool on_gpu>
    std::unique_ptr<::optimizer> made() {
        const auto embed = on<embedding>(momentum{} | row_norm{}, 0.1, {.rate = 0.1});
        const auto scale = on<scale_in>(adam{}, 0.1);
        auto add_to = [&](auto all) -> std::unique_ptr<::optimizer> {
            all->template add<embedding>("embed", at(w, 0, 7, 4), at(g, 0, 7, 4));
            all->template add<embedding>("heads", column_heads(at(w, 32, 4, 6), 2), column_heads(at(g, 32, 4, 6), 2));
            all->template add<scale_in>("scale", at(w, 64, 6, 1), at(g, 64, 6, 1));
            return all;
        };
        if constexpr (on_gpu) {
            auto stack = layerwise_on<float>(cuda(), embed, scale);
            return add_to(std::make_unique<stepped_on_gpu<decltype(stack)>>(std::move(stack), w, g));
        } else {
            auto stack = layerwise<float>(embed, scale);
            return add_to(std::make_unique<stepped<decltype(stack)>>(std::move(stack), pool));
        }
    }
    static view<float> at(std::vector<float>& x, std::ptrdiff_t first, index_t rows, index_t cols) { return {x.data() + first, rows, cols}; }
    void gradients(std::uint64_t which) {
        const auto fresh = numbers(which);
        std::copy(fresh.begin(), fresh.end(), g.begin());
    }
    void step(std::uint64_t which) {
        gradients(which);
        opt->step();
    }
    std::string refused(std::size_t where) {
        gradients(9), g[where] = std::numeric_limits<float>::infinity();
        try {
            opt->step();
        } catch (error const& e) {
            return e.what();
        }
        return {};
    }
};

double apart(model const& a, model const& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.w.size(); ++i) most = std::fmax(most, std::fabs(double(a.w[i]) - double(b.w[i])));
    return most;
}

/// The stand-in then does nothing before someone waits for it.
struct deferred {
#ifndef __CUDACC__
    deferred() { stand_in::deferred = true; }
    ~deferred() { stand_in::deferred = false; }
#else
    deferred() {}
#endif
};

}  // namespace

TEST_CASE("the examples' optimizer on a GPU follows the CPU's, step for step in the CPU's memory, and its file goes on on either") {
    const deferred until_waited_for;
    model here(false), there(true), other(true);
    INFO("ISOTYPIC_SEED=", seed());
    for (std::uint64_t t = 2; t < 6; ++t) {
        here.step(t), there.step(t), other.step(t + 1);
        CHECK(apart(here, there) < 1e-5);
        CHECK(apart(here, other) > 1e-3);
    }
    std::stringstream file, again;
    there.opt->save(file);
    other.opt->load(file);
    CHECK(apart(there, other) == 0);
    other.opt->save(again);
    model cpu_again(false);
    cpu_again.opt->load(again);
    CHECK(apart(there, cpu_again) == 0);
    here.step(7), there.step(7), other.step(7), cpu_again.step(7);
    CHECK(apart(there, other) == 0);
    CHECK(apart(there, cpu_again) < 1e-5);
    CHECK(apart(there, here) < 1e-5);
}

TEST_CASE("the examples' optimizer on a GPU refuses an infinity in the CPU's words, and goes on as if it had not been") {
    const deferred until_waited_for;
    model here(false), there(true);
    here.step(2), there.step(2);
    const std::vector<float> before = there.w;
    for (std::size_t where : {0u, 33u, 64u}) {
        const std::string words = here.refused(where);
        CHECK(words.find("holds an infinity or a NaN") != words.npos);
        CHECK(there.refused(where) == words);
        CHECK(same_bits(there.w, before));
    }
    here.step(3), there.step(3);
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(apart(here, there) < 1e-5);
    CHECK_FALSE(same_bits(there.w, before));
}
