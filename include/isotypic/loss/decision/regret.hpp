// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/instances.hpp>

/// \file
/// What predicted costs cost: the regret of the decision that they lead to, under the true costs,
///
///     r_i = c_i'x*(chat_i) - z*_i,   z*_i = c_i'x*(c_i)          or z*_i - c_i'x*(chat_i) to maximise
///     normalised = sum_i r_i / sum_i |z*_i|                      as PyEPO reports it
///     mean_ratio = mean_i r_i / |z*_i|                           as the benchmarks of Mandi et al. (JAIR 2024) do
///
///     regret(predictions, data, solver)                  // one solve an instance: `data` knows z*
///     regret(predictions, costs, solver, sense::maximise)   // two
///     regret(predictions, data, solver, 1e-4)               // of a solver that stops within 1e-4 of the optimum
///
/// predictions: n x d, float or double, any layout; known costs filled in. Where chat has several best decisions the solver's own counts.
/// 0 / 0 is 0 here. Errors name the instance. What a wrong sense looks like is an error: r_i below 0 by more than `gap` (|c_i|'|x| + |z*_i|), or
/// x*_i = 0 for all i, as of a knapsack that is minimised.
namespace isotypic {

/// See the file's comment.
struct regrets {
    std::vector<double> each;
    double normalised = 0, mean_ratio = 0;
    index_t solves = 0;
};

template <matrix P, class S>
regrets regret(P&& predictions, cost_instances const& data, S&& s, double gap = 1e-9) {
    const std::string what = "isotypic: regret: ";
    const auto p = as_view(predictions);
    const index_t n = data.size(), d = data.dimension();
    if (p.rows != n || p.cols != d)
        throw error(what + "predictions of " + detail::shape_text(p.rows, p.cols) + " for costs of " + detail::shape_text(n, d));
    if (n && !data.decided()) throw error(what + "the instances have no best decisions: give them a solver, or decisions");
    detail::require_size("regret", s, d);
    bool zero = n > 0 && d > 0;
    for (index_t i = 0; i < n; ++i)
        for (double v : data.decision(i)) zero = zero && v == 0;
    if (zero) throw error(what + "the best decision is x = 0 everywhere: is the sense right?");

    regrets found;
    std::vector<double> chat(static_cast<std::size_t>(d)), turned = chat, x = chat;
    const auto ratio = [](double r, double z) { return r == 0 ? 0 : r / z; };
    double sum = 0, size = 0;
    for (index_t i = 0; i < n; ++i) {
        const std::string place = what + "instance " + std::to_string(i) + ": ";
        for (index_t j = 0; j < d; ++j) chat[std::size_t(j)] = double(p(i, j));
        if (const std::size_t j = detail::first_not_finite(chat); j < chat.size())
            throw error(place + "the prediction of cost " + std::to_string(j) + " is not finite");
        try {
            detail::decide(s, data.direction(), chat, turned, x);
        } catch (std::exception const& e) {
            throw error(place + detail::reason(e));
        }
        ++found.solves;
        const double z = data.optimum(i), r = detail::sign_of(data.direction()) * (detail::dot(data.cost(i), x) - z);
        double terms = std::fabs(z);
        for (std::size_t j = 0; j < x.size(); ++j) terms += std::fabs(data.cost(i)[j] * x[j]);
        if (r < -gap * terms) throw error(place + "the decision for the prediction is better than the best known: is the sense right?");
        found.each.push_back(r), sum += r, size += std::fabs(z), found.mean_ratio += ratio(r, std::fabs(z)) / double(n);
    }
    found.normalised = ratio(sum, size);
    return found;
}

template <matrix P, matrix C, class S>
regrets regret(P&& predictions, C&& costs, S&& s, sense to = sense::minimise, double gap = 1e-9) {
    const cost_instances data(costs, s, to);
    regrets found = regret(predictions, data, s, gap);
    return found.solves += data.solves, found;
}

}  // namespace isotypic
