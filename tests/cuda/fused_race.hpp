// SPDX-License-Identifier: MIT
#pragma once
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/update/apply.hpp>
#include <limits>

/// \file
/// A fused sweep of the GPU beside the parts that it stands for, on the same device.
namespace isotypic::fused_tests {

/// A rule that `apply_update` does not know in one sweep.
template <class Rule>
struct unfused {
    Rule rule;
    using commutes_with = typename Rule::commutes_with;
    static constexpr shift_law row_shift = detail::row_law<Rule>(), col_shift = detail::col_law<Rule>();
    static constexpr bool any_device = true;
    template <class D, class B>
    auto init(D& d, B const& like) const {
        return isotypic::init(rule, d, like);
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        return rule.apply(c, x, y, state);
    }
};


using plain_group = symmetry<signed_permutation, trivial>;
using shifted_group = up_to_row_shift<permutation, trivial>;

template <class T>
inline constexpr double unit = sizeof(T) == 8 ? 2.3e-16 : sizeof(T) == 4 ? 1.2e-7 : std::is_same_v<T, __half> ? 9.8e-4 : 7.9e-3;

struct shape {
    index_t rows, cols;
};
inline const shape shapes[] = {{1, 1}, {3, 5}, {37, 64}, {90, 600}, {9, 2300}, {5, 9000}, {0, 4}, {4, 0}};

/// m x n numbers in (-size, size) in the GPU's memory, `shift` numbers behind where it begins, with gaps between rows if asked for.
template <class T>
class gpu_matrix {
public:
    gpu_matrix(index_t m, index_t n, order o, index_t shift = 0, index_t items = 1, index_t gap = 0)
        : wide(o == order::columns ? m + gap : n + gap), room(std::size_t(shift + items * (2 * (o == order::columns ? wide * n : wide * m) + 7))),
          memory(detail::gpu_memory::allocate(sizeof(T) * room)), host(room, T(0.0f)) {
        T* first = reinterpret_cast<T*>(memory.get()) + shift;
        const index_t step = o == order::strided ? 2 : 1;
        const view<T, gpu> one = o == order::columns ? view<T, gpu>(first, m, n, 1, wide) : view<T, gpu>(first, m, n, step * wide, step);
        all = blocks<T, gpu>(one, items, index_t(room) / items / 16 * 16);
    }
    gpu_matrix& fill(std::uint64_t which, double size = 1) {
        random_stream random(seed(), which);
        for_each([&](T& v) { v = T(size * (2 * random.uniform() - 1)); });
        return write();
    }
    gpu_matrix& write() {
        detail::check(cudaMemcpy(memory.get(), host.data(), sizeof(T) * room, cudaMemcpyHostToDevice), "write");
        return *this;
    }
    std::vector<T> read() {
        detail::check(cudaMemcpy(host.data(), memory.get(), sizeof(T) * room, cudaMemcpyDeviceToHost), "read");
        std::vector<T> e;
        for_each([&](T& v) { e.push_back(v); });
        return e;
    }
    T& at(index_t i, index_t j) { return host[std::size_t(&all.first(i, j) - reinterpret_cast<T*>(memory.get()))]; }
    template <class F>
    void for_each(F const& f) {
        for (index_t k = 0; k < all.count; ++k)
            for (index_t i = 0; i < all.rows(); ++i)
                for (index_t j = 0; j < all.cols(); ++j) f(host[std::size_t(&all.panel(k)(i, j) - reinterpret_cast<T*>(memory.get()))]);
    }
    blocks<T, gpu> all;

private:
    index_t wide;
    std::size_t room;
    detail::gpu_memory::owner memory;
    std::vector<T> host;
};

/// Numbers of a block of the GPU that lies densely.
template <class T>
std::vector<T> dense_numbers(blocks<T, gpu> const& x) {
    std::vector<T> v(std::size_t(x.size()), T(0.0f));
    detail::check(cudaMemcpy(v.data(), x.first.data, sizeof(T) * v.size(), cudaMemcpyDeviceToHost), "read");
    return v;
}

template <class State>
std::vector<double> numbers_of_state(State& state) {
    std::vector<double> all;
    state.for_each([&](auto const&, auto const& block) {
        for (auto v : dense_numbers(block)) all.push_back(double(v));
    });
    return all;
}

/// The largest |a - b| over the largest |b|, where that is above `least`.
template <class V>
double difference(V const& a, V const& b, double least) {
    double most = least, worst = 0;
    for (auto v : b) most = std::fmax(most, std::fabs(double(v)));
    for (std::size_t k = 0; k < a.size(); ++k) {
        const double e = std::fabs(double(a[k]) - double(b[k]));
        if (!(e <= worst)) worst = e;
    }
    return worst / most;
}

/// The same for each block of two states.
template <class State>
double difference_of_states(State& a, State& b) {
    std::vector<std::vector<double>> all;
    a.for_each([&](auto const&, auto const& block) {
        const auto v = dense_numbers(block);
        all.emplace_back(v.begin(), v.end());
    });
    std::size_t k = 0;
    double worst = 0;
    b.for_each([&](auto const&, auto const& block) {
        const auto v = dense_numbers(block);
        worst = std::fmax(worst, difference(all[k++], std::vector<double>(v.begin(), v.end()), 1e-300));
    });
    return worst;
}

enum class how { fused, plain };

/// A number of steps in the GPU's memory, so that tests with one device may count from 1.
class step_number {
public:
    explicit step_number(index_t t) : memory(detail::gpu_memory::allocate(sizeof t)) {
        detail::check(cudaMemcpy(memory.get(), &t, sizeof t, cudaMemcpyHostToDevice), "write");
    }
    gpu_number<index_t> get() const { return {reinterpret_cast<index_t const*>(memory.get())}; }

private:
    detail::gpu_memory::owner memory;
};

/// Step t of w <- keep w - rate rule(g / 2); whether it was fused.
template <class G, class Rule, class State, class T>
bool take_step(cuda& d, how h, Rule const& rule, State& state, index_t t, blocks<T const, gpu> g, blocks<T, gpu> w, double rate, weight_decay decay) {
    const bool horizontal = G::row_shift && decay.rate != 0 && !decay.fix_gauge;
    auto open = d.open_step();
    note_finite(d, g, 0);
    d.count_step(t);
    const step_number held(t);
    const auto number = held.get();
    const auto now = d.keep(0, rate);
    const detail::step_size_on<cuda> size{now, 1, decay.rate, {d.keep(1, 0.5), true}};
    bool fused = false;
    if (h == how::plain)
        apply_update<G>(d, unfused<Rule>{rule}, state, number, g, w, now, decay, size.clip);
    else if constexpr (requires { fused_update(d, rule, state, number, g, w, size, horizontal); })
        fused = fused_update(d, rule, state, number, g, w, size, horizontal);
    else
        fused = fused_update(d, rule, state, number, g, w, size);
    open.close();
    d.synchronize();
    return fused;
}

/// The largest difference after three steps in units of T's rounding, of the weights and of the states; -1 if it was not fused.
template <class G, class T, class Rule, class Join>
double error_of(cuda& d, Rule const& rule, index_t m, index_t n, order o, weight_decay decay, double size, index_t items, Join const& join, index_t gap = 0) {
    auto make = [&] { return gpu_matrix<T>(m, n, o, 0, items, gap); };
    gpu_matrix<T> w = make(), w2 = make(), v = make(), v2 = make(), g = make(), g2 = make();
    w.fill(1), v.fill(1), w2.fill(2), v2.fill(2);
    const auto weight = join(w.all, w2.all), other = join(v.all, v2.all);
    const blocks<T const, gpu> gradient = join(g.all, g2.all);
    const blocks<compute<T>, gpu> like = dense_like(reinterpret_cast<compute<T>*>(weight.first.data), weight);
    auto fused_state = init(rule, d, like), plain_state = init(rule, d, like);
    bool fused = true;
    for (index_t t = 1; t <= 3; ++t) {
        g.fill(10 + std::uint64_t(t), size), g2.fill(20 + std::uint64_t(t), size);
        fused = take_step<G>(d, how::fused, rule, fused_state, t, gradient, weight, 0.3 / double(t), decay) && fused;
        take_step<G>(d, how::plain, rule, plain_state, t, gradient, other, 0.3 / double(t), decay);
    }
    CHECK(d.status().refused == 0);
    if (!fused) return -1;
    const double of_weights = difference(w.read(), v.read(), 1) + difference(w2.read(), v2.read(), 1);
    return std::fmax(of_weights / unit<T>, difference_of_states(fused_state, plain_state) / unit<compute<T>>);
}

inline const auto alone = [](auto const& a, auto const&) { return a; };
inline const auto beside = [](auto const& a, auto const& b) { return joined(a, b); };
inline const auto below = [](auto const& a, auto const& b) { return joined(a.transposed(), b.transposed()).transposed(); };

template <class F>
void for_each_row_rule(F const& f) {
    f(momentum{.beta = 0.9} | row_norm{});
    f(heavy_ball{.beta = 0.9} | damped_row_norm{.eps = 0.01});
    f(momentum{.beta = 0.9} | damped_row_norm{.eps = 0.5, .floor = true} | scaled(row_rms_scale{.rms = 0.2}, 0.5));
    f(row_adam{});
}

template <class F>
void for_each_centred_rule(F const& f) {
    f(momentum{.beta = 0.9} | centre{} | row_norm{} | centre{});
    f(heavy_ball{.beta = 0.9} | centre{} | damped_row_norm{.eps = 0.01} | centre{} | scaled(constant_scale{0.5}));
}

#define FOUR_TYPES float, double, __half, __nv_bfloat16

}  // namespace isotypic::fused_tests
