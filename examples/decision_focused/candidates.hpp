// SPDX-License-Identifier: MIT
#pragma once
#include "data.hpp"
#include <isotypic/group/random.hpp>
#include <isotypic/loss/decision/decision_criterion.hpp>
#include <cmath>

/// \file
/// Losses of predicted costs that are tried here and are no part of the library. None calls a solver in training.
namespace decision_focused {

/// What a component's error e does to the task loss when all else is right is a step of height Delta at e = Delta. Three ways to follow it,
/// with errors of unit costs and Delta in their scale.
struct capped {
    double at;  ///< a parabola up to at * Delta, then straight

    static constexpr char const* name = "capped parabola";
    std::pair<double, double> operator()(double e, double delta, double) const {
        const double cap = at * delta;
        return e <= 0 ? std::pair{0.0, 0.0} : e < cap ? std::pair{e * e, 2 * e} : std::pair{cap * (2 * e - cap), 2 * cap};
    }
};
struct soft_threshold {
    double width;

    static constexpr char const* name = "soft threshold";
    std::pair<double, double> operator()(double e, double delta, double mean) const {
        const double t = width * mean, y = (e - delta) / t;
        return {t * (y > 30 ? y : std::log1p(std::exp(y))), 1 / (1 + std::exp(-y))};
    }
};
struct soft_step {
    double width;

    static constexpr char const* name = "soft step";
    std::pair<double, double> operator()(double e, double delta, double mean) const {
        const double t = width * mean, q = 1 / (1 + std::exp(-(e - delta) / t));
        return {delta * q, delta * q * (1 - q) / t};
    }
};

/// sum_j f(e_j) of harmful errors e_j of unit costs.
template <class F>
struct thresholded {
    F f;

    static constexpr char const* name = F::name;
    static constexpr bool of_decisions = true, of_sensitivities = true;
    double pull(isotypic::decision_row const& row, costs_in x, decision_out g, isotypic::workspace&) const {
        const auto length = [](costs_in v) { return std::sqrt(dot(v, v)) + 1e-12; };
        const double size = length(x), scale = length(row.cost), sign = row.to == isotypic::sense::minimise ? 1 : -1, d = double(x.size());
        double sum = 0, count = 0, v = 0, along = 0;
        for (double delta : row.sensitivity)
            if (std::isfinite(delta)) sum += delta, count += 1;
        const double mean = sum / std::fmax(count, 1) / scale;
        for (std::size_t j = 0; j < x.size(); ++j) {
            if (!g.empty()) g[j] = 0;
            if (!std::isfinite(row.sensitivity[j])) continue;
            const double s = sign * (row.decision[j] > 0.5 ? 1 : -1);
            const auto [value, slope] = f(s * (x[j] / size - row.cost[j] / scale), row.sensitivity[j] / scale, mean);
            v += d * value;
            if (!g.empty()) g[j] = d * s * slope, along += g[j] * x[j] / size;
        }
        for (std::size_t j = 0; j < g.size(); ++j) g[j] = (g[j] - along * x[j] / size) / size;
        return v;
    }
};

/// For each component the best decision x_k that has it on the other side, each once, and what it loses, Delta_k. The same for the best
/// decisions of `more` costs that are the true ones times exp(N / 2), N normal.
struct near_misses {
    struct miss {
        std::vector<float> step;  ///< x* - x_k, to minimise; turned to maximise
        double delta;
    };
    std::vector<std::vector<miss>> of;

    near_misses(isotypic::cost_instances const& all, problem& p, int more = 0) : of(std::size_t(all.size())) {
        const auto d = std::size_t(all.dimension());
        table flipped(all.dimension(), all.dimension());
        std::vector<double> delta(d), other(d), best(d);
        const bool gains = all.direction() == isotypic::sense::maximise;
        for (isotypic::index_t i = 0; i < all.size(); ++i) {
            const auto c = to_minimise(all.direction(), all.cost(i));
            const auto x = all.decision(i);
            auto add = [&](costs_in with, costs_in from) {
                p.flips(with, from, flipped, delta);
                for (std::size_t j = 0; j < d; ++j)
                    if (std::isfinite(delta[j])) insert(of[std::size_t(i)], c, x, {&flipped(Index(j), 0), d}, gains);
            };
            add(c, x);
            isotypic::random_stream random(0, std::uint64_t(i));
            for (int k = 0; k < more; ++k) {
                for (std::size_t j = 0; j < d; ++j) other[j] = c[j] * std::exp(random.normal() / 2);
                p.minimise(other, best), add(other, best);
            }
        }
    }

private:
    static void insert(std::vector<miss>& known, costs_in c, costs_in x, costs_in found, bool gains) {
        miss m{std::vector<float>(x.size()), std::fmax(dot(c, found) - dot(c, x), 0)};
        bool same = true;
        for (std::size_t k = 0; k < x.size(); ++k) m.step[k] = float(gains ? found[k] - x[k] : x[k] - found[k]), same = same && found[k] == x[k];
        if (!same && std::none_of(known.begin(), known.end(), [&](miss const& other) { return other.step == m.step; })) known.push_back(std::move(m));
    }
};

/// Of each near miss how far it is from losing its share of what it truly loses,
///     h_k = slope chat'(x* - x_k) + Delta_k:      the mean of w_k relu(h_k), w_k = exp(-Delta_k / (width mean Delta)),  or the largest.
/// With slope 2 the largest is SPO+ over the near misses alone.
struct missed {
    near_misses const* misses;
    double slope, width;
    bool largest;

    static constexpr char const* name = "near misses";
    static constexpr bool of_decisions = true;
    double pull(isotypic::decision_row const& row, costs_in x, decision_out g, isotypic::workspace&) const {
        auto const& mine = misses->of[std::size_t(row.instance)];
        std::fill(g.begin(), g.end(), 0.0);
        double mean = 0, v = 0;
        for (auto const& m : mine) mean += m.delta / double(mine.size());
        near_misses::miss const* worst = nullptr;
        for (auto const& m : mine) {
            double h = m.delta;
            for (std::size_t j = 0; j < x.size(); ++j) h += slope * x[j] * double(m.step[j]);
            if (h <= 0) continue;
            if (largest) {
                if (h > v) v = h, worst = &m;
                continue;
            }
            const double w = (width > 0 && mean > 0 ? std::exp(-m.delta / (width * mean)) : 1) / double(mine.size());
            v += w * h;
            for (std::size_t j = 0; j < g.size(); ++j) g[j] += w * slope * double(m.step[j]);
        }
        if (worst)
            for (std::size_t j = 0; j < g.size(); ++j) g[j] = slope * double(worst->step[j]);
        return v;
    }
};

}  // namespace decision_focused
