// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <isotypic/model/names.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

/// \file
/// The rate as a function of the step t = 1, 2, ...: a number, one of the shapes below, or any callable.
namespace isotypic {

/// A number is the constant schedule; anything callable with a step and giving a number is a schedule.
class schedule {
public:
    schedule(double rate = 0) : at([rate](index_t) { return rate; }) {}
    template <class F>
        requires std::is_invocable_r_v<double, F&, index_t>
    schedule(F f) : at(std::move(f)) {}
    double operator()(index_t step) const { return at(step); }

private:
    std::function<double(index_t)> at;
};

namespace detail {
/// Throws, naming the role, unless its rate is finite.
template <class Role>
double finite_rate(double rate) {
    if (!std::isfinite(rate)) throw error("isotypic: the rate of '" + type_name<Role>() + "' is " + std::to_string(rate));
    return rate;
}
/// t / warmup on the way up, then 1.
inline double warm(index_t step, index_t warmup) { return step < warmup ? double(step) / double(warmup) : 1; }
/// How much of the way from `begin` to `end` lies behind, in [0, 1].
inline double progress(index_t step, index_t begin, index_t end) {
    if (step <= begin) return 0;
    return step >= end ? 1 : double(step - begin) / double(end - begin);
}
}  // namespace detail

/// Up to `peak` in `warmup` steps, then straight to `last` at step `steps`.
struct linear {
    double peak;
    index_t steps, warmup = 0;
    double last = 0;
    double operator()(index_t t) const {
        return detail::warm(t, warmup) * (peak + (last - peak) * detail::progress(t, warmup, steps));
    }
};

/// Up to `peak` in `warmup` steps, then half a cosine down to `last` at step `steps`.
struct cosine {
    double peak;
    index_t steps, warmup = 0;
    double last = 0;
    double operator()(index_t t) const {
        const double share = (1 + std::cos(std::numbers::pi * detail::progress(t, warmup, steps))) / 2;
        return detail::warm(t, warmup) * (last + (peak - last) * share);
    }
};

/// Up to `peak` in `warmup` steps, constant, then straight to `last` over the final `decay` share of `steps`.
struct warmup_stable_decay {
    double peak;
    index_t steps, warmup = 0;
    double decay = 0.4, last = 0;
    double operator()(index_t t) const {
        const auto turn = index_t(std::llround(double(steps) * (1 - decay)));
        return detail::warm(t, warmup) * (peak + (last - peak) * detail::progress(t, turn, steps));
    }
};

}  // namespace isotypic
