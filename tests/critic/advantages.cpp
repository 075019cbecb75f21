// SPDX-License-Identifier: MIT
#include "critic/task_batches.hpp"
#include <isotypic/critic/advantages.hpp>

using namespace task_batches;

namespace {

constexpr int tasks = 5;  // the last has no samples

dense per_task(dense const& a, std::vector<int> const& task) {
    workspace scratch;
    dense y = a;
    standardised_per_task{}(a, task, tasks, y, scratch);
    return y;
}
dense together(dense const& a) {
    workspace scratch;
    dense y = a;
    standardised_together{}(a, y, scratch);
    return y;
}
/// The formula in more digits over the samples with task[i] == k, or all where k < 0.
dense direct(dense const& a, std::vector<int> const& task, int k) {
    digits sum = 0, square = 0, n = 0;
    const auto counts = [&](index_t i) { return k < 0 || task[std::size_t(i)] == k; };
    for (index_t i = 0; i < a.size(); ++i)
        if (counts(i)) sum += digits(a.data()[i]), ++n;
    for (index_t i = 0; i < a.size(); ++i)
        if (counts(i)) square += (digits(a.data()[i]) - sum / n) * (digits(a.data()[i]) - sum / n);
    dense y = dense::Zero(a.rows(), a.cols());
    for (index_t i = 0; i < a.size(); ++i)
        if (counts(i)) y.data()[i] = double((digits(a.data()[i]) - sum / n) / std::sqrt(square / n));
    return y;
}
double off(dense const& a, dense const& b) { return (a - b).cwiseAbs().maxCoeff(); }
/// a_i <- scale_k a_i + shift_k.
dense moved(dense a, std::vector<int> const& task, numbers const& scale, numbers const& shift) {
    for (std::size_t i = 0; i < task.size(); ++i) a.data()[i] = scale[std::size_t(task[i])] * a.data()[i] + shift[std::size_t(task[i])];
    return a;
}

}  // namespace

TEST_CASE("advantages have mean 0 and variance 1 over each task, or over all") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto task = some_tasks(80, tasks, 1);
    const dense a = moved(gaussian(8, 10, 2), task, {1, 20, 0.1, 300, 1}, {0, 5, -3, 100, 0});
    dense want = dense::Zero(8, 10);
    for (int k = 0; k + 1 < tasks; ++k) want += direct(a, task, k);
    CHECK(off(per_task(a, task), want) < 1e-12);
    CHECK(off(together(a), direct(a, task, -1)) < 1e-12);
    CHECK(off(together(a), want) > 1e-3);
    CHECK(std::abs(together(a).squaredNorm() - 80) < 1e-11);
    CHECK(std::abs(together(a).sum()) < 1e-12);
}

TEST_CASE("per task nothing changes with the unit and zero of each task, together only with common ones") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(unmoved_by<standardised_per_task, affine_returns> && moves_with<standardised_per_task, task_permutation>);
    static_assert(!unmoved_by<standardised_together, affine_returns> && unmoved_by<standardised_together, common_rescaling>);
    const auto task = some_tasks(80, tasks, 11);
    const dense a = gaussian(8, 10, 12), each = per_task(a, task), all = together(a);
    random_stream random(seed(), 13);
    for (int turn = 0; turn < 20; ++turn) {
        numbers scale(tasks), shift(tasks), common(tasks), none(tasks), same(tasks, 10 * random.normal());
        std::vector<index_t> from(tasks);
        affine_returns::sample(random, scale, shift, from);
        const dense b = moved(a, task, scale, shift);
        double least = infinite;
        for (double s : scale) least = (std::min)(least, s);
        CHECK(off(per_task(b, task), each) < 1e-15 * (10 + b.cwiseAbs().maxCoeff() / least));  // what rounding of the moved advantages costs
        CHECK(off(together(b), all) > 1e-3);
        common_rescaling::sample(random, common, none, from);
        CHECK(off(together(moved(a, task, common, none)), all) < 1e-12);
        CHECK(off(together(moved(a, task, numbers(tasks, 1.0), same)), all) < 1e-12);
        CHECK(off(together(moved(a, task, numbers{1, 1, 1, 2, 1}, none)), all) > 1e-3);
    }
    for (double power : {-900., -60., 60., 900.}) {  // exact maps, exact answers
        const double s = std::exp2(power);
        CHECK(per_task(moved(a, task, {s, 1, 1 / s, s, 1}, numbers(tasks)), task) == each);
        CHECK(together(a * s) == all);
    }
    CHECK(off(per_task(-a, task), each) > 1e-3);
}

TEST_CASE("renumbered tasks and samples in another order change nothing else") {
    INFO("ISOTYPIC_SEED=", seed());
    auto task = some_tasks(60, tasks, 21);
    const dense a = gaussian(60, 1, 22), each = per_task(a, task);
    const auto from = shuffled(60, 23);
    std::vector<int> other = task, renumbered = task;
    for (std::size_t i = 0; i < 60; ++i) other[i] = task[std::size_t(from[i])], renumbered[i] = tasks - 1 - task[i];
    CHECK(off(per_task(turned(a, from), other), turned(each, from)) < 1e-13);
    CHECK(per_task(a, renumbered) == each);
    CHECK(off(per_task(turned(a, from), task), turned(each, from)) > 1e-3);
}

TEST_CASE("equal advantages and single samples are 0, and no size is too small or too large") {
    INFO("ISOTYPIC_SEED=", seed());
    for (double c : {0.1, -1e300, 1e-310, 0.0}) CHECK(together(dense::Constant(3, 7, c)) == dense::Zero(3, 7));
    CHECK(per_task(gaussian(1, 4, 31), {0, 1, 2, 3}) == dense::Zero(1, 4));
    const dense a = gaussian(5, 4, 32).cwiseMax(-3).cwiseMin(3), all = together(a);
    for (double s : {1e-300, 1e-20, 1e20, 5e307}) CHECK(off(together(a * s), all) < 1e-13);
    const double least = std::numeric_limits<double>::denorm_min(), most = (std::numeric_limits<double>::max)();
    CHECK(together(dense{{0, least}}) == dense{{-1, 1}});
    CHECK(together(dense{{most, -most}}) == dense{{1, -1}});
    CHECK(together(dense{{1, std::nextafter(1., 2.)}}) == dense{{-1, 1}});
    dense mixed = a;
    mixed.row(0).setConstant(1e9);
    workspace scratch;
    dense y(5, 4);
    standardised_per_task{}(mixed, rows_are_tasks{}, 5, y, scratch);
    CHECK(y.row(0).isZero(0));
    CHECK(std::abs(y.row(1).squaredNorm() - 4) < 1e-12);
}

TEST_CASE("float, xtensor and results in the memory of the advantages") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto task = some_tasks(40, tasks, 41);
    dense a = gaussian(8, 5, 42);
    const dense each = per_task(a, task), all = together(a);
    const dense_of<float> narrow = a.cast<float>();
    dense_of<float> out = narrow;
    workspace scratch;
    standardised_per_task{}(narrow, task, tasks, out, scratch);
    CHECK(off(out.cast<double>(), each) < 1e-5);
    standardised_together{}(narrow, out, scratch);
    CHECK(off(out.cast<double>(), all) < 1e-5);
    xt::xtensor<double, 3> x({2, 4, 5});
    std::copy(a.data(), a.data() + 40, x.data());
    xt::xtensor<int, 3> k({2, 4, 5});
    std::copy(task.begin(), task.end(), k.data());
    standardised_per_task{}(x, k, tasks, x, scratch);
    CHECK(std::equal(x.begin(), x.end(), each.data()));
    standardised_together{}(a, a, scratch);
    CHECK(a == all);
}

TEST_CASE("what is wrong is said, and nothing is written") {
    auto task = some_tasks(12, tasks, 51);
    dense a = gaussian(4, 3, 52), y = gaussian(4, 3, 53), small(3, 3);
    workspace scratch;
    const auto says = [&](std::string const& sentence) {
        refuses("isotypic: advantages: " + sentence, [&] { standardised_per_task{}(a, task, tasks, y, scratch); }, y);
    };
    task[3] = 5;
    says("sample 3 of 12 is of task 5, and there are 5");
    task.push_back(0), task[3] = 0;
    says("13 tasks for 12 samples");
    task.pop_back(), a(2, 1) = infinite;
    says("advantage 7 is not finite");
    refuses("isotypic: advantages: advantage 7 is not finite", [&] { standardised_together{}(a, y, scratch); }, y);
    a(2, 1) = 0;
    refuses("isotypic: advantages: standardised ones of 3 x 3 for an array of 4 x 3", [&] { standardised_together{}(a, small, scratch); }, a);
    refuses("isotypic: advantages: an array of 4 rows, one a task, for 5 tasks", [&] { standardised_per_task{}(a, rows_are_tasks{}, tasks, y, scratch); }, y);
}

TEST_CASE("no memory is asked for once a shape is known") {
    const auto task = some_tasks(200, tasks, 61);
    const dense a = gaussian(20, 10, 62);
    dense y(20, 10);
    workspace scratch;
    const auto all = [&] { standardised_per_task{}(a, task, tasks, y, scratch), standardised_together{}(a, y, scratch); };
    all();
    const std::size_t before = allocations();
    all();
    CHECK(allocations() == before);
}
