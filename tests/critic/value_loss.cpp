// SPDX-License-Identifier: MIT
#include "critic/task_batches.hpp"
#include <isotypic/critic/value_loss.hpp>

using namespace task_batches;

namespace {

constexpr int tasks = 4;  // the last has no samples

struct batch {
    dense value, old, target;
    std::vector<int> task;

    batch(index_t m, index_t n, std::uint64_t which)
        : value(gaussian(m, n, which)), old(gaussian(m, n, which + 1)), target(gaussian(m, n, which + 2)), task(some_tasks(m * n, tasks, which + 3)) {
        for (index_t i = 0; i < m * n; ++i) {
            double &v = value.data()[i], &o = old.data()[i], &y = target.data()[i];
            for (double clip : {0.2, 0.5, 1.0}) {  // no difference across a corner
                const double held = o + std::clamp(v - o, -clip, clip);
                if (std::fabs(std::fabs(v - o) - clip) < 1e-3 || std::fabs(std::fabs(held - y) - std::fabs(v - y)) < 1e-3) o = v;
            }
        }
    }
};
struct answer {
    numbers losses = numbers(tasks);
    dense slopes;
};
answer gradient(value_loss const& loss, batch const& b) {
    workspace scratch;
    answer a{numbers(tasks), b.value};
    loss.gradient(b.value, b.target, b.task, a.losses, a.slopes, scratch);
    return a;
}
answer gradient(ppo2_value_loss const& loss, batch const& b) {
    workspace scratch;
    answer a{numbers(tasks), b.value};
    loss.gradient(b.value, b.old, b.target, b.task, a.losses, a.slopes, scratch);
    return a;
}
numbers values(value_loss const& loss, batch const& b, dense const& v) {
    workspace scratch;
    numbers l(tasks);
    return loss.values(v, b.target, b.task, l, scratch), l;
}
numbers values(ppo2_value_loss const& loss, batch const& b, dense const& v) {
    workspace scratch;
    numbers l(tasks);
    return loss.values(v, b.old, b.target, b.task, l, scratch), l;
}
template <class L>
void check_derivatives(L const& loss, batch const& b) {
    const answer a = gradient(loss, b);
    CHECK(a.losses == values(loss, b, b.value));
    for (std::size_t k = 0; k < tasks; ++k) {
        dense own = a.slopes;
        for (std::size_t i = 0; i < b.task.size(); ++i)
            if (b.task[i] != int(k)) own.data()[i] = 0;
        CHECK(off_differences(b.value, own, [&](dense const& v) { return values(loss, b, v)[k]; }) < 1e-8);
        if (k + 1 < tasks) CHECK(off_differences(b.value, own * 1.01, [&](dense const& v) { return values(loss, b, v)[k]; }) > 1e-4);
    }
}
double off(dense const& a, dense const& b) { return (a - b).cwiseAbs().maxCoeff(); }

}  // namespace

TEST_CASE("losses are half the mean squares of each task, with their derivatives") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(9, 5, 1);
    check_derivatives(value_loss{}, b);
    const answer a = gradient(value_loss{}, b);
    numbers sum(tasks), count(tasks);
    for (std::size_t i = 0; i < 45; ++i) {
        const double r = b.value.data()[i] - b.target.data()[i];
        sum[std::size_t(b.task[i])] += r * r / 2, ++count[std::size_t(b.task[i])];
    }
    for (std::size_t k = 0; k + 1 < tasks; ++k) CHECK(std::abs(a.losses[k] - sum[k] / count[k]) < 1e-13);
    CHECK(a.losses[tasks - 1] == 0);
    for (std::size_t i = 0; i < 45; ++i)
        CHECK(std::abs(a.slopes.data()[i] - (b.value.data()[i] - b.target.data()[i]) / count[std::size_t(b.task[i])]) < 1e-15);
}

TEST_CASE("PPO2's loss is the larger of two, with its derivatives, and the plain one where nothing is clipped") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(12, 6, 11);
    for (ppo2_value_loss loss : {ppo2_value_loss{}, ppo2_value_loss{.clip = 0.5}, ppo2_value_loss{.clip = 1}}) {
        CAPTURE(loss.clip);
        check_derivatives(loss, b);
        const answer a = gradient(loss, b), plain = gradient(value_loss{}, b);
        numbers sum(tasks), count(tasks);
        for (std::size_t i = 0; i < 72; ++i) {
            const double v = b.value.data()[i], o = b.old.data()[i], y = b.target.data()[i], held = o + std::clamp(v - o, -loss.clip, loss.clip);
            sum[std::size_t(b.task[i])] += (std::max)((v - y) * (v - y), (held - y) * (held - y)) / 2, ++count[std::size_t(b.task[i])];
        }
        for (std::size_t k = 0; k + 1 < tasks; ++k) {
            CHECK(std::abs(a.losses[k] - sum[k] / count[k]) < 1e-13);
            CHECK(a.losses[k] >= plain.losses[k]);
        }
        CHECK(off(a.slopes, plain.slopes) > 1e-3);
    }
    const answer wide = gradient(ppo2_value_loss{.clip = 1e6}, b), plain = gradient(value_loss{}, b);
    CHECK(wide.losses == plain.losses);
    CHECK(wide.slopes == plain.slopes);

    const auto one = [](double v, double o, double y) {
        workspace scratch;
        const dense value{{v}}, old{{o}}, target{{y}};
        dense slope(1, 1);
        numbers loss(1);
        ppo2_value_loss{.clip = 0.5}.gradient(value, old, target, std::vector<int>{0}, loss, slope, scratch);
        return std::pair(loss[0], slope(0, 0));
    };
    CHECK(one(1, 0, 1) == std::pair(0.125, 0.0));    // on the target, from too far
    CHECK(one(1, 0, -1) == std::pair(2.0, 2.0));     // away from the target
    CHECK(one(0.25, 0, 1) == std::pair(0.28125, -0.75));
}

TEST_CASE("a common zero of values and targets does not matter, their unit does by its square") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(moves_with<value_loss, task_permutation> && !unmoved_by<value_loss, affine_returns> && moves_with<ppo2_value_loss, task_permutation>);
    const batch b(9, 5, 21);
    batch c = b;
    numbers scale{0.01, 3, 100, 1}, shift{5, -2, 0.5, 1};
    for (std::size_t i = 0; i < 45; ++i) {
        const auto k = std::size_t(b.task[i]);
        c.value.data()[i] = scale[k] * b.value.data()[i] + shift[k], c.target.data()[i] = scale[k] * b.target.data()[i] + shift[k];
    }
    const answer a = gradient(value_loss{}, b), raw = gradient(value_loss{}, c);
    for (std::size_t k = 0; k + 1 < tasks; ++k) CHECK(raw.losses[k] == doctest::Approx(scale[k] * scale[k] * a.losses[k]).epsilon(1e-10));
    CHECK(std::abs(raw.losses[2] - a.losses[2]) > 1e-3);

    c = b;
    const int to[tasks] = {2, 3, 1, 0};
    for (int& k : c.task) k = to[k];
    const answer moved = gradient(value_loss{}, c);
    for (std::size_t k = 0; k < tasks; ++k) CHECK(moved.losses[std::size_t(to[k])] == a.losses[k]);
    CHECK(moved.losses != a.losses);
    CHECK(moved.slopes == a.slopes);
}

TEST_CASE("float, xtensor, rows of tasks and results in the memory of arguments") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(tasks, 6, 31);
    workspace scratch;
    numbers losses(tasks), other(tasks);
    dense slopes(tasks, 6), again = b.value;
    value_loss{}.gradient(b.value, b.target, rows_are_tasks{}, losses, slopes, scratch);
    CHECK(losses[tasks - 1] > 0);
    value_loss{}.gradient(again, b.target, rows_are_tasks{}, other, again, scratch);
    CHECK(again == slopes);
    xt::xtensor<double, 2> v({tasks, 6}), out({tasks, 6});
    for (int k = 0; k < tasks; ++k)
        for (int i = 0; i < 6; ++i) v(k, i) = b.value(k, i);
    value_loss{}.gradient(v, b.target, rows_are_tasks{}, other, out, scratch);
    CHECK(same_bits(elements(as_view(out)), elements(as_view(slopes))));
    const dense_of<float> v32 = b.value.cast<float>(), y32 = b.target.cast<float>();
    dense_of<float> out32(tasks, 6);
    value_loss{}.gradient(v32, y32, rows_are_tasks{}, other, out32, scratch);
    CHECK(off(out32.cast<double>(), slopes) < 1e-6);
    const Eigen::VectorXd one = b.value.col(0), target = b.target.col(0);
    Eigen::VectorXd slope(tasks);
    numbers single(1);
    value_loss{}.gradient(one, target, std::vector<int>(tasks, 0), single, slope, scratch);
    CHECK((slope - (one - target) / tasks).norm() < 1e-15);
}

TEST_CASE("what is wrong is said, and nothing is written") {
    batch b(4, 3, 41);
    workspace scratch;
    dense slopes = gaussian(4, 3, 45);
    numbers losses(tasks, 7.0);
    const auto says = [&](std::string const& sentence, batch const& c) {
        refuses("isotypic: value loss: " + sentence, [&] { value_loss{}.gradient(c.value, c.target, c.task, losses, slopes, scratch); }, slopes, losses);
        refuses("isotypic: value loss: " + sentence, [&] { value_loss{}.values(c.value, c.target, c.task, losses, scratch); }, losses);
        refuses("isotypic: PPO2 value loss: " + sentence,
                [&] { ppo2_value_loss{}.gradient(c.value, c.old, c.target, c.task, losses, slopes, scratch); }, slopes, losses);
    };
    batch c = b;
    c.value(1, 1) = not_a_number;
    says("value 4 is not finite", c);
    c = b, c.target(0, 0) = infinite;
    says("target 0 is not finite", c);
    c = b, c.target = gaussian(4, 4, 1);
    says("target: an array of 4 x 4 beside one of 4 x 3", c);
    c = b, c.task[0] = -1;
    says("sample 0 of 12 is of task -1, and there are 4", c);
    c = b, c.value(0, 0) = 1e200, c.old(0, 0) = 1e200, c.task[0] = 2;
    says("the loss of task 2 is not finite", c);
    c = b, c.old(2, 2) = not_a_number;
    refuses("isotypic: PPO2 value loss: old value 8 is not finite",
            [&] { ppo2_value_loss{}.gradient(c.value, c.old, c.target, c.task, losses, slopes, scratch); }, slopes, losses);
    refuses("isotypic: PPO2 value loss: clip = -1.000000, and has to be above 0",
            [&] { ppo2_value_loss{.clip = -1}.gradient(b.value, b.old, b.target, b.task, losses, slopes, scratch); }, slopes, losses);
    dense small(3, 3);
    refuses("isotypic: value loss: slopes of 3 x 3 for an array of 4 x 3",
            [&] { value_loss{}.gradient(b.value, b.target, b.task, losses, small, scratch); }, losses);
}

TEST_CASE("no memory is asked for once a shape is known") {
    const batch b(30, 10, 51);
    workspace scratch;
    dense slopes(30, 10);
    numbers losses(tasks);
    const auto all = [&] {
        value_loss{}.gradient(b.value, b.target, b.task, losses, slopes, scratch);
        value_loss{}.values(b.value, b.target, b.task, losses, scratch);
        ppo2_value_loss{}.gradient(b.value, b.old, b.target, b.task, losses, slopes, scratch);
        ppo2_value_loss{}.values(b.value, b.old, b.target, b.task, losses, scratch);
    };
    all();
    const std::size_t before = allocations();
    all();
    CHECK(allocations() == before);
}
