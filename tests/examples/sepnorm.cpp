// SPDX-License-Identifier: MIT
#include <sepnorm/autoencoder.hpp>
#include <isotypic/check/seed.hpp>
#include <doctest/doctest.h>

using namespace sepnorm;

namespace {

config small(kind layers, kind last) {
    return {.side = 12, .patch = 4, .visible = 4, .width = 8, .layers = 2, .heads = 2, .hidden = 12, .decoder = 10, .layer_norm = layers, .last_norm = last};
}

struct batch {
    patches<double> seen, hidden;

    batch(config const& c, Index images, isotypic::random_stream& random) : seen(images, c.visible, c), hidden(images, c.masked(), c) {
        for (Index i = 0; i < images; ++i)
            for (Index k = 0; k < c.patches(); ++k) {
                const Index place = (k + i) % c.patches();
                if (k < c.visible)
                    seen.place[std::size_t(i * c.visible + k)] = place;
                else
                    hidden.place[std::size_t(i * c.masked() + k - c.visible)] = place;
            }
        for (auto* p : {&seen, &hidden})
            for (Index i = 0; i < p->pixels.size(); ++i) p->pixels.data()[i] = random.normal();
    }
};

/// Central differences on some entries of every tensor, the largest error over the tensor's largest gradient.
void check_gradients(kind layers, kind last, bool training) {
    isotypic::thread_pool pool(1);
    const config c = small(layers, last);
    autoencoder<double> net(c, 8, pool);
    isotypic::random_stream random(isotypic::seed());
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    for (Index i = 0; i < net.weights.all.size(); ++i) net.weights.all[i] = 0.5 * random.normal();
    const batch b(c, 8, random);
    net.evaluate(b.seen, b.hidden);  // for the running statistics
    net.encode.training(training);
    net.differentiate(b.seen, b.hidden);

    std::vector<double> slope;
    net.gradient.for_each([&](auto const&, auto& g) { slope.insert(slope.end(), g.data(), g.data() + g.size()); });
    std::size_t begin = 0;
    net.weights.for_each([&](std::string const& name, auto& w) {
        double most = 0, error = 0;
        for (Index i = 0; i < w.size(); ++i) most = (std::max)(most, std::abs(slope[begin + std::size_t(i)]));
        for (int n = 0; n < 12; ++n) {
            const Index i = random.below(w.size());
            const double x = w.data()[i], h = 1e-5;
            w.data()[i] = x + h;
            const double up = net.evaluate(b.seen, b.hidden);
            w.data()[i] = x - h;
            const double down = net.evaluate(b.seen, b.hidden);
            w.data()[i] = x;
            error = (std::max)(error, std::abs((up - down) / (2 * h) - slope[begin + std::size_t(i)]));
        }
        CAPTURE(name);
        // In the first norm all class tokens are the same, and a batch norm makes 0 of them, whatever they are.
        if (training && layers == kind::separate && (name == "token" || name == "layer0.norm1.class_gain")) {
            CHECK(most < 1e-9);
        } else {
            CHECK(most > 0);
            CHECK(error < 1e-5 * most);
        }
        begin += std::size_t(w.size());
    });
}

}  // namespace

TEST_CASE("the masked autoencoder's gradients are those of finite differences, whatever normalizes the class token") {
    for (const kind k : {kind::shared, kind::untied, kind::separate}) {
        CAPTURE(int(k));
        check_gradients(k, k, true);
    }
    check_gradients(kind::shared, kind::separate, true);
    check_gradients(kind::separate, kind::separate, false);
}

TEST_CASE("with a batch norm of the class token an image's code depends on the others of its batch, and else on none") {
    isotypic::random_stream random(isotypic::seed());
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    batch b(small(kind::shared, kind::shared), 8, random);
    isotypic::thread_pool pool(1);
    for (const kind k : {kind::shared, kind::untied, kind::separate}) {
        const config c = small(k, k);
        autoencoder<double> net(c, 8, pool);
        net.weights.start(c, 5);
        net.encode.forward(net.weights, b.seen);
        const matrix<double> before = net.encode.code;
        b.seen.pixels.row(0).array() += 1;  // of image 0
        net.encode.forward(net.weights, b.seen);
        const Index tokens = net.encode.tokens;
        const double own = (net.encode.code.topRows(tokens) - before.topRows(tokens)).cwiseAbs().maxCoeff();
        const double others = (net.encode.code.bottomRows(7 * tokens) - before.bottomRows(7 * tokens)).cwiseAbs().maxCoeff();
        CAPTURE(int(k));
        CHECK(own > 1e-6);
        CHECK((others > 1e-9) == (k == kind::separate));
    }
}

TEST_CASE("every number of threads gives the masked autoencoder the same bits") {
    for (const kind k : {kind::shared, kind::separate}) {
        auto run = [&](isotypic::index_t threads) {
            isotypic::thread_pool pool(threads);
            isotypic::random_stream random(11);
            const config c = small(k, k);
            const batch drawn(c, 16, random);
            autoencoder<double> net(c, 16, pool);
            net.weights.start(c, 3);
            const double loss = net.differentiate(drawn.seen, drawn.hidden);
            return std::pair(loss, std::vector<double>(net.gradient.all.begin(), net.gradient.all.end()));
        };
        const auto one = run(1), three = run(3);
        CHECK(one == three);
    }
}
