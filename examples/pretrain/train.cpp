// SPDX-License-Identifier: MIT
#include "train.hpp"
#include "optimizers.hpp"
#include <pretrain/decoder.hpp>
#include <training/loop.hpp>
#include <nn/data_parallel.hpp>

namespace {

/// A model, its optimizer and their threads.
struct trainer {
    settings const& s;
    isotypic::thread_pool pool;
    nn::data_parallel<float, pretrain::decoder<float>> net;
    std::unique_ptr<optimizer> opt;

    trainer(settings const& all, variant const& v)
        : s(all),
          pool(s.threads ? s.threads : isotypic::index_t(std::thread::hardware_concurrency())),
          net(s.shape(v), s.batch, pool) {
        net.weights.start(s.seed);
        opt = make_optimizer(s, v, net.weights, net.gradient, pool);
    }
    double evaluate(std::vector<nn::sequence> const& all, run&) {
        return mean_loss(net, all, std::size_t(s.batch), [](auto const&) {});
    }
};

}  // namespace

nlohmann::json identity(settings const& s, variant const& v, text const& t) {
    nlohmann::json j = about(s, v);
    j["text"] = checksum({t.all});
    return j;
}

run train(settings const& s, variant const& v, text const& t, std::filesystem::path const& file, bool resume) {
    trainer work(s, v);
    return train(work, v.name(), {s.steps, s.batch, s.length(), s.seed, s.stop_after, 10}, t, file, identity(s, v, t), resume);
}

double loss_of(std::filesystem::path const& checkpoint, settings const& s, variant const& v, text const& t, bytes part) {
    trainer work(s, v);
    run r = read_checkpoint(checkpoint, identity(s, v, t), *work.opt);
    return work.evaluate(windows(part, s.length(), nn::Index(part.size())), r);
}
