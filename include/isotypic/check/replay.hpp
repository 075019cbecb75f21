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

}  // namespace detail

/// The updates U_1, U_2, ... of a rule. In place: the rule writes where it reads, as later parts of a pipe do.
template <scalar T, device D = cpu, part P>
replay updates_of(P const& rule, bool in_place = false) {
    detail::require_device<P, D>();
    return [rule, in_place](specimen const& like) -> run {
        auto on = std::make_shared<D>();
        auto shape = zeros_like<T>(*on, like.shape_in<typename D::space>());
        auto state = std::make_shared<decltype(init(rule, *on, shape.all()))>(init(rule, *on, shape.all()));
        return [=, t = index_t{0}](specimen const& weight, specimen const& gradient) mutable {
            auto w = detail::copy_as<T>(*on, weight), g = detail::copy_as<T>(*on, gradient), y = detail::copy_as<T>(*on, gradient);
            auto now = on->open_step();
            const context<D, T> c{*on, on->count_step(++t), w.all(), g.all()};
            const typename context<D, T>::in u = rule.apply(c, in_place ? y.all() : g.all(), y.all(), *state);
            now.close();
            return detail::copy_back(*on, u);
        };
    };
}

}  // namespace isotypic
