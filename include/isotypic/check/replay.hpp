// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/specimen.hpp>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/update/pipe.hpp>
#include <functional>
#include <memory>

/// \file
/// A rule run as a black box: doubles in and out, T within, its type forgotten, so that checkers compile once.
namespace isotypic {

/// One block under a rule with its state, called once a step: (weight, gradient) -> result.
using run = std::function<specimen(specimen const& weight, specimen const& gradient)>;
/// Starts a run with fresh state for blocks of one shape.
using replay = std::function<run(specimen const& like)>;

namespace detail {

template <class T>
cpu_buffer<T> copy_as(cpu& device, specimen const& x) {
    auto buffer = zeros_like<T>(device, x.all());
    transform(device, [](double const& from, T& to) { to = T(from); }, x.all(), buffer.all());
    return buffer;
}
template <class T>
specimen copy_back(cpu& device, blocks<T const> const& x) {
    specimen y(x.rows(), x.cols(), x.count, x.joined);
    transform(device, [](T const& from, double& to) { to = double(from); }, x, y.all());
    return y;
}

}  // namespace detail

/// The updates U_1, U_2, ... of a rule. In place: the rule writes where it reads, as later parts of a pipe do.
template <scalar T, part P>
replay updates_of(P const& rule, bool in_place = false) {
    return [rule, in_place](specimen const& like) -> run {
        auto device = std::make_shared<cpu>();
        auto shape = zeros_like<T>(*device, like.all());
        auto state = std::make_shared<decltype(init(rule, *device, shape.all()))>(init(rule, *device, shape.all()));
        return [=, step = index_t{0}](specimen const& weight, specimen const& gradient) mutable {
            auto w = detail::copy_as<T>(*device, weight), g = detail::copy_as<T>(*device, gradient), y = detail::copy_as<T>(*device, gradient);
            const context<cpu, T> c{*device, ++step, w.all(), g.all()};
            return detail::copy_back<T>(*device, rule.apply(c, in_place ? y.all() : g.all(), y.all(), *state));
        };
    };
}

}  // namespace isotypic
