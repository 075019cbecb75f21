// SPDX-License-Identifier: MIT
#include "golden/npy.hpp"
#include "loss/decision_baselines.hpp"
#include <isotypic/loss/decision/baselines/black_box_differentiation.hpp>
#include <isotypic/loss/decision/baselines/cave.hpp>
#include <isotypic/loss/decision/baselines/implicit_mle.hpp>
#include <isotypic/loss/decision/baselines/map_estimate.hpp>
#include <isotypic/loss/decision/baselines/negative_identity.hpp>
#include <isotypic/loss/decision/baselines/noise_contrastive.hpp>
#include <isotypic/loss/decision/baselines/perturbation_gradient.hpp>
#include <isotypic/loss/decision/baselines/perturbed_fenchel_young.hpp>
#include <isotypic/loss/decision/baselines/spo_plus.hpp>
#include <isotypic/loss/decision/baselines/sum_of_gamma.hpp>

/// \file
/// The losses of others against PyEPO 2.2.7, on golden/decisions. PyEPO divides by a step h as by h + 1e-8: what is by differences is
/// compared times `guarded(h)`. A mean over 4 rows reaches its solver layers as a gradient of c / 4, so its lambda is there 4 times ours.

using namespace isotypic;
using namespace decision_baselines;

namespace {

constexpr sense both[] = {sense::minimise, sense::maximise};
constexpr index_t rows = 4, arcs = 40;
constexpr double rounding = 1e-12;

struct outcome {
    double value;
    dense gradient;
};
double guarded(double h) { return h / (h + 1e-8); }
outcome times(outcome x, double of_value, double of_gradient) { return {of_value * x.value, of_gradient * x.gradient}; }
dense block_of(golden::array const& a, index_t block = 0) { return Eigen::Map<dense const>(a.values.data() + block * rows * arcs, rows, arcs); }
dense costs() { return block_of(golden::load("decisions/costs.npy")); }
dense predictions() { return block_of(golden::load("decisions/predictions.npy")); }

outcome pyepo(std::string const& name, sense to) {
    const auto gradients = golden::load("decisions/" + name + ".gradient.npy");
    REQUIRE(gradients.shape == std::vector<std::ptrdiff_t>{2, rows, arcs});
    for (auto& line : golden::table("decisions/index.tsv"))
        if (line["case"] == name)
            return {std::stod(line[to == sense::minimise ? "minimise" : "maximise"]), block_of(gradients, to == sense::minimise ? 0 : 1)};
    throw std::runtime_error("index.tsv has no " + name);
}
template <class L>
outcome ours(L&& loss, cost_instances const& data, dense const& p = predictions()) {
    outcome x{0, p};
    x.value = loss.gradient(p, data, x.gradient);
    return x;
}
double apart(outcome const& a, outcome const& b) {
    return std::fmax(std::abs(a.value - b.value) / std::abs(b.value), (a.gradient - b.gradient).norm() / b.gradient.norm());
}

/// f(sense, instances), to minimise and to maximise.
template <class F>
void for_each_sense(F const& f) {
    grid problem;
    const dense c = costs();
    for (sense to : both) {
        CAPTURE(detail::sign_of(to));
        f(problem, to, cost_instances(c, problem, to));
    }
}
/// Close in value and in gradient; neither is so to another case's.
void same(outcome const& a, std::string const& name, sense to, std::string const& other, double tolerance = rounding) {
    INFO(name);
    const outcome b = pyepo(name, to), wrong = pyepo(other, to);
    CHECK(std::abs(a.value - b.value) < tolerance * std::fmax(1, std::abs(b.value)));
    CHECK((a.gradient - b.gradient).norm() < tolerance * b.gradient.norm());
    CHECK(apart(a, wrong) > 1e-3);
    outcome value = b, slope = b;
    value.value *= 1.002;
    index_t i = 0, j = 0;
    b.gradient.cwiseAbs().maxCoeff(&i, &j);
    slope.gradient(i, j) *= 1.1;
    CHECK(apart(a, value) > 1e-3);
    CHECK(apart(a, slope) > 1e-3);
}

}  // namespace

TEST_CASE("SPO+ is PyEPO's in value and gradient, to minimise and to maximise") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        same(ours(spo_plus(problem, to), data), "spo_plus", to, "negative_identity");
    });
}

TEST_CASE("the perturbation gradient is PyEPO's but for its guard of the step, backward and central") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        const outcome backward = ours(perturbation_gradient(problem, to, {.sigma = 1}), data);
        const outcome central = ours(perturbation_gradient(problem, to, {.sigma = 1, .central = true}), data);
        same(times(backward, guarded(1), guarded(1)), "perturbation_backward", to, "spo_plus");
        same(times(central, guarded(2), guarded(2)), "perturbation_central", to, "spo_plus");
        CHECK(apart(backward, pyepo("perturbation_backward", to)) > 5e-9);
    });
}

TEST_CASE("the negative identity under the regret is PyEPO's") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        same(ours(negative_identity(problem, to), data), "negative_identity", to, "spo_plus");
    });
}

TEST_CASE("the black box under the regret is PyEPO's but for its guard of the step") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        same(times(ours(black_box_differentiation(problem, to), data), 1, guarded(40)), "black_box", to, "negative_identity");
    });
}

TEST_CASE("the draws that PyEPO was given are those of the library's streams") {
    const auto normal = golden::load("decisions/normal.npy"), gamma = golden::load("decisions/gamma.npy");
    REQUIRE(normal.shape == std::vector<std::ptrdiff_t>{rows, 4, arcs});
    REQUIRE(gamma.shape == normal.shape);
    const sum_of_gamma noise{.kappa = 2};
    double off = 0, other = 0;
    for (std::size_t i = 0, at = 0; i < std::size_t(rows); ++i) {
        random_stream a(7, i, 0), b(9, i, 0);
        for (index_t k = 0; k < 4 * arcs; ++k, ++at) {
            const double x = a.normal(), y = noise(b);
            off = std::fmax(off, std::fmax(std::abs(x - normal.values[at]), std::abs(y - gamma.values[at])));
            other = std::fmax(other, std::abs(x - gamma.values[at]));
        }
    }
    CHECK(off < rounding);
    CHECK(other > 1e-3);
}

TEST_CASE("the perturbed Fenchel-Young loss is PyEPO's of the same draws") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        same(ours(perturbed_fenchel_young(problem, to, {.sigma = 0.5, .samples = 4, .seed = 7}), data), "fenchel_young", to, "spo_plus");
        const outcome redrawn = ours(perturbed_fenchel_young(problem, to, {.sigma = 0.5, .samples = 4, .seed = 8}), data);
        CHECK(apart(redrawn, pyepo("fenchel_young", to)) > 1e-3);
    });
}

TEST_CASE("implicit MLE under the regret is PyEPO's of the same draws, on one side and on two") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        implicit_mle_settings with{.samples = 4, .sigma = 0.5, .lambda = 3, .kappa = 2, .seed = 9};
        same(times(ours(implicit_mle(problem, to, with), data), 1, guarded(12)), "implicit_mle", to, "black_box");
        with.two_sided = true;
        same(times(ours(implicit_mle(problem, to, with), data), 1, guarded(24)), "implicit_mle_two_sided", to, "implicit_mle");
    });
}

TEST_CASE("noise contrastive loss and MAP estimate are PyEPO's over a pool that stays and over one that grows") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        for (bool grows : {false, true}) {
            const std::string grown = grows ? "_grown" : "", other = grows ? "" : "_grown";
            noise_contrastive mean(problem, to, {.solve_ratio = grows ? 1.0 : 0.0});
            map_estimate most(problem, to, {.solve_ratio = grows ? 1.0 : 0.0});
            mean.pool.add(data), most.pool.add(data);
            same(ours(mean, data), "noise_contrastive" + grown, to, "noise_contrastive" + other);
            same(ours(most, data), "map_estimate" + grown, to, "map_estimate" + other);
        }
    });
}

// PyEPO was made to keep doubles and to iterate on: by default its interior-point method stops at 1e-8, and its projection is a float.
TEST_CASE("exact CaVE is what PyEPO's tends to by iterations, and the blend of the hybrid is PyEPO's") {
    for_each_sense([](grid& problem, sense to, cost_instances const& data) {
        instance_vectors binding(rows, arcs);
        for (index_t i = 0; i < rows; ++i)
            for (numbers const& a : normals(problem, data.decision(i))) binding.add(i, a);
        same(ours(cave(binding, to), data), "cave", to, "cave_hybrid", 1e-10);
        same(ours(cave(binding, to, {.inner_ratio = 0.2, .solve_ratio = 0}), data), "cave_hybrid", to, "cave");
    });
}
