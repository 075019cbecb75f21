// SPDX-License-Identifier: MIT
#include "optimizers.hpp"
#include "rates.hpp"
#include "run.hpp"
#include <training/loop.hpp>
#include <nn/data_parallel.hpp>

namespace {

/// A model, its optimizer and their threads.
struct trainer {
    settings const& s;
    isotypic::thread_pool pool;
    nn::data_parallel<float> net;
    std::unique_ptr<optimizer> opt;

    trainer(std::string const& name, settings const& all)
        : s(all),
          pool(s.threads ? s.threads : isotypic::index_t(std::thread::hardware_concurrency())),
          net(s.shape(), s.batch, pool),
          opt(make_optimizer(name, s, net.weights, net.gradient, pool)) {
        net.weights.start(s.seed);
    }

    /// The mean loss over as many whole batches of these sequences as there are; counts the experts' choices.
    double evaluate(std::vector<nn::sequence> const& all, run& r) {
        const nn::config c = s.shape();
        r.load.assign(c.experts ? std::size_t(c.layers) : 0, std::vector<double>(std::size_t(c.experts)));
        const double mean = mean_loss(net, all, std::size_t(s.batch), [&](auto const& part) {
            for (std::size_t l = 0; l < r.load.size(); ++l)
                for (nn::Index e = 0; e < c.experts; ++e) r.load[l][std::size_t(e)] += double(part.layers[l].sparse->choices(e));
        });
        for (auto& layer : r.load) {
            double choices = 0;
            for (double f : layer) choices += f;
            for (double& f : layer) f /= choices;
        }
        return mean;
    }
};

}  // namespace

nlohmann::json identity(std::string const& optimizer, settings const& s, text const& t) {
    nlohmann::json j = about(s);
    j["text"] = checksum({t.all});
    j["rates"] = rates_json(optimizer, s);
    return j;
}

run train(std::string const& name, settings const& s, text const& t, std::filesystem::path const& folder, bool resume) {
    trainer work(name, s);
    const plan p{s.steps, s.batch, s.shape().length, s.seed, s.stop_after};
    return train(work, name, p, t, folder / (name + ".safetensors"), identity(name, s, t), resume);
}

double loss_of(std::filesystem::path const& checkpoint, settings const& s, text const& t, std::string const& name, bytes part) {
    trainer work(name, s);
    run r = read_checkpoint(checkpoint, identity(name, s, t), *work.opt);
    return work.evaluate(windows(part, s.shape().length, nn::Index(part.size())), r);
}
