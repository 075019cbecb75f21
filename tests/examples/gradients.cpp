// SPDX-License-Identifier: MIT
#include <nn/data_parallel.hpp>
#include <pretrain/decoder.hpp>
#include <isotypic/check/seed.hpp>
#include <doctest/doctest.h>

using nn::Index;

namespace {

/// Central differences on some entries of every tensor, the largest error over the tensor's largest gradient.
template <class Net>
void check_gradients(typename Net::config_type const& c) {
    isotypic::thread_pool pool(1);
    const Index batch = 4;
    nn::data_parallel<double, Net> net(c, batch, pool);
    isotypic::random_stream random(isotypic::seed());
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    for (Index i = 0; i < net.weights.all.size(); ++i) net.weights.all[i] = 0.3 * random.normal();

    std::vector<std::vector<unsigned char>> text(std::size_t(batch), std::vector<unsigned char>(std::size_t(c.length + 1)));
    std::vector<nn::sequence> starts;
    for (auto& t : text) {
        for (auto& byte : t) byte = static_cast<unsigned char>(random.below(c.vocabulary));
        starts.push_back(t.data());
    }
    auto loss = [&] {
        double balance = 0;
        const double mean = net.evaluate(starts, [&](auto const& part) {
            if constexpr (requires { part.balance_loss(); }) balance += part.balance_loss() / 2;
        });
        return mean + balance;
    };
    net.differentiate(starts);

    std::vector<double> slope;
    net.gradient.for_each([&](auto const&, auto& g) { slope.insert(slope.end(), g.data(), g.data() + g.size()); });
    std::size_t begin = 0;
    net.weights.for_each([&](std::string const& name, auto& w) {
        double most = 0, error = 0;
        for (Index i = 0; i < w.size(); ++i) most = std::max(most, std::abs(slope[begin + std::size_t(i)]));
        for (int k = 0; k < 12; ++k) {
            const Index i = random.below(w.size());
            const double x = w.data()[i], h = 1e-5;
            w.data()[i] = x + h;
            const double up = loss();
            w.data()[i] = x - h;
            const double down = loss();
            w.data()[i] = x;
            error = std::max(error, std::abs((up - down) / (2 * h) - slope[begin + std::size_t(i)]));
        }
        CAPTURE(name);
        CHECK(most > 0);
        CHECK(error < 1e-6 * most + 2e-10);  // the rounding of a loss of 3, over 2 h
        begin += std::size_t(w.size());
    });
}

const nn::config small{.vocabulary = 20, .width = 16, .layers = 2, .heads = 2, .length = 8, .hidden = 24};

}  // namespace

TEST_CASE("the dense transformer's gradients are those of finite differences") { check_gradients<nn::transformer<double>>(small); }

TEST_CASE("the mixture's gradients are those of finite differences, balance loss included") {
    nn::config c = nn::mixture_of_experts(small);
    c.balance = 0.5;
    check_gradients<nn::transformer<double>>(c);
}

TEST_CASE("every placement's gradients are those of finite differences") {
    for (auto const& norm : pretrain::norms) {
        INFO(norm.name);
        check_gradients<pretrain::decoder<double>>({small, norm.at});
    }
}

TEST_CASE("so are those of every way to store the scales, in front of maps alone and on both sides") {
    for (auto const* name : {"hg", "dp", "dnp"})
        for (auto const& reading : pretrain::readings) {
            INFO(name << " " << reading.first);
            pretrain::config c{small, pretrain::norm_named(name).at};
            c.scales.as = reading.second;
            check_gradients<pretrain::decoder<double>>(c);
        }
}

TEST_CASE("with scales of 1 a placement without a middle norm is the transformer as it was, and one with it is not") {
    isotypic::thread_pool pool(1);
    const std::vector<unsigned char> text = {7, 1, 5, 2, 9, 3, 8, 4, 6, 0, 11, 13};
    const std::vector<nn::sequence> starts = {&text[0], &text[3]};
    nn::data_parallel<double> known(small, 2, pool);
    known.weights.start(3);
    const double loss = known.evaluate(starts, [](auto const&) {});
    for (auto const& norm : pretrain::norms) {
        nn::data_parallel<double, pretrain::decoder<double>> net({small, norm.at}, 2, pool);
        net.weights.start(3);
        for (std::size_t i = 0; i < net.weights.layers.size(); ++i) {
            auto &to = net.weights.layers[i];
            auto &from = known.weights.layers[i];
            to.qkv.maps[0] = from.q, to.qkv.maps[1] = from.k, to.qkv.maps[2] = from.v, to.o = from.o;
            to.mlp.maps[0] = from.gate, to.mlp.maps[1] = from.up, to.down = from.down;
        }
        net.weights.embed = known.weights.embed, net.weights.head.maps[0] = known.weights.head;
        INFO(norm.name);
        const double error = std::abs(net.evaluate(starts, [](auto const&) {}) - loss);
        CHECK((norm.at.middle ? error > 1e-5 : error < 1e-12));
    }
}

TEST_CASE("every number of threads gives the same bits") {
    const std::vector<unsigned char> text = {7, 1, 5, 2, 9, 3, 8, 4, 6, 0, 11, 13, 12, 19, 17, 18, 15, 16, 14, 10};
    const std::vector<nn::sequence> starts = {&text[0], &text[2], &text[4], &text[5], &text[7], &text[9], &text[10], &text[11]};
    for (auto const& c : {small, nn::mixture_of_experts(small)}) {
        auto run = [&](isotypic::index_t threads) {
            isotypic::thread_pool pool(threads);
            nn::data_parallel<float> net(c, 8, pool);
            net.weights.start(3);
            const double loss = net.differentiate(starts);
            return std::pair(loss, std::vector<float>(net.gradient.all.begin(), net.gradient.all.end()));
        };
        const auto one = run(1), three = run(3);
        CHECK(one == three);
    }
    for (auto const& norm : pretrain::norms) {
        auto run = [&](isotypic::index_t threads) {
            isotypic::thread_pool pool(threads);
            nn::data_parallel<double, pretrain::decoder<double>> net({small, norm.at}, 8, pool);
            net.weights.start(3);
            const double loss = net.differentiate(starts);
            return std::pair(loss, std::vector<double>(net.gradient.all.begin(), net.gradient.all.end()));
        };
        INFO(norm.name);
        const auto one = run(1), three = run(3);
        CHECK(one == three);
    }
}
