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
///
/// predictions: n x d, float or double, any layout. Where chat has several best decisions the solver's own counts. 0 / 0 is 0 here. Errors
/// name the instance.
namespace isotypic {

/// See the file's comment.
struct regrets {
    std::vector<double> each;
    double normalised = 0, mean_ratio = 0;
    index_t solves = 0;
};

template <matrix P, class S>
    requires solver<std::remove_reference_t<S>>
regrets regret(P&& predictions, cost_instances const& data, S&& s) {
    const std::string what = "isotypic: regret: ";
    const auto p = as_view(predictions);
    const index_t n = data.size(), d = data.dimension();
    if (p.rows != n || p.cols != d)
        throw error(what + "predictions of " + detail::shape_text(p.rows, p.cols) + " for costs of " + detail::shape_text(n, d));
    if (n && !data.decided()) throw error(what + "the instances have no best decisions: give them a solver, or decisions");
    detail::require_size("regret", s, d);

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
        found.each.push_back(r), sum += r, size += std::fabs(z), found.mean_ratio += ratio(r, std::fabs(z)) / double(n);
    }
    found.normalised = ratio(sum, size);
    return found;
}

template <matrix P, matrix C, class S>
    requires solver<std::remove_reference_t<S>>
regrets regret(P&& predictions, C&& costs, S&& s, sense to = sense::minimise) {
    const cost_instances data(costs, s, to);
    regrets found = regret(predictions, data, s);
    return found.solves += data.solves, found;
}

}  // namespace isotypic
