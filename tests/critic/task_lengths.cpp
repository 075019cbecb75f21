// SPDX-License-Identifier: MIT
#include <isotypic/critic/fair_grad.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include <isotypic/critic/mgda.hpp>
#include <isotypic/critic/pcgrad.hpp>
#include <isotypic/critic/task_lengths.hpp>
#include "gradients.hpp"
using namespace gradients;

namespace {

double mean_length(task_gradients const& g) {
    double sum = 0;
    for (index_t k = 0; k < g.tasks; ++k) sum += norm(row(g, k)) / double(g.tasks);
    return sum;
}
double turned(numbers const& a, numbers const& b) {
    numbers x(a), y(b);
    for (double& v : x) v /= norm(a);
    for (double& v : y) v /= norm(b);
    return distance(x, y);
}
/// A rule that says nothing of itself.
struct silent {
    static constexpr char const* name = "silent";
    void weights(view<double const>, std::span<double> w, workspace&) const { std::fill(w.begin(), w.end(), 2.0); }
};

template <class M>
constexpr bool renumbers = moves_with<M, task_permutation>;
template <class M>
constexpr bool of_degree_1 = moves_with<M, common_rescaling>;
template <class M>
constexpr bool free_of_sizes = unmoved_by<M, task_rescaling> && unmoved_by<M, common_rescaling>;

using at_mean = at_mean_length<nash_mtl>;
static_assert(renumbers<at_mean> && of_degree_1<at_mean> && !unmoved_by<at_mean, common_rescaling> && !unmoved_by<at_mean, task_rescaling>);
static_assert(renumbers<at_mean_length<mgda>> && of_degree_1<at_mean_length<mgda>>);
static_assert(!renumbers<at_mean_length<pcgrad>> && of_degree_1<at_mean_length<pcgrad>>);
static_assert(!renumbers<at_mean_length<silent>> && !of_degree_1<at_mean_length<silent>>);
static_assert(renumbers<clipped<nash_mtl>> && free_of_sizes<clipped<nash_mtl>> && !of_degree_1<clipped<nash_mtl>>);
static_assert(renumbers<clipped<mgda>> && !of_degree_1<clipped<mgda>> && !free_of_sizes<clipped<mgda>>);
static_assert(!renumbers<clipped<silent>> && !free_of_sizes<clipped<silent>>);

}  // namespace

TEST_CASE("at the mean length d has the rule's direction and the mean of the gradients' lengths") {
    INFO("ISOTYPIC_SEED=", seed());
    for (index_t k : {1, 2, 8, 50})
        for (double size : {1e-30, 1.0, 1e30}) {
            const task_gradients g = normal(k, 60, std::uint64_t(k), 1, size);
            auto check = [&](auto rule) {
                const numbers plain = direction(rule, g), d = direction(at_mean_length(rule), g);
                CHECK(norm(d) == doctest::Approx(mean_length(g)).epsilon(1e-11));
                CHECK(turned(plain, d) < 1e-11);
                if (k > 2) CHECK(std::abs(norm(plain) / norm(d) - 1) > 1e-3);
            };
            check(mgda{}), check(mean_gradient{}), check(pcgrad{.seed = 2}), check(nash_mtl{});
        }
}

TEST_CASE("clipped, a longer d is shortened to the bound and a shorter one is the rule's to the bit") {
    INFO("ISOTYPIC_SEED=", seed());
    const task_gradients g = normal(6, 30, 1);
    const numbers plain = direction(sum_gradient{}, g), less = direction(clipped(sum_gradient{}, 0.5), g);
    CHECK(norm(plain) > 1);
    CHECK(norm(less) == doctest::Approx(0.5).epsilon(1e-13));
    CHECK(turned(plain, less) < 1e-13);
    CHECK(same_bits(direction(clipped(sum_gradient{}, 1e3), g), plain));
    CHECK_THROWS_WITH(clipped(mgda{}, 0), "isotypic: a direction clipped at the length 0.000000");
    CHECK_THROWS(clipped(mgda{}, std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("one within the other: Nash-MTL's direction at the mean length, but at most 1") {
    INFO("ISOTYPIC_SEED=", seed());
    const task_gradients large = normal(4, 20, 1), little = normal(4, 20, 1, 0, 0.01);
    const auto rule = clipped(at_mean_length(nash_mtl{}), 1);
    CHECK(norm(direction(rule, large)) == doctest::Approx(1).epsilon(1e-12));
    CHECK(norm(direction(rule, little)) == doctest::Approx(mean_length(little)).epsilon(1e-12));
}

TEST_CASE("a d that is 0 to rounding stays so, for its direction is nobody's") {
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(norm(direction(at_mean_length(mgda{}), {2, 2, {1, 2, -3, -6}})) < 1e-14);
    CHECK(norm(direction(at_mean_length(mgda{}), normal(20, 3, 1))) < 1e-13);
    CHECK(norm(direction(at_mean_length(mgda{}), {2, 2, {0, 0, 0, 0}})) == 0);
    CHECK(norm(direction(at_mean_length(mgda{}), {2, 2, {1, 2, -3, -5}})) > 1);
}

TEST_CASE("the state of the rule within goes on") {
    auto rule = at_mean_length(pcgrad{.seed = 1});
    const numbers a = gram(normal(5, 9, 1));
    weights(rule, a), weights(rule, a);
    CHECK(rule.rule.step == 2);
}
