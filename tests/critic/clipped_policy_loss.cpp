// SPDX-License-Identifier: MIT
#include "critic/task_batches.hpp"
#include <isotypic/critic/clipped_policy_loss.hpp>

using namespace task_batches;

namespace {

constexpr int tasks = 5;  // the last has no samples

struct batch {
    dense now, old, advantage;
    std::vector<int> task;

    batch(index_t m, index_t n, std::uint64_t which, double clip = 0.2)
        : now(m, n), old(gaussian(m, n, which)), advantage(gaussian(m, n, which + 1)), task(some_tasks(m * n, tasks, which + 2)) {
        now = old + gaussian(m, n, which + 3, 0.3);
        for (index_t i = 0; i < m * n; ++i) {
            const double ratio = std::exp(now.data()[i] - old.data()[i]);
            if (std::fabs(std::fabs(ratio - 1) - clip) < 1e-3) now.data()[i] = old.data()[i];  // no difference across a corner
        }
    }
};
struct answer {
    numbers losses = numbers(tasks);
    dense slopes;
};
answer solve(clipped_policy_loss const& loss, batch const& b) {
    workspace scratch;
    answer a;
    a.slopes = b.now;
    loss.gradient(b.now, b.old, b.advantage, b.task, a.losses, a.slopes, scratch);
    return a;
}
numbers values(clipped_policy_loss const& loss, batch const& b, dense const& now) {
    workspace scratch;
    numbers l(tasks, not_a_number);
    loss.values(now, b.old, b.advantage, b.task, l, scratch);
    return l;
}
/// One sample of one task: loss and slope.
std::pair<double, double> one(double log_ratio, double advantage, double clip = 0.2) {
    workspace scratch;
    const dense now{{log_ratio}}, old{{0}}, a{{advantage}};
    dense slope(1, 1);
    numbers loss(1);
    clipped_policy_loss{clip}.gradient(now, old, a, std::vector<int>{0}, loss, slope, scratch);
    return {loss[0], slope(0, 0)};
}

}  // namespace

TEST_CASE("losses are the formula, and slopes are the derivatives of each sample's own task") {
    INFO("ISOTYPIC_SEED=", seed());
    for (clipped_policy_loss loss : {clipped_policy_loss{}, clipped_policy_loss{.clip = 0.05}, clipped_policy_loss{.clip = 1.5}}) {
        CAPTURE(loss.clip);
        const batch b(12, 5, 1, loss.clip);
        const answer a = solve(loss, b);
        CHECK(a.losses == values(loss, b, b.now));
        numbers sum(tasks), count(tasks);
        for (std::size_t i = 0; i < 60; ++i) {
            const double ratio = std::exp(b.now.data()[i] - b.old.data()[i]), adv = b.advantage.data()[i], e = loss.clip;
            sum[std::size_t(b.task[i])] -= (std::min)(ratio * adv, std::clamp(ratio, 1 - e, 1 + e) * adv), ++count[std::size_t(b.task[i])];
        }
        for (std::size_t k = 0; k < tasks; ++k) CHECK(std::abs(a.losses[k] - (count[k] > 0 ? sum[k] / count[k] : 0)) < 1e-14);
        CHECK(a.losses[tasks - 1] == 0);
        CHECK(count[tasks - 1] == 0);

        dense rest = a.slopes;
        for (std::size_t k = 0; k < tasks; ++k) {
            dense own = a.slopes;
            for (std::size_t i = 0; i < 60; ++i)
                if (b.task[i] != int(k)) own.data()[i] = 0;
            CHECK(off_differences(b.now, own, [&](dense const& now) { return values(loss, b, now)[k]; }) < 1e-8);
            rest -= own;
        }
        CHECK(rest.norm() == 0);
        CHECK(off_differences(b.now, a.slopes * 60, [&](dense const& now) { return values(loss, b, now)[0]; }) > 1e-3);  // not over all samples
    }
}

TEST_CASE("the slope is there in two of four regions") {
    const double above = std::log(1.3), below = std::log(0.7), within = std::log(1.1), e = 0.2;
    CHECK(one(above, 2) == std::pair(-2 * (1 + e), 0.0));
    CHECK(one(below, -2) == std::pair(2 * (1 - e), 0.0));
    CHECK(one(below, 2).second == doctest::Approx(-1.4).epsilon(1e-15));
    CHECK(one(above, -2).second == doctest::Approx(2.6).epsilon(1e-15));
    CHECK(one(below, 2).first == one(below, 2).second);
    CHECK(one(above, -2).first == one(above, -2).second);
    for (double adv : {-2., 2.}) CHECK(one(within, adv).second == doctest::Approx(-1.1 * adv).epsilon(1e-15));
    for (double log_ratio : {above, below, within}) CHECK(one(log_ratio, 0) == std::pair(0.0, 0.0));
}

TEST_CASE("clipped losses are combined with any weights, which weighted advantages are not") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(10, 6, 11);
    const answer a = solve({}, b);
    const auto off_weighted = [&](numbers const& w) {
        batch c = b;
        dense weighted = a.slopes;
        for (std::size_t i = 0; i < 60; ++i) c.advantage.data()[i] *= w[std::size_t(b.task[i])], weighted.data()[i] *= w[std::size_t(b.task[i])];
        CHECK(off_differences(b.now, weighted, [&](dense const& now) {
                  const numbers l = values({}, b, now);
                  return std::inner_product(l.begin(), l.end(), w.begin(), 0.0);
              }) < 1e-8);
        return (solve({}, c).slopes - weighted).cwiseAbs().maxCoeff();
    };
    CHECK(off_weighted({1, 0.5, 2, 3, 1}) < 1e-14);
    CHECK(off_weighted({1, -0.5, 2, -3, 1}) > 1e-3);

    // Two advantages a sample: mixed, then clipped, is another gradient.
    const index_t n = 40;
    dense old(2, n), now(2, n), of_two = gaussian(2, n, 16), slopes(2, n), mixed = of_two.colwise().sum(), mixed_slopes(1, n);
    old.row(0) = old.row(1) = gaussian(1, n, 15), now = old;
    now.row(0) += gaussian(1, n, 17, 0.3), now.row(1) = now.row(0);
    numbers two(2), single(1);
    workspace scratch;
    const clipped_policy_loss loss;
    loss.gradient(now, old, of_two, rows_are_tasks{}, two, slopes, scratch);
    const dense now_once = now.row(0), old_once = old.row(0);
    loss.gradient(now_once, old_once, mixed, rows_are_tasks{}, single, mixed_slopes, scratch);
    CHECK((slopes.colwise().sum() - mixed_slopes).cwiseAbs().maxCoeff() > 1e-3);
}

TEST_CASE("renumbered tasks have renumbered losses and the same slopes") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(moves_with<clipped_policy_loss, task_permutation> && !unmoved_by<clipped_policy_loss, task_rescaling>);
    const batch b(10, 6, 21);
    batch c = b;
    const int to[tasks] = {3, 0, 4, 1, 2};
    for (int& k : c.task) k = to[k];
    const answer a = solve({}, b), moved = solve({}, c);
    for (std::size_t k = 0; k < tasks; ++k) CHECK(moved.losses[std::size_t(to[k])] == a.losses[k]);
    CHECK(moved.slopes == a.slopes);
    CHECK(moved.losses != a.losses);
    c = b, c.task[0] = (b.task[0] + 1) % (tasks - 1);
    CHECK((solve({}, c).slopes - a.slopes).cwiseAbs().maxCoeff() > 1e-3);
}

TEST_CASE("what new and old log-probabilities have in common does not matter") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(10, 6, 31);
    batch c = b;
    const dense jacobian = gaussian(10, 6, 35, 3);
    c.now += jacobian, c.old += jacobian;
    const answer a = solve({}, b), moved = solve({}, c);
    CHECK((moved.slopes - a.slopes).cwiseAbs().maxCoeff() < 1e-13);
    c.old -= jacobian;
    CHECK((solve({}, c).slopes - a.slopes).cwiseAbs().maxCoeff() > 1e-3);
}

TEST_CASE("ratios beyond all bounds are clipped, or an error that names the sample") {
    CHECK(one(800, 2) == std::pair(-2.4, 0.0));
    CHECK(one(1e300, 2) == std::pair(-2.4, 0.0));
    CHECK(one(800, 0) == std::pair(0.0, 0.0));
    CHECK(one(-800, -2) == std::pair(1.6, 0.0));
    CHECK(one(-800, 2) == std::pair(0.0, 0.0));
    batch b(4, 3, 41);
    b.now(1, 2) = b.old(1, 2) + 800, b.advantage(1, 2) = -1;
    dense slopes = gaussian(4, 3, 45);
    numbers losses(tasks, 7.0);
    workspace scratch;
    const clipped_policy_loss loss;
    refuses("isotypic: policy loss: sample 5 of 12: exp(800.000000) times its advantage is not finite, and the clip does not hold it",
            [&] { loss.gradient(b.now, b.old, b.advantage, b.task, losses, slopes, scratch); }, slopes, losses);
    refuses("isotypic: policy loss: sample 5 of 12: exp(800.000000) times its advantage is not finite, and the clip does not hold it",
            [&] { loss.values(b.now, b.old, b.advantage, b.task, losses, scratch); }, losses);
    b.now(1, 2) = b.old(1, 2) + 200;
    dense_of<float> narrow(4, 3);
    narrow.setConstant(3);
    refuses("isotypic: policy loss: slopes: number 5 is not finite",
            [&] { loss.gradient(b.now, b.old, b.advantage, b.task, losses, narrow, scratch); }, losses);
    CHECK((narrow.array() == 3).all());
}

TEST_CASE("the report counts the samples outside and estimates the divergence") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(30, 10, 51);
    numbers clipped(tasks), kl(tasks), share(tasks), sum(tasks), count(tasks);
    workspace scratch;
    clipped_policy_loss{}.report(b.now, b.old, b.task, clipped, kl, scratch);
    for (std::size_t i = 0; i < 300; ++i) {
        const double change = b.now.data()[i] - b.old.data()[i], ratio = std::exp(change);
        const auto k = std::size_t(b.task[i]);
        ++count[k], share[k] += std::fabs(ratio - 1) > 0.2, sum[k] += ratio - 1 - change;
    }
    for (std::size_t k = 0; k + 1 < tasks; ++k) {
        CHECK(clipped[k] == doctest::Approx(share[k] / count[k]).epsilon(1e-13));
        CHECK(kl[k] == doctest::Approx(sum[k] / count[k]).epsilon(1e-12));
        CHECK(kl[k] > 0);
        CHECK(clipped[k] > 0);
    }
    CHECK(clipped[tasks - 1] == 0);
    clipped_policy_loss{}.report(b.old, b.old, b.task, clipped, kl, scratch);
    CHECK(kl == numbers(tasks));
    CHECK(clipped == numbers(tasks));
    for (double change : {800., 1e308}) {
        const dense now{{change}}, old{{-change}};
        numbers c(1), d(1);
        clipped_policy_loss{}.report(now, old, std::vector<int>{0}, c, d, scratch);
        CHECK(c[0] == 1);
        CHECK(d[0] == infinite);
    }
}

TEST_CASE("float, xtensor, rows of tasks and results in the memory of arguments") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(tasks, 7, 61);
    numbers losses(tasks), other(tasks);
    dense slopes(tasks, 7);
    workspace scratch;
    const clipped_policy_loss loss;
    loss.gradient(b.now, b.old, b.advantage, rows_are_tasks{}, losses, slopes, scratch);
    std::vector<long> rows;
    for (long i = 0; i < tasks * 7; ++i) rows.push_back(i / 7);
    dense again = b.now;
    loss.gradient(again, b.old, b.advantage, rows, other, again, scratch);
    CHECK(again == slopes);
    CHECK(other == losses);
    again = b.advantage;
    loss.gradient(b.now, b.old, again, rows, other, again, scratch);
    CHECK(again == slopes);

    xt::xtensor<double, 2> now({tasks, 7}), out({tasks, 7});
    xt::xtensor<int, 2> task({tasks, 7});
    for (int k = 0; k < tasks; ++k)
        for (int i = 0; i < 7; ++i) now(k, i) = b.now(k, i), task(k, i) = k;
    loss.gradient(now, b.old, b.advantage, task, other, out, scratch);
    CHECK(same_bits(elements(as_view(out)), elements(as_view(slopes))));

    const dense_of<float> now32 = b.now.cast<float>(), a32 = b.advantage.cast<float>();
    dense_of<float> out32(tasks, 7);
    loss.gradient(now32, b.old, a32, rows, other, out32, scratch);
    CHECK((out32.cast<double>() - slopes).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("what is wrong is said, and nothing is written") {
    batch b(4, 3, 71);
    dense slopes = gaussian(4, 3, 75), small(3, 3);
    numbers losses(tasks, 7.0);
    workspace scratch;
    const auto says = [&](std::string const& sentence, batch const& c, clipped_policy_loss loss = {}) {
        refuses("isotypic: policy loss: " + sentence, [&] { loss.gradient(c.now, c.old, c.advantage, c.task, losses, slopes, scratch); }, slopes, losses);
        refuses("isotypic: policy loss: " + sentence, [&] { loss.values(c.now, c.old, c.advantage, c.task, losses, scratch); }, losses);
    };
    says("clip = 0.000000, and has to be above 0", b, {.clip = 0});
    says("clip = nan, and has to be above 0", b, {.clip = not_a_number});
    batch c = b;
    c.now(0, 1) = not_a_number;
    says("new log-probability 1 is not finite", c);
    c = b, c.old(3, 2) = infinite;
    says("old log-probability 11 is not finite", c);
    c = b, c.advantage(0, 0) = not_a_number;
    says("advantage 0 is not finite", c);
    c = b, c.old = gaussian(3, 4, 1);
    says("old log-probability: an array of 3 x 4 beside one of 4 x 3", c);
    c = b, c.task[7] = 5;
    says("sample 7 of 12 is of task 5, and there are 5", c);
    c = b, c.task.pop_back();
    says("11 tasks for 12 samples", c);
    const clipped_policy_loss loss;
    refuses("isotypic: policy loss: slopes of 3 x 3 for an array of 4 x 3",
            [&] { loss.gradient(b.now, b.old, b.advantage, b.task, losses, small, scratch); }, losses);
    refuses("isotypic: policy loss: slopes of 4 x 3 lie on each other",
            [&] { loss.gradient(b.now, b.old, b.advantage, b.task, losses, as_view(small.data(), 4, 3, 1, 1), scratch); }, losses);
    numbers four(4, 7.0);
    refuses("isotypic: policy loss: a report of 5 shares and 4 divergences", [&] { loss.report(b.now, b.old, b.task, losses, four, scratch); }, losses, four);
}

TEST_CASE("no memory is asked for once a shape is known") {
    const batch b(40, 10, 81);
    dense slopes(40, 10);
    numbers losses(tasks), more(tasks);
    workspace scratch;
    const clipped_policy_loss loss;
    const auto all = [&] {
        loss.gradient(b.now, b.old, b.advantage, b.task, losses, slopes, scratch);
        loss.values(b.now, b.old, b.advantage, b.task, losses, scratch);
        loss.report(b.now, b.old, b.task, losses, more, scratch);
    };
    all();
    const std::size_t before = allocations();
    all();
    CHECK(allocations() == before);
}
