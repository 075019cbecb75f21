// SPDX-License-Identifier: MIT
#pragma once
#include "actor.hpp"
#include "worlds.hpp"
#include <isotypic/critic/tanh_gaussian.hpp>

/// \file
/// What the actor meets. Rows are samples: task after task, in it stream after stream, in it step after step.
namespace multitask_control {

struct experience {
    Index tasks, streams, steps;
    matrix<float> inputs, raw;  ///< raw: actions, before tanh squashes them
    matrix<double> rewards;     ///< streams of all tasks x steps
    matrix<char> terminated, truncated;
    matrix<float> beyond;     ///< inputs where a stream was cut, by a time limit or its end: what came then
    std::vector<Index> cuts;  ///< the rows in front of them

    experience(worlds const& w, Index n)
        : tasks(w.tasks),
          streams(w.copies),
          steps(n),
          inputs(w.count() * n, w.inputs()),
          raw(matrix<float>::Zero(w.count() * n, most_actions)),
          rewards(w.count(), n),
          terminated(w.count(), n),
          truncated(w.count(), n) {}

    Index each() const { return streams * steps; }
};

/// Goes on in its worlds where it is.
class explorer {
public:
    worlds in;

    explorer(Index streams, unsigned seed) : in(streams, seed, purpose::starts), x(in.count(), in.inputs()), actions(in.count(), most_actions) {
        for (Index k = 0; k < in.tasks; ++k) noise.push_back(stream(seed, purpose::noise, k));
    }

    void explore(actor<float>& with, experience& to) {
        to.cuts.clear(), seen.clear();
        for (Index i = 0; i < in.count(); ++i) in.observe(i, x.row(i));
        for (Index t = 0; t < to.steps; ++t) {
            matrix<float> const& means = with.forward(x);
            for (Index k = 0; k < in.tasks; ++k) draw(k, t, with, means, to);
            for (Index i = 0; i < in.count(); ++i) {
                to.inputs.row(i * to.steps + t) = x.row(i);
                const outcome o = in.step(i, {actions.row(i).data(), most_actions});
                to.rewards(i, t) = o.reward, to.terminated(i, t) = o.terminated, to.truncated(i, t) = !o.terminated && in.out_of_time(i);
                in.observe(i, x.row(i));
                if (to.truncated(i, t) || (t + 1 == to.steps && !o.terminated)) cut(i, i * to.steps + t, to);
                if (o.terminated || to.truncated(i, t)) in.reset(i), in.observe(i, x.row(i));
            }
        }
        to.beyond = Eigen::Map<matrix<float>>(seen.data(), Index(to.cuts.size()), x.cols());
    }

private:
    std::vector<random_stream> noise;
    matrix<float> x;
    matrix<double> actions;
    std::vector<float> seen;
    isotypic::workspace scratch;

    /// The actions of a task's streams.
    void draw(Index k, Index t, actor<float> const& with, matrix<float> const& means, experience& to) {
        const Index n = to.streams, d = in.at(k * n).actions();
        const isotypic::view<float> raw(to.raw.row(k * n * to.steps + t).data(), n, d, to.steps * most_actions, 1);
        isotypic::tanh_gaussian{}.sample(noise[std::size_t(k)], isotypic::as_view(means).part(k * n, 0, n, d), with.log_deviation(k, n, d), raw,
                                         isotypic::as_view(actions).part(k * n, 0, n, d), scratch);
    }
    void cut(Index i, Index row, experience& to) {
        to.cuts.push_back(row);
        seen.insert(seen.end(), x.row(i).data(), x.row(i).data() + x.cols());
    }
};

}  // namespace multitask_control
