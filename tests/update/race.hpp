// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/action.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/update/apply.hpp>
#include "../device/shapes.hpp"

/// \file
/// A fused sweep beside the parts that it stands for.
namespace isotypic {

/// Steps of w <- keep w - rate rule(g), fused where it can be and, beside it, by the parts themselves.
template <class T, class Rule>
struct race {
    Rule rule;
    decltype(init(rule, std::declval<cpu&>(), std::declval<blocks<T> const&>())) fused_state, plain_state;
    std::vector<double> plain;  // in the order of the panels' elements
    int fused = 0;

    race(Rule r, blocks<T> w, cpu& d) : rule(r), fused_state(init(r, d, w)), plain_state(init(r, d, w)) { plain = numbers(w); }

    static std::vector<double> numbers(blocks<T const> x) {
        std::vector<double> all;
        for (index_t i = 0; i < x.matrices(); ++i)
            for (T v : elements(x.matrix(i))) all.push_back(double(v));
        return all;
    }
    void step(cpu& d, index_t t, blocks<T const> g, blocks<T> w, double rate, double keep) {
        fused += fused_update(d, rule, fused_state, t, g, w, {rate, 1, rate != 0 ? (1 - keep) / rate : 0, {0.5, true}});
        auto half = zeros_like<T>(d, g), y = zeros_like<T>(d, w);
        transform(d, detail::times{0.5}, g, half.all());
        const blocks<T const> clipped = half.all();
        const auto u = numbers(rule.apply(context<cpu, T>{d, t, w, clipped}, clipped, y.all(), plain_state));
        for (std::size_t k = 0; k < plain.size(); ++k) plain[k] = keep * plain[k] - rate * u[k];
    }
    /// Largest difference in units of the rounding of T at the size of the numbers.
    double error(blocks<T const> w) const {
        const auto x = numbers(w);
        double worst = 0;
        for (std::size_t k = 0; k < x.size(); ++k)
            worst = std::fmax(worst, std::abs(x[k] - plain[k]) / (1 + std::abs(plain[k])) / std::numeric_limits<T>::epsilon());
        return worst;
    }
};

/// The error over three steps, or 1e9 if not every step was fused.
template <class T, class Rule>
double error_of(Rule rule, blocks<T> w, blocks<T> g, double rate = 0.3, double keep = 0.9) {
    cpu d;
    race<T, Rule> r(rule, w, d);
    for (index_t t = 1; t <= 3; ++t) {
        transform(d, [](T& v) { v = T(0.7) * v; }, g);
        r.step(d, t, g, w, rate, keep);
    }
    return r.fused == 3 ? r.error(w) : 1e9;
}

inline constexpr order contiguous[] = {order::rows, order::columns};

}  // namespace isotypic
