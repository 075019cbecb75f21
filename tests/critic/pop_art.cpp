// SPDX-License-Identifier: MIT
#include "allocations.hpp"
#include <doctest/doctest.h>
#include <Eigen/Core>
#include <isotypic/check/seed.hpp>
#include <isotypic/critic/pop_art.hpp>
#include <xtensor/xtensor.hpp>

using namespace isotypic;

namespace {

using table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A row a task, in units from 1e-2 to 1e2 around a mean of their own.
table returns_of(random_stream& random, index_t tasks, index_t samples) {
    table r(tasks, samples);
    for (index_t k = 0; k < tasks; ++k)
        for (index_t i = 0; i < samples; ++i) r(k, i) = std::pow(10, double(k % 5) - 2) * (random.normal() + double(k));
    return r;
}
table normalised(pop_art& values, table const& r) {
    table n(r.rows(), r.cols());
    values.normalise(r, rows_are_tasks{}, n);
    return n;
}

}  // namespace

TEST_CASE("after the first update the returns have mean 0 and variance 1 for each task") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    pop_art values(6);
    const table r = returns_of(random, 6, 40);
    values.follow(r, rows_are_tasks{});
    const table n = normalised(values, r);
    CHECK(n.rowwise().mean().norm() < 1e-13);
    CHECK((n.rowwise().squaredNorm().array() / 40 - 1).matrix().norm() < 1e-12);
    CHECK(values.scale(4) > 1e3 * values.scale(0));
}

TEST_CASE("statistics are averages of R and R^2 without the bias of their start") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    const double b = 0.1;
    pop_art values(2, {.rate = b});
    double first[2] = {}, second[2] = {}, left = 1;
    for (int t = 0; t < 30; ++t) {
        const table r = returns_of(random, 2, 8) * (1 + t % 3);
        values.follow(r, rows_are_tasks{});
        left *= 1 - b;
        for (index_t k = 0; k < 2; ++k) {
            first[k] = (1 - b) * first[k] + b * r.row(k).mean(), second[k] = (1 - b) * second[k] + b * r.row(k).squaredNorm() / 8;
            const double mean = first[k] / (1 - left), variance = second[k] / (1 - left) - mean * mean;
            CHECK(std::abs(values.mean(k) - mean) < 1e-13 * std::fmax(1, std::abs(mean)));
            CHECK(std::abs(values.scale(k) - std::sqrt(variance)) < 1e-10 * values.scale(k));
        }
    }
}

TEST_CASE("normalised returns do not change when each task's returns get another unit and zero") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    static_assert(unmoved_by<pop_art, affine_returns> && moves_with<pop_art, task_permutation>);
    std::vector<double> scale(5), shift(5);
    std::vector<index_t> from(5);
    affine_returns::sample(random, scale, shift, from);
    pop_art plain(5, {.rate = 0.2}), moved(5, {.rate = 0.2});
    for (int t = 0; t < 10; ++t) {
        const table r = returns_of(random, 5, 12);
        table other = r;
        for (index_t k = 0; k < 5; ++k) other.row(k) = (scale[std::size_t(k)] * r.row(k)).array() + shift[std::size_t(k)];
        plain.follow(r, rows_are_tasks{}), moved.follow(other, rows_are_tasks{});
        CHECK((normalised(plain, r) - normalised(moved, other)).norm() < 1e-9);
        other.row(2) *= -1;
        CHECK((normalised(plain, r) - normalised(moved, other)).norm() > 1e-3);
    }
}

TEST_CASE("raw values stay through a change of units, for heads with a row a task and for one head with two numbers a task") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    const index_t tasks = 4, width = 7;
    table w = table::NullaryExpr(tasks, width, [&] { return random.normal(); }), states = table::NullaryExpr(width, 9, [&] { return random.normal(); });
    Eigen::VectorXd b = Eigen::VectorXd::NullaryExpr(tasks, [&] { return random.normal(); });
    Eigen::RowVectorXd a = Eigen::RowVectorXd::Ones(tasks), c = Eigen::RowVectorXd::Zero(tasks), z = states.row(0);
    pop_art values(tasks, {.rate = 0.3});
    auto by_rows = [&] {
        table v(tasks, 9);
        const table n = (w * states).colwise() + b;
        values.denormalise(n, rows_are_tasks{}, v);
        return v;
    };
    auto by_scalars = [&] {
        table v(tasks, 9);
        const table n = (a.transpose() * z).colwise() + c.transpose();
        values.denormalise(n, rows_are_tasks{}, v);
        return v;
    };
    for (int t = 0; t < 5; ++t) {
        const table rows_before = by_rows(), scalars_before = by_scalars();
        const pop_art_move& move = values.follow(returns_of(random, tasks, 10), rows_are_tasks{});
        CHECK((by_rows() - rows_before).norm() > 1e-3 * rows_before.norm());
        move.rows(w, b), move.scalars(a, c);
        CHECK((by_rows() - rows_before).norm() < 1e-12 * rows_before.norm());
        CHECK((by_scalars() - scalars_before).norm() < 1e-12 * scalars_before.norm());
    }
}

TEST_CASE("moments move as the gradients of the rows do") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    table w = table::NullaryExpr(2, 3, [&] { return random.normal(); });
    const Eigen::Vector3d h(1, -2, 0.5);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(2);
    pop_art values(2, {.rate = 0.5});
    const table r = returns_of(random, 2, 6);
    values.follow(r, rows_are_tasks{}).rows(w, b);
    auto slope = [&] {  // of 0.5 mean (n - target)^2 in w
        const table n = normalised(values, r);
        return table(((w * h + b) - n.rowwise().mean()) * h.transpose());
    };
    table before = slope(), squares = before.cwiseAbs2();
    const pop_art_move& move = values.follow(table(3 * r), rows_are_tasks{});
    move.rows(w, b), move.moments(before, squares);
    CHECK((slope() - before).norm() < 1e-12 * before.norm());
    CHECK((squares - before.cwiseAbs2()).norm() < 1e-12 * squares.norm());
}

TEST_CASE("tasks are renumbered with their statistics, samples may come mixed, and a task without any stays") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    const table r = returns_of(random, 3, 4);
    pop_art rows(3), mixed(3);
    rows.follow(r, rows_are_tasks{});
    xt::xtensor<float, 1> flat = xt::zeros<float>({12});
    std::vector<int> task(12);
    for (index_t i = 0; i < 12; ++i) task[std::size_t(i)] = int(2 - i % 3), flat(i) = float(r(i % 3, i / 3));
    mixed.follow(flat, task);
    for (index_t k = 0; k < 3; ++k) {
        CHECK(std::abs(rows.mean(k) - mixed.mean(2 - k)) < 1e-5 * std::abs(rows.mean(k)) + 1e-8);
        CHECK(std::abs(rows.scale(k) - mixed.scale(2 - k)) < 1e-5 * rows.scale(k));
    }
    const double mean = rows.mean(1), scale = rows.scale(1);
    const pop_art_move& move = rows.follow(std::vector<double>{1, 2}, std::vector<long>{0, 2});
    CHECK((rows.mean(1) == mean && rows.scale(1) == scale && move.gain(1) == 1 && move.offset(1) == 0));
    CHECK(rows.mean(0) != 1);
    CHECK(move.gain(0) != 1);
}

TEST_CASE("statistics that are saved and written back go on to the same bits") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    pop_art one(3, {.rate = 0.1}), two(3, {.rate = 0.1});
    one.follow(returns_of(random, 3, 5), rows_are_tasks{});
    const auto from = std::as_const(one).statistics();
    const auto to = two.statistics();
    for (index_t k = 0; k < 3; ++k)
        for (index_t j = 0; j < 4; ++j) to(k, j) = from(k, j);
    const table r = returns_of(random, 3, 5);
    one.follow(r, rows_are_tasks{}), two.follow(r, rows_are_tasks{});
    CHECK(normalised(one, r) == normalised(two, r));
    CHECK(one.scale(1) == two.scale(1));
}

TEST_CASE("equal returns give the least scale, huge ones the largest, and neither breaks") {
    pop_art values(2);
    table r(2, 2);
    r << 5, 5, 1e140, -1e140;
    values.follow(r, rows_are_tasks{});
    CHECK((values.scale(0) == 1e-4 && values.scale(1) == 1e6));
    CHECK(normalised(values, r).allFinite());
}

TEST_CASE("bad input says what is wrong and changes nothing") {
    pop_art values(3);
    table r = table::Ones(3, 2), bad = r, out = r;
    bad(1, 1) = std::nan("");
    CHECK_THROWS_WITH(values.follow(bad, rows_are_tasks{}), "isotypic: PopArt: return 3 is not finite");
    CHECK_THROWS_WITH(values.follow(table::Ones(2, 2).eval(), rows_are_tasks{}), "isotypic: PopArt: an array of 2 rows, one a task, for 3 tasks");
    CHECK_THROWS_WITH(values.follow(r, std::vector<int>{0, 1}), "isotypic: PopArt: 2 tasks for 6 samples");
    CHECK_THROWS_WITH(values.follow(r, std::vector<int>{0, 1, 2, 0, 1, 3}), "isotypic: PopArt: sample 5 of 6 is of task 3, and there are 3");
    table huge = r;
    huge.row(2) << 1e160, -1e160;
    CHECK_THROWS_WITH(values.follow(huge, rows_are_tasks{}), doctest::Contains("isotypic: PopArt: the mean or variance of task 2 would be "));
    CHECK((values.scale(0) == 1 && values.mean(0) == 0));
    const pop_art fresh(3);
    Eigen::MatrixXf small(3, 2);
    const table large = table::Constant(3, 2, 1e200);
    CHECK_THROWS_WITH(fresh.normalise(large, rows_are_tasks{}, small), "isotypic: PopArt: normalised returns: number 0 is not finite");
    CHECK(values.scale(0) == 1);
    Eigen::MatrixXd narrow(3, 1);
    CHECK_THROWS_WITH(values.normalise(r, rows_are_tasks{}, narrow), "isotypic: PopArt: normalised returns of 3 x 1 for an array of 3 x 2");
    const pop_art_move& move = values.follow(r, rows_are_tasks{});
    table w = table::Ones(2, 4);
    Eigen::VectorXd b = Eigen::VectorXd::Ones(3);
    CHECK_THROWS_WITH(move.rows(w, b), "isotypic: PopArt: weights of 2 x 4 for 3 tasks, which are rows");
    CHECK((b == Eigen::VectorXd::Ones(3)));
    CHECK_THROWS_AS(pop_art(0), error);
    CHECK_THROWS_AS(pop_art(-1), error);
    CHECK_THROWS_AS(pop_art(1, {.rate = 0}), error);
    CHECK_THROWS_AS(pop_art(1, {.rate = 0.1, .least = 2, .most = 1}), error);
}

TEST_CASE("nothing is allocated for a shape that has been seen") {
    random_stream random(1);
    pop_art values(4);
    const table r = returns_of(random, 4, 16);
    table out = r;
    auto turn = [&] { values.follow(r, rows_are_tasks{}), values.normalise(r, rows_are_tasks{}, out), values.denormalise(out, rows_are_tasks{}, out); };
    turn();
    const auto before = allocations();
    turn();
    if (allocations_counted) CHECK(allocations() == before);
}
