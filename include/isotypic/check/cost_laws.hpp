// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/seed.hpp>
#include <isotypic/loss/decision/cost_group.hpp>
#include <isotypic/loss/decision/regret.hpp>

/// \file
/// A loss of predicted costs held against a group that its predictions should be up to: `cost_scaling`, a `cost_gauge`, both, or one's own.
///
///     const cost_errors e = cost_law_errors(my_loss{}, cost_scaling{}, data, solver);
///     CHECK(e.value < 1e-12);  CHECK(e.slope < 1e-12);  CHECK(e.decision < 1e-12);  CHECK(e.gradient < 1e-7);
namespace isotypic {

/// Each relative to the size of what is compared, and not a number where that is; the worst instance of the worst draw.
struct cost_errors {
    double value = 0;     ///< of values, when predictions are moved by the group
    double slope = 0;     ///< |g'v| / |g| |v|, v = moved - prediction, which is within the orbit for scales and gauges
    double decision = 0;  ///< how much dearer, by the predictions, the best decision for moved ones is: of group and problem, not of the loss
    double gradient = 0;  ///< against central differences of the value
};

/// Predictions are the true costs plus normal errors of `size` times their root mean square.
template <decision_loss L, cost_group G, class S>
cost_errors cost_law_errors(L loss, G const& group, cost_instances const& data, S&& solver, double size = 0.3, int draws = 8, std::uint64_t from = seed()) {
    const index_t n = data.size(), d = data.dimension();
    if (n < 1 || d < 1 || draws < 1) throw error("isotypic: a loss of costs is looked at on at least one instance, one cost and one draw");
    detail::require_size("cost laws", solver, d);
    using numbers = std::vector<double>;
    random_stream random(from);
    decision_criterion<L> criterion(std::move(loss));
    numbers p(static_cast<std::size_t>(d)), q = p, v = p, g = p, x = p, y = p, turned = p;
    const auto row = [&](numbers& of) { return as_view(of.data(), 1, d); };
    const auto worse = [](double& e, double found) { e = found > e || std::isnan(found) ? found : e; };
    const auto length = [](numbers const& a) { return std::sqrt(detail::dot(a, a)); };
    const auto share = [](double part, double whole) { return part == 0 ? 0 : std::abs(part) / whole; };

    cost_errors worst;
    for (int draw = 0; draw < draws; ++draw)
        for (index_t i = 0; i < n; ++i) {
            const double by = size * detail::root_mean_square(data.cost(i));
            for (std::size_t j = 0; j < p.size(); ++j) p[j] = data.cost(i)[j] + by * random.normal();
            q = p;
            group.move(random, q);
            const double there = criterion.value(row(q), data, {i}), here = criterion.gradient(row(p), data, {i}, row(g));
            worse(worst.value, share(there - here, std::fmax(std::abs(here), std::abs(there))));
            for (std::size_t j = 0; j < p.size(); ++j) v[j] = q[j] - p[j];
            worse(worst.slope, share(detail::dot(g, v), length(g) * length(v)));

            detail::decide(solver, data.direction(), p, turned, x), detail::decide(solver, data.direction(), q, turned, y);
            worse(worst.decision, share(detail::dot(p, x) - detail::dot(p, y), length(p) * std::fmax(length(x), length(y))));

            const double step = 1e-6 * length(p);
            for (double& a : v) a = random.normal();
            const double unit = step / length(v);
            for (std::size_t j = 0; j < p.size(); ++j) q[j] = p[j] + unit * v[j], turned[j] = p[j] - unit * v[j];
            const double difference = (criterion.value(row(q), data, {i}) - criterion.value(row(turned), data, {i})) / (2 * step);
            worse(worst.gradient, share(difference - detail::dot(g, v) / length(v), length(g)));
        }
    return worst;
}

}  // namespace isotypic
