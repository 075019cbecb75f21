// SPDX-License-Identifier: MIT
#pragma once
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/update/apply.hpp>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

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
/// Rows of a warp, of a block, of a block whose threads take several packs, and too long for registers; 90 are several bands.
inline const shape shapes[] = {{1, 1}, {3, 5}, {37, 64}, {90, 300}, {5, 2300}, {3, 8200}, {0, 4}, {4, 0}};

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

using state_numbers = std::vector<std::vector<double>>;

inline bool same_bits(state_numbers const& a, state_numbers const& b) {
    bool same = a.size() == b.size();
    for (std::size_t k = 0; same && k < a.size(); ++k) same = isotypic::same_bits(a[k], b[k]);
    return same;
}

/// The same for each block of two states.
inline double difference_of_states(state_numbers const& a, state_numbers const& b) {
    double worst = 0;
    for (std::size_t k = 0; k < b.size(); ++k) worst = std::fmax(worst, difference(a[k], b[k], 1e-300));
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

/// A rule and its state. What is the same for every rule is compiled once.
template <class T>
class racer {
public:
    virtual ~racer() = default;

    /// Step t of w <- keep w - rate rule(g / 2); whether it was fused.
    bool step(cuda& d, how h, index_t t, blocks<T const, gpu> g, blocks<T, gpu> w, double rate, weight_decay decay) {
        auto open = d.open_step();
        note_finite(d, g, 0);
        d.count_step(t);
        const step_number number(t);
        const auto now = d.keep(0, rate);
        const bool fused = take(d, h, number.get(), g, w, {now, 1, decay.rate, {d.keep(1, 0.5), true}}, decay);
        open.close();
        d.synchronize();
        return fused;
    }
    /// The numbers of each block of the state.
    virtual state_numbers state() = 0;

private:
    virtual bool take(cuda& d, how h, gpu_number<index_t> t, blocks<T const, gpu> g, blocks<T, gpu> w, detail::step_size_on<cuda> const& size,
                      weight_decay decay) = 0;
};

template <class G, class T, class Rule>
class racer_with final : public racer<T> {
public:
    racer_with(cuda& d, Rule const& r, blocks<compute<T>, gpu> const& like) : rule(r), held(init(r, d, like)) {}

    state_numbers state() override {
        state_numbers all;
        held.for_each([&](auto const&, auto const& block) {
            const auto v = dense_numbers(block);
            all.emplace_back(v.begin(), v.end());
        });
        return all;
    }

private:
    using state_type = decltype(init(std::declval<Rule const&>(), std::declval<cuda&>(), std::declval<blocks<compute<T>, gpu> const&>()));
    Rule rule;
    state_type held;

    bool take(cuda& d, how h, gpu_number<index_t> t, blocks<T const, gpu> g, blocks<T, gpu> w, detail::step_size_on<cuda> const& size,
              weight_decay decay) override {
        const bool horizontal = G::row_shift && decay.rate != 0 && !decay.fix_gauge;
        if (h == how::plain)
            return apply_update<G>(d, unfused<Rule>{rule}, held, t, g, w, size.rate, decay, size.clip), false;
        if constexpr (requires { fused_update(d, rule, held, t, g, w, size, horizontal); })
            return fused_update(d, rule, held, t, g, w, size, horizontal);
        else
            return fused_update(d, rule, held, t, g, w, size);
    }
};

/// Makes a racer for blocks like one.
template <class T>
using entrant = std::function<std::unique_ptr<racer<T>>(cuda&, blocks<T, gpu> const&)>;

template <class G, class T, class Rule>
entrant<T> enter(Rule const& rule) {
    return [rule](cuda& d, blocks<T, gpu> const& like) -> std::unique_ptr<racer<T>> {
        return std::make_unique<racer_with<G, T, Rule>>(d, rule, dense_like(reinterpret_cast<compute<T>*>(like.first.data), like));
    };
}
template <class T, class Rule>
entrant<T> plainly(Rule const& rule) {
    return enter<plain_group, T>(rule);
}
template <class T, class Rule>
entrant<T> shifted(Rule const& rule) {
    return enter<shifted_group, T>(rule);
}

/// How two matrices become one block.
enum class pairing { alone, beside, below };
using enum pairing;

template <class T>
blocks<T, gpu> paired(pairing how, blocks<T, gpu> const& a, blocks<T, gpu> const& b) {
    return how == alone ? a : how == beside ? joined(a, b) : joined(a.transposed(), b.transposed()).transposed();
}

/// What is raced.
struct race {
    shape size;
    order along = order::rows;
    weight_decay decay = {0.1};
    double scale = 1;  // of the gradient
    index_t items = 1;
    pairing how = alone;
    index_t gap = 0;
};

/// The largest difference after three steps in units of T's rounding, of the weights and of the states; -1 if it was not fused.
template <class T>
double error_of(cuda& d, entrant<T> const& rule, race const& r) {
    auto make = [&](index_t rows) { return gpu_matrix<T>(rows, r.size.cols, r.along, 0, r.items, r.gap); };
    const index_t rows = r.size.rows, others = r.how == alone ? 0 : rows;
    gpu_matrix<T> w = make(rows), w2 = make(others), v = make(rows), v2 = make(others), g = make(rows), g2 = make(others);
    w.fill(1), v.fill(1), w2.fill(2), v2.fill(2);
    const auto weight = paired(r.how, w.all, w2.all), other = paired(r.how, v.all, v2.all);
    const blocks<T const, gpu> gradient = paired(r.how, g.all, g2.all);
    const auto fused = rule(d, weight), plain = rule(d, weight);
    bool always = true;
    for (index_t t = 1; t <= 3; ++t) {
        g.fill(10 + std::uint64_t(t), r.scale), g2.fill(20 + std::uint64_t(t), r.scale);
        always = fused->step(d, how::fused, t, gradient, weight, 0.3 / double(t), r.decay) && always;
        plain->step(d, how::plain, t, gradient, other, 0.3 / double(t), r.decay);
    }
    CHECK(d.status().refused == 0);
    if (!always) return -1;
    const double of_weights = difference(w.read(), v.read(), 1) + difference(w2.read(), v2.read(), 1);
    return std::fmax(of_weights / unit<T>, difference_of_states(fused->state(), plain->state()) / unit<compute<T>>);
}
template <class T>
void agrees(cuda& d, entrant<T> const& rule, race const& r, double most) {
    INFO("ISOTYPIC_SEED=", seed(), ", ", r.size.rows, " x ", r.size.cols, " in order ", int(r.along), ", gap ", r.gap, ", scale ", r.scale, ", fix_gauge ",
         r.decay.fix_gauge, ", pairing ", int(r.how));
    const double e = error_of(d, rule, r);
    CHECK(e >= 0);
    CHECK(e < most);
}

template <class T>
std::vector<entrant<T>> row_rules() {
    return {plainly<T>(momentum{.beta = 0.9} | row_norm{}), plainly<T>(heavy_ball{.beta = 0.9} | damped_row_norm{.eps = 0.01}),
            plainly<T>(momentum{.beta = 0.9} | damped_row_norm{.eps = 0.5, .floor = true} | scaled(row_rms_scale{.rms = 0.2}, 0.5)),
            plainly<T>(row_adam{})};
}
template <class T>
std::vector<entrant<T>> centred_rules() {
    return {shifted<T>(momentum{.beta = 0.9} | centre{} | row_norm{} | centre{}),
            shifted<T>(heavy_ball{.beta = 0.9} | centre{} | damped_row_norm{.eps = 0.01} | centre{} | scaled(constant_scale{0.5}))};
}

#define FOUR_TYPES float, double, __half, __nv_bfloat16

}  // namespace isotypic::fused_tests
