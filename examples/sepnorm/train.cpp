// SPDX-License-Identifier: MIT
#include "checkpoint.hpp"
#include "measure.hpp"
#include <training/progress.hpp>

namespace sepnorm {
namespace {

/// A model, its optimizer, their threads and a batch.
struct trainer {
    settings const& s;
    data const& d;
    config c;
    isotypic::thread_pool pool;
    autoencoder<float> net;
    optimizer opt;
    patches<float> seen, hidden;

    trainer(std::string const& side, settings const& all, data const& from)
        : s(all),
          d(from),
          c(s.shape(side)),
          pool(s.threads ? s.threads : isotypic::index_t(std::thread::hardware_concurrency())),
          net(c, s.batch, pool),
          opt(s.rate, s.steps, net.weights, net.gradient, pool),
          seen(s.batch, c.visible, c),
          hidden(s.batch, c.masked(), c) {
        if (d.side != c.side) throw std::runtime_error(d.name + ": the images are " + std::to_string(d.side) + " pixels wide, not " + std::to_string(c.side));
        net.weights.start(c, s.seed);
    }

    /// The mean loss over eight batches of the validation part, the same in every run.
    double validate() {
        double sum = 0;
        net.encode.training(false);
        for (long k = 0; k < 8; ++k) draw(d.validation, c, 0, k, seen, hidden), sum += net.evaluate(seen, hidden) / 8;
        net.encode.training(true);
        return sum;
    }
};

}  // namespace

run train(std::string const& side, settings const& s, data const& d, std::filesystem::path const& folder, bool resume) {
    const std::filesystem::path file = folder / (side + ".safetensors");
    const nlohmann::json what = identity(side, s, d);
    const long every = (std::max)(1L, s.steps / 20), tokens = s.batch * (s.shape(side).visible + 1);
    trainer work(side, s, d);
    run r;
    r.side = side;
    std::filesystem::create_directories(folder);
    if (resume && std::filesystem::exists(file)) r = read_checkpoint(file, what, work.net, work.opt);
    if (r.complete(s)) return r;

    progress bar(side, s.steps);
    while (!r.complete(s) && !interrupted) {
        const double begin = seconds_now();
        draw(d.train, work.c, s.seed, ++r.step, work.seen, work.hidden);
        const double loss = work.net.differentiate(work.seen, work.hidden);
        if (!std::isfinite(loss) || !work.net.gradient.all.allFinite())
            throw diverged(side + " diverged: at step " + std::to_string(r.step) + " the loss or a gradient is not finite");
        work.opt.step();
        r.seconds += seconds_now() - begin, r.sum += loss;

        const long since = r.curve.empty() ? 0 : r.curve.back().step;
        if (r.step % every == 0 || r.complete(s)) {
            const double mean = r.sum / double(r.step - since);
            r.curve.push_back({r.step, r.seconds, mean, work.validate()});
            r.sum = 0;
        }
        bar.show(r.step, loss, double(r.step * tokens) / r.seconds);
        if (r.step == s.stop_after) std::raise(SIGINT);
    }
    if (r.complete(s))
        r.found = measure(s, work.c, d, work.net.weights, work.pool), r.picture = paint(s, d, work.net);
    else
        bar.leave();
    write_checkpoint(file, r, what, work.net, work.opt);
    return r;
}

}  // namespace sepnorm
