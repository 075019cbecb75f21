// SPDX-License-Identifier: MIT
#pragma once
#include <training/checkpoint.hpp>
#include <training/progress.hpp>
#include <training/text.hpp>
#include <cmath>

/// \file
/// From the first step, or a checkpoint, to the last, or Ctrl-C: bit by bit the same either way.

/// How long, on what batches.
struct plan {
    long steps, batch, length;
    unsigned seed;
    long stop_after = 0;  ///< interrupts itself after this step
    long points = 20;     ///< of the curve
};

/// Trains `work`, which has `net` (nn::data_parallel), `opt` and `evaluate(sequences, run&)`, the mean loss over sequences. The run goes
/// on from `file` where that is there and `resume` is set, and is left there, complete or not. Throws `diverged`, and isotypic::error or
/// std::runtime_error on a checkpoint of other settings than `what`.
template <class Work>
run train(Work& work, std::string const& name, plan const& p, text const& t, std::filesystem::path const& file, nlohmann::json const& what, bool resume) {
    const long every = std::max(1L, p.steps / p.points);
    std::vector<nn::sequence> batch(std::size_t(p.batch));
    run r;
    r.optimizer = name;
    std::filesystem::create_directories(file.parent_path());
    if (resume && std::filesystem::exists(file)) r = read_checkpoint(file, what, *work.opt);
    if (r.complete(p.steps)) return r;

    const auto some = windows(t.validation(), p.length, 8 * p.batch), all = windows(t.validation(), p.length, nn::Index(t.all.size()));
    progress bar(name, p.steps);
    while (!r.complete(p.steps) && !interrupted) {
        const double begin = seconds_now();
        draw(t.train(), p.length, p.seed, ++r.step, batch);
        const double loss = work.net.differentiate(batch), half = seconds_now();
        if (!std::isfinite(loss) || !work.net.gradient.all.allFinite())
            throw diverged(name + " diverged: at step " + std::to_string(r.step) + " the loss or a gradient is not finite");
        work.opt->step();
        const double end = seconds_now();
        r.seconds += end - begin, r.seconds_in_optimizer += end - half, r.sum += loss;

        const long since = r.curve.empty() ? 0 : r.curve.back().step;
        if (r.step % every == 0 || r.complete(p.steps)) {
            const double train = r.sum / double(r.step - since);
            r.curve.push_back({r.step, r.seconds, train, work.evaluate(some, r)});
            r.sum = 0;
        }
        bar.show(r.step, loss, r.tokens_a_second(p.batch * p.length));
        if (r.step == p.stop_after) std::raise(SIGINT);
    }
    if (r.complete(p.steps))
        r.validation = work.evaluate(all, r);
    else
        bar.leave();
    write_checkpoint(file, r, what, *work.opt);
    return r;
}

/// The mean loss in nats a byte over as many whole batches of these sequences as there are; after each part's forward pass see(net).
template <class Net, class See>
double mean_loss(Net& net, std::vector<nn::sequence> const& all, std::size_t batch, See const& see) {
    double sum = 0;
    std::size_t n = 0;
    for (; (n + 1) * batch <= all.size(); ++n) sum += net.evaluate(std::span(all).subspan(n * batch, batch), see);
    return sum / double(n);
}
