// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"
#include "settings.hpp"
#include <isotypic/loss/decision/instances.hpp>

namespace decision_focused {

/// Drawn instances, half to learn from and half to test, and what makes the problem that they are of.
struct data {
    parts drawn;
    table weights;
    isotypic::sense to;
    isotypic::cost_instances test;  ///< with their best decisions
};

std::unique_ptr<problem> make(task const& t, table const& weights);
data draw(task const& t, unsigned seed);

/// c of a solver: costs as they are, or with their signs turned where they are gains.
inline std::vector<double> to_minimise(isotypic::sense to, costs_in c) {
    std::vector<double> turned(c.begin(), c.end());
    if (to == isotypic::sense::maximise)
        for (double& v : turned) v = -v;
    return turned;
}

}  // namespace decision_focused
