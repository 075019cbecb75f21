// SPDX-License-Identifier: MIT
#include <isotypic/check/task_laws.hpp>
#include <isotypic/critic/cagrad.hpp>
#include <isotypic/critic/fair_grad.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include <isotypic/critic/mgda.hpp>
#include <isotypic/critic/pcgrad.hpp>
#include <isotypic/critic/task_lengths.hpp>
#include <doctest/doctest.h>
using namespace isotypic;

namespace {

/// Claims what it likes.
template <class Unmoved, class Moved>
struct claiming : mgda {
    using unmoved = Unmoved;
    using moved = Moved;
};
/// Says nothing of itself.
struct silent {
    static constexpr char const* name = "silent";
    void weights(view<double const>, std::span<double> w, workspace&) const { std::fill(w.begin(), w.end(), 1.0); }
};
/// Looks after the first task.
struct of_the_first {
    static constexpr char const* name = "first";
    using unmoved = task_group_list<>;
    using moved = task_group_list<common_rescaling>;
    void weights(view<double const>, std::span<double> w, workspace&) const { std::fill(w.begin(), w.end(), 0.1), w[0] = 1; }
};
/// Of the third degree.
struct cubed {
    static constexpr char const* name = "cubed";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation>;
    void weights(view<double const> a, std::span<double> w, workspace&) const {
        double trace = 0;
        for (index_t k = 0; k < a.rows; ++k) trace += a(k, k);
        std::fill(w.begin(), w.end(), trace);
    }
};
struct lost {
    static constexpr char const* name = "lost";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation>;
    void weights(view<double const>, std::span<double> w, workspace&) const { std::fill(w.begin(), w.end(), 0.0); }
};

template <class Rule>
task_errors keeps_its_word(Rule const& rule, int draws = 8) {
    INFO("ISOTYPIC_SEED=", seed(), " ", std::string(Rule::name));
    const task_errors e = task_law_errors(rule, 5, 16, draws);
    CHECK(e.broken < 1e-9);
    CHECK(e.unclaimed > 1e-3);
    CHECK(e.rotation.direction < 1e-9);
    CHECK(e.rotation.length < 1e-9);
    return e;
}

}  // namespace

TEST_CASE("every rule keeps what it claims of permutations and rescalings, and claims all that it keeps") {
    keeps_its_word(mean_gradient{}), keeps_its_word(sum_gradient{}), keeps_its_word(mgda{});
    keeps_its_word(cagrad{}), keeps_its_word(cagrad{.c = 0.8, .rescale = true}), keeps_its_word(cagrad{.c = 0.1});
    keeps_its_word(pcgrad{.seed = 1}), keeps_its_word(pcgrad{.seed = 1, .order_per_task = true}), keeps_its_word(pcgrad{.seed = 1, .sum = true});
    keeps_its_word(nash_mtl{}), keeps_its_word(fair_grad{.alpha = 0.5}), keeps_its_word(fair_grad{.alpha = 2});
    keeps_its_word(clipped(nash_mtl{}, 1)), keeps_its_word(at_mean_length(nash_mtl{})), keeps_its_word(at_mean_length(mgda{}));
    keeps_its_word(at_mean_length(cagrad{})), keeps_its_word(at_mean_length(pcgrad{.seed = 1})), keeps_its_word(at_mean_length(mean_gradient{}));
    keeps_its_word(clipped(mgda{}, 1), 60), keeps_its_word(clipped(sum_gradient{}, 9), 60);  // some of the 60 longer, some shorter
}

TEST_CASE("degrees are 1 but for FairGrad's (1 - a) / (1 + a), Nash-MTL's 0 and what is cut") {
    for (auto const& e : {task_law_errors(mean_gradient{}), task_law_errors(mgda{}), task_law_errors(cagrad{}), task_law_errors(pcgrad{}),
                          task_law_errors(at_mean_length(nash_mtl{}))}) {
        CHECK(std::abs(e.degree - 1) < 1e-9);
        CHECK(e.degree_error < 1e-9);
        CHECK(e.proportion < 1e-9);
    }
    for (double a : {0.5, 1.0, 2.0, 4.0}) {
        const task_errors e = task_law_errors(fair_grad{.alpha = a});
        CHECK(std::abs(e.degree - (1 - a) / (1 + a)) < 1e-9);
        CHECK(e.degree_error < 1e-9);
    }
    CHECK(std::abs(task_law_errors(cubed{}).degree - 3) < 1e-9);
    CHECK(task_law_errors(clipped(sum_gradient{}, 9), 5, 16, 60).degree_error > 1e-3);
}

TEST_CASE("from Nash-MTL, FairGrad and MGDA every task gains, from the mean not all") {
    CHECK(task_law_errors(nash_mtl{}).least_gain > 1e-3);
    CHECK(task_law_errors(fair_grad{.alpha = 2}).least_gain > 1e-3);
    CHECK(task_law_errors(mgda{}).least_gain > 1e-3);
    CHECK(task_law_errors(mean_gradient{}, 12, 16).least_gain < -1e-3);
}

TEST_CASE("a planted claim is broken and a law that is kept back is found") {
    using none = task_group_list<>;
    CHECK(task_law_errors(claiming<none, task_group_list<task_permutation, common_rescaling>>{}).broken < 1e-9);
    CHECK(task_law_errors(claiming<task_group_list<common_rescaling>, none>{}).broken > 1e-3);
    CHECK(task_law_errors(claiming<task_group_list<task_rescaling>, none>{}).broken > 1e-3);
    CHECK(task_law_errors(claiming<none, task_group_list<common_rescaling>>{}).unclaimed < 1e-9);
    CHECK(task_law_errors(claiming<none, task_group_list<task_permutation>>{}).unclaimed < 1e-9);
    const task_errors quiet = task_law_errors(silent{}), first = task_law_errors(of_the_first{});
    CHECK(quiet.broken < 1e-9);
    CHECK(quiet.unclaimed < 1e-9);
    CHECK(first.permutation.direction > 1e-3);
    CHECK(first.broken < 1e-9);
    CHECK(first.unclaimed > 1e-3);
    const task_errors zero = task_law_errors(lost{});
    CHECK(std::isnan(zero.broken));
    CHECK(std::isnan(zero.permutation.direction));
    CHECK(std::isnan(zero.least_gain));
}

TEST_CASE("PCGrad of two tasks does not know their numbers, of three it does; of one there is nothing to permute") {
    const task_errors two = task_law_errors(pcgrad{.seed = 1}, 2), three = task_law_errors(pcgrad{.seed = 1}, 3, 4, 30), one = task_law_errors(nash_mtl{}, 1);
    CHECK(two.permutation.direction < 1e-9);
    CHECK(two.permutation.length < 1e-9);
    CHECK(three.permutation.direction > 1e-3);
    CHECK(one.broken < 1e-9);
    CHECK(task_law_errors(mgda{}, 50, 80, 2).broken < 1e-9);
    CHECK(task_law_errors(cagrad{}, 50, 80, 2).broken < 1e-9);
}

TEST_CASE("nothing to look at is an error") {
    CHECK_THROWS_WITH(task_law_errors(mgda{}, 0), "isotypic: a rule is looked at on at least one task, one parameter and one draw");
    CHECK_THROWS(task_law_errors(mgda{}, 5, 0));
    CHECK_THROWS(task_law_errors(mgda{}, 5, 16, 0));
}
