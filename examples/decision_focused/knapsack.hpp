// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"
#include <cstdint>
#include <stdexcept>

/// \file
/// Which items to take, their weights in hundredths within a capacity in each dimension. Costs are what an item gives, with the sign turned.
namespace decision_focused {

namespace detail {

inline std::vector<long> hundredths(double const* first, Index n) {
    std::vector<long> all;
    for (Index j = 0; j < n; ++j) all.push_back(std::lround(100 * first[j]));
    return all;
}

}  // namespace detail

/// A small one of any number of dimensions, by the list of all sets of items to which none can be added.
class knapsack final : public problem {
public:
    knapsack(table const& weights, double capacity)
        : items(std::size_t(weights.cols())), capacity_of(std::size_t(weights.rows()), std::lround(100 * capacity)) {
        if (items > 64) throw std::runtime_error("a knapsack of more than 64 items is for long_knapsack");
        gain.resize(items);
        for (Index i = 0; i < weights.rows(); ++i) weight.push_back(detail::hundredths(&weights(i, 0), weights.cols()));
        std::vector<std::uint32_t> some;
        auto left = capacity_of;
        extend(0, some, left);
    }

    Index size() const override { return Index(items); }
    std::size_t listed() const { return first.size() - 1; }

    void minimise(costs_in c, decision_out x) override {
        read(c);
        double best = -1;
        std::size_t which = 0;
        for (std::size_t s = 0; s < listed(); ++s)
            if (const double v = value(s); v > best) best = v, which = s;
        mark(c, which, x);
    }
    void sensitivities(costs_in c, costs_in x, decision_out delta) override {
        search(c, x, delta);
        const double most = -dot(c, x);
        for (std::size_t j = 0; j < items; ++j) delta[j] = best_of[j] == none ? infinity : std::fmax(most - delta[j], 0);
    }
    void flips(costs_in c, costs_in x, table& all, decision_out delta) override {
        sensitivities(c, x, delta);
        for (std::size_t j = 0; j < items; ++j) {
            const decision_out found(&all(Index(j), 0), items);
            if (best_of[j] == none) std::copy(x.begin(), x.end(), found.begin());
            else mark(c, best_of[j], found), found[j] = x[j] > 0.5 ? 0 : 1;
        }
    }
    long solves_for_flips() const override { return 1; }

private:
    static constexpr std::size_t none = std::size_t(-1);
    std::size_t items;
    std::vector<long> capacity_of;
    std::vector<std::vector<long>> weight;  ///< [dimension][item]
    std::vector<std::uint32_t> first{0}, member;  ///< set s holds member[first[s]], ...
    std::vector<std::uint64_t> mask;              ///< the same, by bits
    std::vector<double> gain;                     ///< an item that gives less than nothing stays out
    std::vector<std::size_t> best_of;

    void read(costs_in c) {
        for (std::size_t j = 0; j < items; ++j) gain[j] = c[j] < 0 ? -c[j] : 0;
    }

    bool fits(std::size_t item, std::vector<long> const& left) const {
        for (std::size_t i = 0; i < left.size(); ++i)
            if (weight[i][item] > left[i]) return false;
        return true;
    }
    void extend(std::size_t from, std::vector<std::uint32_t>& some, std::vector<long>& left) {
        bool full = true;
        for (std::size_t j = 0; j < items; ++j) {
            if (!fits(j, left) || std::find(some.begin(), some.end(), std::uint32_t(j)) != some.end()) continue;
            full = false;
            if (j < from) continue;
            for (std::size_t i = 0; i < left.size(); ++i) left[i] -= weight[i][j];
            some.push_back(std::uint32_t(j)), extend(j + 1, some, left), some.pop_back();
            for (std::size_t i = 0; i < left.size(); ++i) left[i] += weight[i][j];
        }
        if (!full) return;
        mask.push_back(0);
        for (std::uint32_t j : some) member.push_back(j), mask.back() |= std::uint64_t(1) << j;
        first.push_back(std::uint32_t(member.size()));
    }
    double value(std::size_t s) const {
        double v = 0;
        for (std::uint32_t k = first[s]; k < first[s + 1]; ++k) v += gain[member[k]];
        return v;
    }
    void mark(costs_in c, std::size_t s, decision_out x) const {
        std::fill(x.begin(), x.end(), 0.0);
        for (std::uint32_t k = first[s]; k < first[s + 1]; ++k) x[member[k]] = c[member[k]] < 0 ? 1 : 0;
    }
    /// The value and set of the best decision with each item forced to the other side.
    void search(costs_in c, costs_in x, decision_out most) {
        read(c);
        best_of.assign(items, none);
        std::fill(most.begin(), most.end(), -infinity);
        std::vector<std::size_t> chosen;
        for (std::size_t j = 0; j < items; ++j)
            if (x[j] > 0.5) chosen.push_back(j);
        for (std::size_t s = 0; s < listed(); ++s) {
            const double v = value(s);
            auto offer = [&](std::size_t j, double with) {
                if (with > most[j]) most[j] = with, best_of[j] = s;
            };
            for (std::size_t j : chosen) offer(j, mask[s] >> j & 1 ? v - gain[j] : v);
            for (std::uint32_t k = first[s]; k < first[s + 1]; ++k)
                if (const std::size_t j = member[k]; x[j] < 0.5) offer(j, c[j] < 0 ? v : v - c[j]);
        }
    }
};

/// A large one of one dimension, by dynamic programming over the capacity.
class long_knapsack final : public problem {
public:
    long_knapsack(table const& weights, double capacity)
        : weight(detail::hundredths(&weights(0, 0), weights.cols())), whole(std::size_t(std::lround(100 * capacity))) {}

    Index size() const override { return Index(weight.size()); }

    void minimise(costs_in c, decision_out x) override {
        best.assign(whole + 1, 0), taken.assign(weight.size() * (whole + 1), 0);
        for (std::size_t j = 0; j < weight.size(); ++j)
            if (c[j] < 0) {
                before = best, add(c[j], std::size_t(weight[j]), before.data(), best.data());
                for (std::size_t left = 0; left <= whole; ++left) taken[j * (whole + 1) + left] = best[left] > before[left];
            }
        std::size_t left = whole;
        for (std::size_t j = weight.size(); j-- > 0;) {
            x[j] = taken[j * (whole + 1) + left];
            if (x[j] > 0) left -= std::size_t(weight[j]);
        }
    }
    /// From what the items before and those after each can give.
    void sensitivities(costs_in c, costs_in x, decision_out delta) override {
        const std::size_t n = weight.size(), row = whole + 1;
        std::vector<double> first(n * row, 0.0), last(row, 0.0), next(row);
        for (std::size_t j = 0; j + 1 < n; ++j) add(c[j], std::size_t(weight[j]), &first[j * row], &first[(j + 1) * row]);
        const double most = -dot(c, x);
        for (std::size_t j = n; j-- > 0;) {
            const std::size_t used = x[j] > 0.5 ? 0 : std::size_t(weight[j]);
            double v = -infinity;
            for (std::size_t left = 0; left + used <= whole; ++left) v = std::fmax(v, first[j * row + left] + last[whole - used - left]);
            delta[j] = v == -infinity ? infinity : std::fmax(most - v + (used ? c[j] : 0), 0);
            add(c[j], std::size_t(weight[j]), last.data(), next.data()), last.swap(next);
        }
    }

private:
    std::vector<long> weight;
    std::size_t whole;
    std::vector<double> best, before;
    std::vector<std::uint8_t> taken;

    /// What fits into each capacity with one more item to choose from.
    void add(double cost, std::size_t w, double const* from, double* to) const {
        const std::size_t least = (std::min)(w, whole + 1);
        std::copy_n(from, least, to);
        for (std::size_t left = least; left <= whole; ++left) to[left] = (std::max)(from[left], from[left - least] - cost);
    }
};

}  // namespace decision_focused
