// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/one_sided.hpp>

/// \file
/// Weights of the components, of what an instance is locally sensitive to:
///
///     l * local_costs{.width = b}      sum_j w_j f(chat_j - c_j),    w_j = exp(-Delta_j / (b mean Delta))
///
/// Delta_j is what the optimum loses where x_j is forced off x*_j (`cost_instances::sensitivities`); the mean is over those of the instance
/// that are finite, and 0 / 0 counts as 0. It is the threshold of the task loss in one component: an error d in the harmful direction,
/// all else being right, has regret Delta_j [d > Delta_j]. So a component that never moves the decision has weight 0, one that ties weight
/// 1. Weights depend on neither a scale nor a gauge of the costs.
///
/// Where x_j may move a little, as in a linear program, so does the optimum: Delta is 0 for all j, and no use. What counts is |reduced cost|,
/// 0 for basic variables: a harmful error of more than that moves x_j off its bound (of a basis that is not degenerate), and by duality it is
/// at most what the optimum loses where x_j is forced to its other bound, for a range of 1. Write it to `delta`.
///
/// Derived here, for components far off their threshold to count less; not the weights of arXiv 2605.18005, which are not known.
namespace isotypic {

/// See the file's comment.
struct local_costs {
    double width = 1;

    static constexpr char const* name = "local costs";
    void require() const { detail::require_that(width > 0 && std::isfinite(width), name, "width", width, "above 0"); }

    /// What Delta is measured in.
    double unit(std::span<double const> delta) const {
        double sum = 0, count = 0;
        for (double v : delta)
            if (std::isfinite(v)) sum += v, count += 1;
        return count > 0 ? width * (sum / count) : 0;
    }
    double weight(double delta, double unit) const { return delta > 0 ? std::exp(-delta / unit) : 1; }
};

namespace detail {

template <cost_loss L>
struct locally_weighted {
    L loss;
    local_costs local;

    static constexpr bool of_decisions = L::of_decisions, of_sensitivities = true, one_thread = on_one_thread<L>, keeps_known = detail::keeps_known<L>;
    std::string called() const { return name_of(loss) + " by " + local_costs::name; }
    void require() const { detail::require(loss), local.require(); }
    void require(cost_instances const& data) const { detail::require(loss, data); }
    void require_known(std::span<index_t const> known) const { detail::require_known(loss, known); }
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace&) const {
        const double unit = local.unit(row.sensitivity);
        return sum_costs(loss, row, x, g, [&](std::size_t j) { return local.weight(row.sensitivity[j], unit); });
    }
};

}  // namespace detail

template <cost_loss L>
constexpr auto operator*(L const& loss, local_costs const& local) {
    return detail::locally_weighted<L>{loss, local};
}
template <decision_loss L>
    requires(!cost_loss<L>)
auto operator*(L const&, local_costs const&) {
    static_assert(detail::always_false<L>,
                  "local costs weigh the components of a loss, behind maps and stakes: stakes_of(data) * (map | loss * local_costs{})");
}

}  // namespace isotypic
