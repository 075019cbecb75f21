// SPDX-License-Identifier: MIT
#include <multitask_control/actor.hpp>
#include <multitask_control/critic.hpp>
#include <multitask_control/settings.hpp>
#include <multitask_control/trials.hpp>
#include <isotypic/check/seed.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace multitask_control;

namespace {

constexpr Index tasks = 3, each = 5, inputs = 6;

matrix<double> drawn(Index rows, Index cols, random_stream& random) {
    return matrix<double>::NullaryExpr(rows, cols, [&] { return random.normal(); });
}

/// The largest error of a row of slopes against central differences of f in the weights, over the largest slope.
template <class F>
double off_by(matrix<double>& weights, matrix<double> const& slopes, F const& f) {
    double error = 0;
    for (Index i = 0; i < weights.cols(); ++i) {
        const double x = weights(0, i), h = 1e-6;
        weights(0, i) = x + h;
        const double up = f();
        weights(0, i) = x - h;
        const double down = f();
        weights(0, i) = x;
        error = (std::max)(error, std::abs((up - down) / (2 * h) - slopes(0, i)));
    }
    return error / slopes.cwiseAbs().maxCoeff();
}

plan tiny() { return {.iterations = 2, .streams = 2, .steps = 16, .epochs = 2, .batches = 2, .points = 2, .episodes = 2, .hidden = 8}; }

bool same(finding const& a, finding const& b) { return described(a) == described(b); }

}  // namespace

TEST_CASE("example/multitask_control: the critic's gradient of each task is that of its values, with and without layer norm and own units") {
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    random_stream random(isotypic::seed());
    for (bool norm : {false, true})
        for (bool units : {false, true}) {
            CAPTURE(norm);
            CAPTURE(units);
            critic<double> judge(tasks, {.inputs = inputs, .outputs = 1, .hidden = 7, .layer_norm = norm}, units, random_stream(isotypic::seed(), 1));
            judge.weights += 0.1 * drawn(1, judge.weights.cols(), random);
            const matrix<double> x = drawn(tasks * each, inputs, random), bar = drawn(tasks, each, random);
            matrix<double> gradients;
            judge.forward(x), judge.backward(x, bar, gradients);
            REQUIRE(gradients.rows() == tasks);
            for (Index k = 0; k < tasks; ++k) {
                const matrix<double> row = gradients.row(k), other = gradients.row((k + 1) % tasks);
                auto value = [&] { return judge.forward(x).row(k).dot(bar.row(k)); };
                CHECK(off_by(judge.weights, row, value) < 1e-6);
                CHECK(off_by(judge.weights, other, value) > 1e-3);
            }
        }
}

TEST_CASE("example/multitask_control: the actor's gradient of each task is that of its means and deviations") {
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    random_stream random(isotypic::seed());
    actor<double> act(tasks, {.inputs = inputs, .outputs = 2, .hidden = 7, .smooth = true}, -0.5, random_stream(isotypic::seed(), 2));
    const matrix<double> x = drawn(tasks * each, inputs, random), bar = drawn(tasks * each, 2, random), of_deviations = drawn(tasks, 2, random);
    matrix<double> gradients;
    act.forward(x), act.backward(x, bar, of_deviations, gradients);
    for (Index k = 0; k < tasks; ++k) {
        const matrix<double> row = gradients.row(k);
        auto value = [&] {
            const auto l = act.log_deviation(k, 1, 2);
            return act.forward(x).middleRows(k * each, each).cwiseProduct(bar.middleRows(k * each, each)).sum() + l(0, 0) * of_deviations(k, 0) +
                   l(0, 1) * of_deviations(k, 1);
        };
        CHECK(off_by(act.weights, row, value) < 1e-6);
    }
}

TEST_CASE("example/multitask_control: the gradients of all tasks add up to that of all samples as one task") {
    random_stream random(isotypic::seed());
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    mlp<double> net({.inputs = inputs, .outputs = 2, .hidden = 7, .layer_norm = true});
    matrix<double> weights(1, net.blocks.size());
    net.draw(weights.data(), random_stream(isotypic::seed(), 3));
    const matrix<double> x = drawn(tasks * each, inputs, random), bar = drawn(tasks * each, 2, random);
    matrix<double> apart(tasks, weights.cols()), together(1, weights.cols());
    net.forward(weights.data(), x);
    net.backward(weights.data(), x, bar, apart);
    net.backward(weights.data(), x, bar, together);
    CHECK((apart.colwise().sum() - together).cwiseAbs().maxCoeff() < 1e-12 * together.cwiseAbs().maxCoeff());
    CHECK((apart.row(0) - together).cwiseAbs().maxCoeff() > 1e-3 * together.cwiseAbs().maxCoeff());
}

TEST_CASE("example/multitask_control: a run has the same bits again, on one thread and on two, and others with another seed") {
    settings s;
    s.out = std::filesystem::temp_directory_path() / ("multitask_control-" + std::to_string(getpid()));
    std::vector<experiment> all;
    for (variant const& v : variants) all.push_back({v, 3e-3, 1, tiny()});
    std::vector<std::string> found;
    for (long threads : {1, 2}) {
        s.threads = threads;
        trials runs(s, std::to_string(threads) + ".jsonl");
        REQUIRE(runs.make("tiny", all));
        found.push_back(runs.lines(all));
    }
    std::filesystem::remove_all(s.out);
    CHECK(found[0] == found[1]);
    const experiment other{variants[0], 3e-3, 2, tiny()};
    CHECK(same(train(all[0]), train(all[0])));
    CHECK_FALSE(same(train(all[0]), train(other)));
}
