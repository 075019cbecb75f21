// SPDX-License-Identifier: MIT
#include "losses.hpp"
#include "candidates.hpp"
#include <training/chart.hpp>
#include <isotypic/loss/decision/baselines/black_box_differentiation.hpp>
#include <isotypic/loss/decision/baselines/cave.hpp>
#include <isotypic/loss/decision/baselines/implicit_mle.hpp>
#include <isotypic/loss/decision/baselines/lava.hpp>
#include <isotypic/loss/decision/baselines/map_estimate.hpp>
#include <isotypic/loss/decision/baselines/negative_identity.hpp>
#include <isotypic/loss/decision/baselines/noise_contrastive.hpp>
#include <isotypic/loss/decision/baselines/perturbation_gradient.hpp>
#include <isotypic/loss/decision/baselines/perturbed_fenchel_young.hpp>
#include <isotypic/loss/decision/baselines/spo_plus.hpp>
#include <isotypic/loss/decision/cost_group.hpp>
#include <isotypic/loss/decision/local_costs.hpp>
#include <isotypic/loss/decision/one_sided.hpp>
#include <isotypic/loss/decision/stakes.hpp>
#include <sstream>
#include <stdexcept>

namespace decision_focused {
namespace {

using isotypic::cost_instances;
using isotypic::index_t;

template <class L>
struct minimising final : objective {
    cost_instances data;
    std::shared_ptr<near_misses> misses;
    L loss;

    minimising(cost_instances of, L l, long before = 0) : data(std::move(of)), loss(std::move(l)) { solves = data.solves + before; }
    double gradient(table const& predictions, std::span<index_t const> rows, table& result) override { return loss.gradient(predictions, data, rows, result); }
};

template <class L>
std::unique_ptr<objective> of_criterion(cost_instances data, L l, long before = 0) {
    return std::make_unique<minimising<isotypic::decision_criterion<L>>>(std::move(data), isotypic::decision_criterion<L>(std::move(l)), before);
}
template <class L>
std::unique_ptr<objective> of_baseline(cost_instances data, L l, long before = 0) {
    return std::make_unique<minimising<L>>(std::move(data), std::move(l), before);
}

template <class L>
std::unique_ptr<objective> of_stakes(cost_instances data, L l, double power) {
    const auto by = isotypic::stakes_of(data, power);
    return of_criterion(std::move(data), by * std::move(l));
}

void sensitivities(cost_instances& data, problem& p) {
    data.sensitivities([&](costs_in c, costs_in x, decision_out delta) { p.sensitivities(to_minimise(data.direction(), c), x, delta); });
}

/// Of the equalities, both ways, and of the bounds that x* is at.
isotypic::instance_vectors normals(cost_instances const& data, problem const& p) {
    isotypic::instance_vectors all(data.size(), data.dimension());
    const table a = p.equalities();
    std::vector<double> v(std::size_t(data.dimension()));
    for (index_t i = 0; i < data.size(); ++i) {
        for (Index r = 0; r < a.rows(); ++r)
            for (int sign : {1, -1}) {
                for (std::size_t j = 0; j < v.size(); ++j) v[j] = sign * a(r, Index(j));
                all.add(i, v);
            }
        std::fill(v.begin(), v.end(), 0.0);
        for (std::size_t j = 0; j < v.size(); ++j) v[j] = data.decision(i)[j] > 0.5 ? 1 : -1, all.add(i, v), v[j] = 0;
    }
    return all;
}

isotypic::instance_vectors adjacent(cost_instances const& data, problem& p) {
    isotypic::instance_vectors all(data.size(), data.dimension());
    const near_misses misses(data, p);
    const double sign = data.direction() == isotypic::sense::minimise ? 1 : -1;
    std::vector<double> v(std::size_t(data.dimension()));
    for (index_t i = 0; i < data.size(); ++i)
        for (auto const& m : misses.of[std::size_t(i)]) {
            for (std::size_t j = 0; j < v.size(); ++j) v[j] = data.decision(i)[j] - sign * double(m.step[j]);
            all.add(i, v);
        }
    return all;
}

}  // namespace

std::vector<about_loss> const& all_losses() {
    static const std::vector<about_loss> all{{"mse", "", kind::library, "#7a7f87", {{}}},
                                             {"cosine", "", kind::library, "#5f9ea0", {{}}},
                                             {"os", "leak", kind::library, "#8c6bb1", {{0}, {0.1}}},
                                             {"si_os", "leak", kind::library, "#1d5fd1", {{0}, {0.1}}},
                                             {"si_os_gauge", "leak", kind::library, "#00a3bf", {{0}, {0.1}}},
                                             {"si_os_local", "width", kind::library, "#4c8c4a", {{0.5}, {1}, {2}}},
                                             {"cosine_stakes", "power", kind::library, "#6fb3b5", {{0.5}, {1}}},
                                             {"si_os_stakes", "power", kind::library, "#3f7ee8", {{0.5}, {1}}},
                                             {"si_os_local_stakes", "power width", kind::library, "#2b7a2f", {{0.5, 0.5}, {0.5, 1}, {1, 1}}},
                                             {"si_os_gauge_stakes", "power", kind::library, "#56c8d8", {{0.5}, {1}}},
                                             {"capped", "at", kind::candidate, "#a08fc0", {{0.5}, {1}, {2}}},
                                             {"soft_threshold", "width", kind::candidate, "#c0a08f", {{0.1}, {0.25}, {1}}},
                                             {"soft_step", "width", kind::candidate, "#b0b070", {{0.5}, {1}}},
                                             {"near_misses", "slope width", kind::candidate, "#d9480f", {{1.25, 0}, {2, 0}, {1.5, 4}}},
                                             {"nearest_miss", "slope", kind::candidate, "#e8875a", {{1}, {2}, {4}}},
                                             {"nearest_of_more", "slope", kind::candidate, "#b3541e", {{1}, {2}, {4}}},
                                             {"spo_plus", "", kind::baseline, "#1c1e21", {{}}},
                                             {"pg", "sigma", kind::baseline, "#b08b57", {{0.1}, {0.5}, {1}}},
                                             {"dbb", "lambda", kind::baseline, "#c06c84", {{5}, {10}, {20}}},
                                             {"nid", "", kind::baseline, "#9a8c23", {{}}},
                                             {"pfyl", "sigma", kind::baseline, "#5b6067", {{0.5}, {1}, {2}}},
                                             {"imle", "lambda", kind::baseline, "#a35d6a", {{1}, {10}, {20}}},
                                             {"nce", "solve_ratio", kind::baseline, "#c9a227", {{0.05}, {0.2}, {1}}},
                                             {"map", "of_errors", kind::baseline, "#87622f", {{0}, {1}}},
                                             {"cave", "inner solve", kind::baseline, "#7d5fb2", {{0, 1}, {0.2, 1}, {0.2, 0.3}}},
                                             {"lava", "margin", kind::baseline, "#b04a9a", {{0.1}, {0.5}, {2}}}};
    return all;
}

about_loss const& about(std::string const& name) {
    for (auto const& a : all_losses())
        if (a.name == name) return a;
    throw std::logic_error("no loss " + name);
}

std::vector<std::string> loss_names() {
    std::vector<std::string> names;
    for (auto const& a : all_losses()) names.push_back(a.name);
    return names;
}

bool fits(std::string const& name, std::string const& problem) { return problem != "knapsack" || (!name.starts_with("si_os_gauge") && name != "cave"); }

std::string loss::title() const {
    std::string text = name;
    std::istringstream names(about(name).numbers);
    for (double x : numbers) {
        std::string one;
        names >> one;
        text += chart::text(" %s %g", one.c_str(), x);
    }
    return text;
}

std::unique_ptr<objective> make(loss const& l, table const& costs, isotypic::sense to, problem& p, bool many_samples, unsigned seed) {
    using namespace isotypic;
    auto n = [&](std::size_t i) { return l.numbers.at(i); };
    if (l.name == "mse") return of_criterion(cost_instances(costs), squared_costs{});
    if (l.name == "cosine") return of_criterion(cost_instances(costs), unit_costs{} | squared_costs{});

    cost_instances data(costs, p, to);
    const long misses_cost = long(data.size()) * p.solves_for_flips();
    const index_t samples = many_samples ? 10 : 1;
    if (l.name == "os") return of_criterion(std::move(data), one_sided{.leak = n(0)});
    if (l.name == "si_os") return of_criterion(std::move(data), unit_costs{} | one_sided{.leak = n(0)});
    if (l.name.starts_with("si_os_gauge")) {
        auto blind = blind_to(cost_gauge_and_scaling{cost_gauge::equalities(p.equalities())});
        if (l.name == "si_os_gauge") return of_criterion(std::move(data), std::move(blind) | one_sided{.leak = n(0)});
        return of_stakes(std::move(data), std::move(blind) | one_sided{}, n(0));
    }
    if (l.name == "cosine_stakes") return of_stakes(std::move(data), unit_costs{} | squared_costs{}, n(0));
    if (l.name == "si_os_stakes") return of_stakes(std::move(data), unit_costs{} | one_sided{}, n(0));
    if (l.name == "near_misses" || l.name.starts_with("nearest_")) {
        const int more = l.name == "nearest_of_more" ? 3 : 0;
        auto misses = std::make_shared<near_misses>(data, p, more);
        const bool largest = l.name.starts_with("nearest_");
        const long before = misses_cost * (1 + more) + data.solves * more;
        auto made = of_criterion(std::move(data), missed{misses.get(), n(0), largest ? 0 : n(1), largest}, before);
        dynamic_cast<minimising<decision_criterion<missed>>&>(*made).misses = std::move(misses);
        return made;
    }
    if (l.name == "spo_plus") return of_baseline(std::move(data), spo_plus<problem>(p, to));
    if (l.name == "pg") return of_baseline(std::move(data), perturbation_gradient<problem>(p, to, {.sigma = n(0)}));
    if (l.name == "dbb") return of_baseline(std::move(data), black_box_differentiation<problem>(p, to, {.lambda = n(0)}));
    if (l.name == "nid") return of_baseline(std::move(data), negative_identity<problem>(p, to));
    if (l.name == "pfyl") return of_baseline(std::move(data), perturbed_fenchel_young<problem>(p, to, {.sigma = n(0), .samples = samples, .seed = seed}));
    if (l.name == "imle") return of_baseline(std::move(data), implicit_mle<problem>(p, to, {.samples = samples, .lambda = n(0), .seed = seed}));
    if (l.name == "nce" || l.name == "map") {
        const bool nce = l.name == "nce";
        const contrastive_settings with{.solve_ratio = nce ? n(0) : 0.05, .of_errors = !nce && n(0) > 0, .seed = seed};
        auto filled = [&](auto c) {
            c.pool.add(data);
            return of_baseline(std::move(data), std::move(c));
        };
        return nce ? filled(noise_contrastive<problem>(p, to, with)) : filled(map_estimate<problem>(p, to, with));
    }
    if (l.name == "cave") {
        auto binding = normals(data, p);
        return of_baseline(std::move(data), cave(std::move(binding), to, {.inner_ratio = n(0), .solve_ratio = n(1), .seed = seed}));
    }
    if (l.name == "lava") {
        auto next = adjacent(data, p);
        return of_baseline(std::move(data), lava(std::move(next), to, {.margin = n(0)}), misses_cost);
    }

    sensitivities(data, p);
    if (l.name == "si_os_local") return of_criterion(std::move(data), unit_costs{} | one_sided{} * local_costs{.width = n(0)});
    if (l.name == "si_os_local_stakes") return of_stakes(std::move(data), unit_costs{} | one_sided{} * local_costs{.width = n(1)}, n(0));
    if (l.name == "capped") return of_criterion(std::move(data), thresholded<capped>{{n(0)}});
    if (l.name == "soft_threshold") return of_criterion(std::move(data), thresholded<soft_threshold>{{n(0)}});
    if (l.name == "soft_step") return of_criterion(std::move(data), thresholded<soft_step>{{n(0)}});
    throw std::logic_error("no loss " + l.name);
}

}  // namespace decision_focused
