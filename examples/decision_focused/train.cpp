// SPDX-License-Identifier: MIT
#include "train.hpp"
#include <isotypic/group/random.hpp>
#include <isotypic/loss/decision/regret.hpp>
#include <isotypic/model/as.hpp>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/update/adamw.hpp>
#include <ctime>
#include <numeric>

namespace decision_focused {
namespace {

using isotypic::index_t;

/// A block of which nothing is known.
struct any : isotypic::symmetry<isotypic::trivial, isotypic::trivial> {};

/// Of this thread.
double processor_seconds() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

/// A column of ones for the constants.
table with_ones(table const& x) {
    table y(x.rows(), x.cols() + 1);
    y << x, table::Ones(x.rows(), 1);
    return y;
}

enum purpose : std::uint64_t { weights = 1, order };

}  // namespace

outcome train(experiment const& e, data const& d, std::function<void()> const& epoch_done) {
    const table inputs = with_ones(d.drawn.train_features), test_inputs = with_ones(d.drawn.test_features);
    const Index n = inputs.rows(), p = inputs.cols(), costs = d.drawn.train_costs.cols();
    const auto solver = make(e.what, d.weights);
    outcome found;
    double begin = processor_seconds();
    const auto minimised = make(e.with, d.drawn.train_costs, d.to, *solver, e.what.problem == "shortest_path" || e.what.problem == "assignment", e.seed);
    found.seconds_before = processor_seconds() - begin, found.solves_before = minimised->solves;

    table w(costs, p);
    isotypic::random_stream random(e.seed, purpose::weights);
    for (Index i = 0; i < w.size(); ++i) w.data()[i] = (2 * random.uniform() - 1) / std::sqrt(double(p - 1));
    isotypic::optimizer step(isotypic::as<any>(w), isotypic::adam{}, e.rate);
    auto test = [&] { return isotypic::regret(table(test_inputs * w.transpose()), d.test, *solver); };

    std::vector<index_t> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    for (long epoch = 0; epoch < e.what.epochs && !found.diverged; ++epoch) {
        isotypic::random_stream shuffling(e.seed, purpose::order, std::uint32_t(epoch));
        begin = processor_seconds();
        const long before = solver->solves;
        for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[std::size_t(shuffling.below(index_t(i)))]);
        for (Index first = 0; first < n; first += batch_size) {
            const Index count = (std::min)(batch_size, n - first);
            const auto rows = std::span<index_t const>(all).subspan(std::size_t(first), std::size_t(count));
            table x(count, p), slopes(count, costs);
            for (Index i = 0; i < count; ++i) x.row(i) = inputs.row(rows[std::size_t(i)]);
            const table predictions = x * w.transpose();
            if ((found.diverged = !predictions.allFinite())) break;
            minimised->gradient(predictions, rows, slopes);
            const table g = slopes.transpose() * x;
            if ((found.diverged = !g.allFinite())) break;
            step.step(g);
        }
        found.seconds += processor_seconds() - begin, found.solves += solver->solves - before;
        if (epoch_done) found.curve.push_back(found.diverged ? 1 : test().normalised), epoch_done();
    }
    if (found.diverged) return found.normalised = found.mean_ratio = 1, found;
    const auto r = test();
    found.normalised = r.normalised, found.mean_ratio = r.mean_ratio;
    return found;
}

}  // namespace decision_focused
