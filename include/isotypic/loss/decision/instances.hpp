// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/decision_row.hpp>
#include <isotypic/matrix/as_view.hpp>
#include <vector>

/// \file
/// Training instances of a decision problem: true costs c_i (n x d), and what was solved once for all of training.
///
///     cost_instances data(costs);                                     // zero solves; (costs, sense::maximise) of gains
///     cost_instances data(costs, solver);                             // one an instance: x*_i and c_i'x*_i
///     cost_instances data(costs, solver, sense::maximise, bounds);    // variables in other ranges than 0 or 1; lower == upper: fixed
///     cost_instances data(costs, decisions, sense::maximise);         // solved before
///     data.sensitivities([&](std::span<double const> c, std::span<double const> x, std::span<double> delta) { ... });
///
/// Delta_j >= 0 is what the optimum loses where x_j is forced off x*_j, +infinity where it cannot be. Everything is copied, in double, and
/// must be finite but for Delta. Errors name the instance; a call that throws has changed nothing.
///
/// Where no bounds are given variables are taken for binary by the losses that ask, and only by those.
namespace isotypic {

/// See the file's comment.
class cost_instances {
public:
    template <matrix C>
    explicit cost_instances(C&& costs, sense direction = sense::minimise) : cost_instances(as_view(costs), direction, variable_bounds{}) {}

    template <matrix C, class S>
        requires(!matrix<S>)
    cost_instances(C&& costs, S&& s, sense direction = sense::minimise, variable_bounds const& between = {})
        : cost_instances(as_view(costs), direction, between) {
        detail::require_size(called, s, columns);
        x.resize(c.size()), best.resize(std::size_t(count));
        std::vector<double> turned(std::size_t(columns), 0.0);
        for (index_t i = 0; i < count; ++i) {
            naming(i, [&] { detail::decide(s, to, cost(i), turned, line(x, i)); });
            best[std::size_t(i)] = detail::dot(cost(i), decision(i)), ++solves;
        }
    }

    template <matrix C, matrix X>
    cost_instances(C&& costs, X&& decisions, sense direction = sense::minimise, variable_bounds const& between = {})
        : cost_instances(as_view(costs), direction, between) {
        const auto from = as_view(decisions);
        if (from.rows != count || from.cols != columns)
            throw error(title() + "decisions of " + detail::shape_text(from.rows, from.cols) + " for costs of " + detail::shape_text(count, columns));
        x = copied(from, "decision");
        for (index_t i = 0; i < count; ++i) best.push_back(detail::dot(cost(i), decision(i)));
    }

    /// f(cost, decision, delta) for each instance.
    template <class F>
    void sensitivities(F&& f) {
        if (best.size() != std::size_t(count)) throw error(title() + "sensitivities are of decisions: give a solver, or decisions");
        std::vector<double> found(c.size(), -1.0);
        for (index_t i = 0; i < count; ++i) {
            const std::span<double> one = line(found, i);
            naming(i, [&] { f(cost(i), decision(i), one); });
            for (std::size_t j = 0; j < one.size(); ++j)
                if (!(one[j] >= 0))
                    throw error(place(i) + "its sensitivity at component " + std::to_string(j) + " is " + std::to_string(one[j]) + ", and has to be 0 or more");
        }
        delta = std::move(found);
    }

    index_t size() const { return count; }
    index_t dimension() const { return columns; }
    sense direction() const { return to; }
    bool decided() const { return !best.empty(); }
    std::span<double const> cost(index_t i) const { return line(c, i); }
    std::span<double const> decision(index_t i) const { return line(x, i); }        ///< empty where none is known
    std::span<double const> sensitivity(index_t i) const { return line(delta, i); }  ///< the same
    double optimum(index_t i) const { return best.empty() ? std::numeric_limits<double>::quiet_NaN() : best[std::size_t(i)]; }
    variable_bounds const& bounds() const { return range; }
    decision_row row(index_t i) const { return {i, to, cost(i), decision(i), sensitivity(i), range.lower, range.upper, optimum(i)}; }

    index_t solves = 0;  ///< how many the decisions took

private:
    static constexpr char const* called = "cost instances";
    index_t count = 0, columns = 0;
    sense to;
    variable_bounds range;
    std::vector<double> c, x, delta, best;

    template <class T>
    cost_instances(view<T> costs, sense direction, variable_bounds const& between)
        : count(costs.rows), columns(costs.cols), to(direction), range(between), c(copied(costs, "cost")) {
        const std::size_t low = range.lower.size(), high = range.upper.size(), d = std::size_t(columns);
        if (low == 0 && high == 0) return;
        if (low != d || high != d)
            throw error(title() + std::to_string(low) + " lower and " + std::to_string(high) + " upper bounds for " + std::to_string(d) + " variables");
        for (std::size_t j = 0; j < d; ++j) {
            const double from = range.lower[j], upto = range.upper[j];
            if (std::isnan(from) || std::isnan(upto)) throw error(title() + "a bound of variable " + std::to_string(j) + " is not a number");
            if (from > upto || (from == upto && std::isinf(from)))
                throw error(title() + "variable " + std::to_string(j) + " has bounds that leave it no value");
        }
    }

    static std::string title() { return "isotypic: " + std::string(called) + ": "; }
    static std::string place(index_t i) { return title() + "instance " + std::to_string(i) + ": "; }
    std::span<double> line(std::vector<double>& all, index_t i) const { return {all.data() + i * columns, std::size_t(columns)}; }
    std::span<double const> line(std::vector<double> const& all, index_t i) const {
        return all.empty() ? std::span<double const>() : std::span<double const>(all.data() + i * columns, std::size_t(columns));
    }
    template <class F>
    void naming(index_t i, F const& f) const {
        try {
            f();
        } catch (std::exception const& e) {
            throw error(place(i) + detail::reason(e));
        }
    }
    template <class T>
    static std::vector<double> copied(view<T> from, char const* what) {
        std::vector<double> all;
        all.reserve(std::size_t(from.size()));
        for (index_t i = 0; i < from.rows; ++i)
            for (index_t j = 0; j < from.cols; ++j) {
                all.push_back(double(from(i, j)));
                if (!std::isfinite(all.back())) throw error(place(i) + what + " " + std::to_string(j) + " is not finite");
            }
        return all;
    }
};

}  // namespace isotypic
