// SPDX-License-Identifier: MIT
#pragma once
#include "streams.hpp"
#include "tasks/task.hpp"

/// \file
/// Copies of all tasks side by side, and what a network sees of them: the observations, filled up with zeros, and which task it is.
namespace multitask_control {

class worlds {
public:
    static constexpr float told = 3;  ///< at the place of the task: larger than an observation, so that tasks are told apart from the start

    Index tasks, copies;

    /// Task by task, each with its random starts: of the same seed and purpose the same ones.
    worlds(Index each, unsigned seed, purpose p) : tasks(0), copies(each) {
        for (Index e = 0; e < each; ++e) {
            sets.push_back(all_tasks());
            tasks = Index(sets.back().size());
        }
        for (Index i = 0; i < count(); ++i) random.push_back(stream(seed, p, i));
        age.assign(std::size_t(count()), 0);
        for (Index i = 0; i < count(); ++i) reset(i);
    }

    Index count() const { return tasks * copies; }
    Index inputs() const { return most_observations + tasks; }
    Index task_of(Index i) const { return i / copies; }
    task const& at(Index i) const { return *sets[std::size_t(i % copies)][std::size_t(i / copies)]; }
    task& at(Index i) { return *sets[std::size_t(i % copies)][std::size_t(i / copies)]; }

    void reset(Index i) { at(i).reset(random[std::size_t(i)]), age[std::size_t(i)] = 0; }
    outcome step(Index i, std::span<double const> action) {
        ++age[std::size_t(i)];
        return at(i).step(action.first(std::size_t(at(i).actions())));
    }
    bool out_of_time(Index i) { return age[std::size_t(i)] >= at(i).limit(); }

    template <class Row>
    void observe(Index i, Row&& to) {
        double seen[most_observations] = {};
        at(i).observe({seen, std::size_t(at(i).observations())});
        to.setZero();
        for (Index j = 0; j < most_observations; ++j) to[j] = float(seen[j]);
        to[most_observations + task_of(i)] = told;
    }

private:
    std::vector<std::vector<std::unique_ptr<task>>> sets;
    std::vector<random_stream> random;
    std::vector<int> age;
};

}  // namespace multitask_control
