// SPDX-License-Identifier: MIT
#include "checkpoint.hpp"
#include "progress.hpp"
#include <nn/data_parallel.hpp>
#include <csignal>

volatile std::sig_atomic_t interrupted = 0;

namespace {

/// A model, its optimizer and their threads.
struct trainer {
    settings const& s;
    isotypic::thread_pool pool;
    nn::data_parallel<float> net;
    std::unique_ptr<optimizer> opt;
    std::vector<nn::sequence> batch;

    trainer(std::string const& name, settings const& all)
        : s(all),
          pool(s.threads ? s.threads : isotypic::index_t(std::thread::hardware_concurrency())),
          net(s.shape(), s.batch, pool),
          opt(make_optimizer(name, s, net.weights, net.gradient, pool)),
          batch(std::size_t(s.batch)) {
        net.weights.start(s.seed);
    }

    /// The mean loss over as many whole batches of these windows as there are; counts the experts' choices.
    double evaluate(std::vector<nn::sequence> const& all, std::vector<std::vector<double>>& load) {
        const nn::config c = s.shape();
        load.assign(c.experts ? std::size_t(c.layers) : 0, std::vector<double>(std::size_t(c.experts)));
        double sum = 0, choices = 0;
        std::size_t n = 0;
        for (; (n + 1) * batch.size() <= all.size(); ++n)
            sum += net.evaluate(std::span(all).subspan(n * batch.size(), batch.size()), [&](auto const& part) {
                for (std::size_t l = 0; l < load.size(); ++l)
                    for (nn::Index e = 0; e < c.experts; ++e) load[l][std::size_t(e)] += double(part.layers[l].sparse->choices(e));
            });
        for (auto& layer : load) {
            choices = 0;
            for (double f : layer) choices += f;
            for (double& f : layer) f /= choices;
        }
        return sum / double(n);
    }
};

}  // namespace

run train(std::string const& name, settings const& s, text const& t, std::filesystem::path const& folder, bool resume) {
    const std::filesystem::path file = folder / (name + ".safetensors");
    const nlohmann::json what = identity(name, s, t);
    const nn::Index length = s.shape().length;
    const long every = std::max(1L, s.steps / 20);
    trainer work(name, s);
    run r;
    r.optimizer = name;
    std::filesystem::create_directories(folder);
    if (resume && std::filesystem::exists(file)) r = read_checkpoint(file, what, *work.opt);
    if (r.complete(s)) return r;

    const auto some = windows(t.validation(), length, 8 * s.batch), all = windows(t.validation(), length, nn::Index(t.all.size()));
    progress bar(name, s.steps);
    while (!r.complete(s) && !interrupted) {
        const double begin = seconds_now();
        draw(t.train(), length, s.seed, ++r.step, work.batch);
        const double loss = work.net.differentiate(work.batch), half = seconds_now();
        if (!std::isfinite(loss) || !work.net.gradient.all.allFinite())
            throw diverged(name + " diverged: at step " + std::to_string(r.step) + " the loss or a gradient is not finite");
        work.opt->step();
        const double end = seconds_now();
        r.seconds += end - begin, r.seconds_in_optimizer += end - half, r.sum += loss;

        const long since = r.curve.empty() ? 0 : r.curve.back().step;
        if (r.step % every == 0 || r.complete(s)) {
            const double train = r.sum / double(r.step - since);
            r.curve.push_back({r.step, r.seconds, train, work.evaluate(some, r.load)});
            r.sum = 0;
        }
        bar.show(r.step, loss, r.tokens_a_second(s));
        if (r.step == s.stop_after) std::raise(SIGINT);
    }
    if (r.complete(s))
        r.validation = work.evaluate(all, r.load);
    else
        bar.leave();
    write_checkpoint(file, r, what, *work.opt);
    return r;
}

double loss_of(std::filesystem::path const& checkpoint, settings const& s, text const& t, std::string const& name, bytes part) {
    trainer work(name, s);
    read_checkpoint(checkpoint, identity(name, s, t), *work.opt);
    std::vector<std::vector<double>> load;
    return work.evaluate(windows(part, s.shape().length, nn::Index(part.size())), load);
}
