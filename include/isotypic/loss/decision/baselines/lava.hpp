// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/baseline.hpp>
#include <isotypic/loss/decision/baselines/instance_vectors.hpp>

/// \file
/// Alignment with adjacent vertices (LAVA): sum over the vertices x' next to x* of
///
///     max(chat'(x* - x'), -margin)        gradient x* - x' where the first is larger;   chat negated to maximise
///
/// Convex; no less than -margin times the number of vertices, which it reaches where x* is best by the margin. A linear problem has x* for
/// a best decision as soon as no adjacent vertex is better. The vertices are the caller's; no solver is called.
///
/// Source: Berden et al., arXiv 2505.22224, by its abstract and a review: the authors' code was not seen.
namespace isotypic {

struct lava_settings {
    double margin = 0.1;
};

/// See the file's comment; calls are those of baseline.hpp.
class lava : public detail::baseline<lava> {
public:
    static constexpr char const* name = "LAVA";
    static constexpr bool of_decisions = true;

    explicit lava(instance_vectors adjacent, sense direction = sense::minimise, lava_settings const& with = {})
        : detail::baseline<lava>(direction), vertices(std::move(adjacent)), settings(with) {
        detail::require_that(with.margin >= 0 && std::isfinite(with.margin), name, "margin", with.margin, "0 or more");
    }

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace&) {
        detail::require_vectors(vertices, row.instance, prediction.size(), "adjacent vertices");
        std::fill(gradient.begin(), gradient.end(), 0.0);
        double v = 0;
        for (index_t k = 0; k < vertices.count(row.instance); ++k) {
            const auto next = vertices.vector(row.instance, k);
            double gain = 0;
            for (std::size_t j = 0; j < next.size(); ++j) gain += sign * prediction[j] * (row.decision[j] - next[j]);
            v += std::fmax(gain, -settings.margin);
            if (gain <= -settings.margin) continue;
            for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] += sign * (row.decision[j] - next[j]);
        }
        return v;
    }

private:
    instance_vectors vertices;
    lava_settings settings;
};

}  // namespace isotypic
