// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/specimen.hpp>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/update/fit.hpp>
#include <isotypic/update/pipe.hpp>
#include <functional>
#include <memory>

/// \file
/// A rule run as a black box: doubles in and out, T within, its type forgotten, so that checkers compile once. What is run is the rule
/// on a device, the CPU or a GPU: `updates_of<float, cuda>(rule)`.
namespace isotypic {

/// One block under a rule with its state, called once a step: (weight, gradient) -> result.
using run = std::function<specimen(specimen const& weight, specimen const& gradient)>;
/// Starts a run with fresh state for blocks of one shape.
using replay = std::function<run(specimen const& like)>;

namespace detail {

/// f(x), where the CPU reads x: of a device with a memory of its own by its `on_host` (a GPU: device/cuda_copy.cuh).
template <device D, class T, class S, class F>
void in_reach(D const& on, blocks<T, S> const& x, F const& f) {
    if constexpr (std::is_same_v<S, host>)
        f(x);
    else
        on_host(on, x, f);
}
template <class T, device D>
auto copy_as(D& on, specimen const& x) {
    auto buffer = zeros_like<T>(on, x.shape_in<typename D::space>());
    cpu here;
    in_reach(on, buffer.all(), [&](blocks<T> const& y) { copy(here, x.all(), y); });
    return buffer;
}
template <device D, class T, class S>
specimen copy_back(D& on, blocks<T const, S> const& x) {
    specimen y(x.rows(), x.cols(), x.count, x.joined);
    cpu here;
    in_reach(on, x, [&](blocks<T const> const& from) { copy(here, from, y.all()); });
    return y;
}

/// A block under a rule, whatever the rule's type; and what starts one. Plain virtual functions, since a std::function of each rule costs the
/// compiler some sixty functions.
struct block_under_rule {
    virtual ~block_under_rule() = default;
    virtual specimen step(specimen const& weight, specimen const& gradient) = 0;
};
struct starts_block {
    virtual ~starts_block() = default;
    virtual std::unique_ptr<block_under_rule> start(specimen const& like) const = 0;
};
inline replay replay_of(std::unique_ptr<starts_block const> from) {
    return [from = std::shared_ptr(std::move(from))](specimen const& like) -> run {
        return [block = std::shared_ptr(from->start(like))](specimen const& weight, specimen const& gradient) { return block->step(weight, gradient); };
    };
}

/// A rule with its state on a device.
template <scalar T, device D, part P>
struct rule_on {
    P rule;
    D on;
    decltype(init(std::declval<P const&>(), std::declval<D&>(), std::declval<blocks<T, typename D::space>>())) state;
    index_t t = 0;

    rule_on(P const& p, specimen const& like) : rule(p), state(init(rule, on, zeros_like<T>(on, like.shape_in<typename D::space>()).all())) {}
};
/// A Block(rule, like, options) for each run.
template <class Block, class P, class O>
replay replay_of(P const& rule, O const& options) {
    struct starts final : starts_block {
        P rule;
        O options;
        starts(P const& p, O const& o) : rule(p), options(o) {}
        std::unique_ptr<block_under_rule> start(specimen const& like) const override {
            return std::unique_ptr<block_under_rule>(new Block(rule, like, options));
        }
    };
    return replay_of(std::unique_ptr<starts_block const>(new starts(rule, options)));
}

template <scalar T, device D, part P>
struct updates_run final : block_under_rule {
    rule_on<T, D, P> own;
    bool in_place;

    updates_run(P const& rule, specimen const& like, bool where_it_reads) : own(rule, like), in_place(where_it_reads) {}
    specimen step(specimen const& weight, specimen const& gradient) override {
        D& on = own.on;
        auto w = copy_as<T>(on, weight), g = copy_as<T>(on, gradient), y = copy_as<T>(on, gradient);
        auto now = on.open_step();
        const context<D, T> c{on, on.count_step(++own.t), w.all(), g.all()};
        const typename context<D, T>::in u = own.rule.apply(c, in_place ? y.all() : g.all(), y.all(), own.state);
        now.close();
        return copy_back(on, u);
    }
};

}  // namespace detail

/// The updates U_1, U_2, ... of a rule. In place: the rule writes where it reads, as later parts of a pipe do.
template <scalar T, device D = cpu, part P>
replay updates_of(P const& rule, bool in_place = false) {
    detail::require_device<P, D>();
    return detail::replay_of<detail::updates_run<T, D, P>>(rule, in_place);
}

}  // namespace isotypic
