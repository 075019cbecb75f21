// SPDX-License-Identifier: MIT
#include "evaluation.hpp"
#include "learner.hpp"

namespace multitask_control {

finding train(experiment const& e, std::function<bool()> const& done) {
    plan const& size = e.size;
    explorer goes(size.streams, e.seed);
    learner learns(e, goes.in);
    experience seen(goes.in, size.steps);
    finding found;
    found.curve.push_back({0, successes(learns.acts, size.episodes, e.seed)});
    for (Index i = 1; i <= size.iterations; ++i) {
        try {
            if (!found.diverged) goes.explore(learns.acts, seen), learns.learn(seen, i);
        } catch (isotypic::error const&) {
            found.diverged = true;
        }
        if (size.due(i)) {
            point at{i, std::vector<double>(std::size_t(goes.in.tasks), 0.0)};
            if (!found.diverged) at.success = successes(learns.acts, size.episodes, e.seed), learns.report(at);
            found.curve.push_back(at);
        }
        if (done && !done()) break;
    }
    return found;
}

}  // namespace multitask_control
