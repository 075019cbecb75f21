// SPDX-License-Identifier: MIT
#include "loss/decision_baselines.hpp"
#include <isotypic/loss/decision/baselines/cave.hpp>
#include <isotypic/loss/decision/baselines/lava.hpp>
#include <isotypic/loss/decision/baselines/map_estimate.hpp>
#include <isotypic/loss/decision/baselines/noise_contrastive.hpp>
#include <Eigen/Dense>

using namespace isotypic;
using namespace decision_baselines;

namespace {

const listed two{{{1, 0}, {0, 1}}};
const listed three{{{1, 0, 0, 1}, {0, 1, 0, 1}, {0, 0, 1, 0}}};
constexpr sense both[] = {sense::minimise, sense::maximise};

dense numbers_of(std::initializer_list<double> x) {
    dense all(1, index_t(x.size()));
    std::copy(x.begin(), x.end(), all.data());
    return all;
}
/// The nearest point of the cone by least squares over every subset of the normals.
dense nearest(std::vector<numbers> const& all, dense const& u) {
    dense found = dense::Zero(1, u.cols());
    double least = u.norm();
    for (std::size_t which = 1; which >> all.size() == 0; ++which) {
        std::vector<std::size_t> subset;
        for (std::size_t k = 0; k < all.size(); ++k)
            if (which >> k & 1) subset.push_back(k);
        Eigen::MatrixXd a(u.cols(), index_t(subset.size()));
        for (std::size_t k = 0; k < subset.size(); ++k) a.col(index_t(k)) = line(all[subset[k]]).transpose();
        const Eigen::VectorXd lambda = a.completeOrthogonalDecomposition().solve(u.transpose());
        const dense p = (a * lambda).transpose();
        if (lambda.minCoeff() >= -1e-12 && (u - p).norm() < least) least = (u - p).norm(), found = p;
    }
    return found;
}
dense projected(std::vector<numbers> const& all, dense const& u) {
    numbers units;
    for (numbers const& a : all)
        for (double x : a) units.push_back(x / line(a).norm());
    dense p = u;
    detail::cone_projection().project(units, row(u, 0), row(p, 0));
    return p;
}
instance_vectors of_one(std::vector<numbers> const& all) {
    instance_vectors v(1, index_t(all.front().size()));
    for (numbers const& x : all) v.add(0, x);
    return v;
}
/// Binding normals, or adjacent paths, at the best path of every instance.
template <class F>
instance_vectors on_grid(cost_instances const& data, F const& f) {
    instance_vectors v(data.size(), 40);
    for (index_t i = 0; i < data.size(); ++i)
        for (numbers const& x : f(grid{}, data.decision(i))) v.add(i, x);
    return v;
}

}  // namespace

TEST_CASE("noise contrastive loss and MAP estimate of three decisions by hand, in either sense") {
    listed problem = two;
    const dense c = numbers_of({1, 2}), p = numbers_of({3, 1});
    const numbers half{0.5, 0.5};
    const cost_instances low(c, problem), high(c, problem, sense::maximise);
    for (sense to : both) {
        const auto& data = to == sense::minimise ? low : high;
        noise_contrastive mean(problem, to, {.solve_ratio = 0}), errors(problem, to, {.solve_ratio = 0, .of_errors = true});
        map_estimate worst(problem, to, {.solve_ratio = 0}), worst_errors(problem, to, {.solve_ratio = 0, .of_errors = true});
        const auto fill = [&](decision_pool& pool) { pool.add(two.all[0]), pool.add(two.all[1]), pool.add(half), pool.add(half); };
        fill(mean.pool), fill(errors.pool), fill(worst.pool), fill(worst_errors.pool);
        CHECK(mean.pool.size() == 3);
        dense g = p;
        CHECK(step_of(mean, p, data, g) == doctest::Approx(1).epsilon(1e-15));
        CHECK((g - numbers_of({0.5, -0.5})).norm() < 1e-15);
        CHECK(step_of(worst, p, data, g) == 2);
        CHECK(g == numbers_of({1, -1}));
        CHECK(value_of(errors, p, data) == doctest::Approx(1.5).epsilon(1e-15));
        CHECK(value_of(worst_errors, p, data) == 3);
        CHECK(value_of(worst, c, data) == 0);
        CHECK(mean.solves + errors.solves + worst.solves + worst_errors.solves == 0);
    }
}

TEST_CASE("over a pool the losses are means and maxima of all differences, and their gradients those of their values") {
    INFO("ISOTYPIC_SEED=", seed());
    grid problem;
    const listed all = every_path();
    const dense c = costs_of(6, 40, 1), p = costs_of(6, 40, 2);
    for (sense to : both)
        for (bool of_errors : {false, true}) {
            const double sign = detail::sign_of(to);
            const cost_instances data(c, problem, to);
            noise_contrastive mean(problem, to, {.solve_ratio = 0, .of_errors = of_errors});
            map_estimate most(problem, to, {.solve_ratio = 0, .of_errors = of_errors});
            mean.pool.add(data), most.pool.add(data);
            map_estimate complete = map_estimate(problem, to, {.solve_ratio = 0});
            for (numbers const& x : all.all) complete.pool.add(x);
            CHECK(complete.pool.size() == 70);
            double sum = 0, top = 0, optimum = 0;
            for (index_t i = 0; i < 6; ++i) {
                const dense q = of_errors ? dense(p.row(i) - c.row(i)) : dense(p.row(i)), x = line(data.decision(i));
                double largest = -infinite;
                for (index_t k = 0; k < mean.pool.size(); ++k) {
                    const double apart = sign * inner(q, x - line(mean.pool.decision(k)));
                    sum += apart / double(6 * mean.pool.size()), largest = std::fmax(largest, apart);
                }
                top += largest / 6;
                optimum += sign * inner(p.row(i), x - chosen(all, to, p.row(i))) / 6;
            }
            CHECK(std::abs(value_of(mean, p, data) - sum) < 1e-12);
            CHECK(std::abs(value_of(most, p, data) - top) < 1e-12);
            CHECK(std::abs(value_of(complete, p, data) - optimum) < 1e-12);
            CHECK(std::abs(top - sum) > 1e-3);
            check_slope(mean, p, data);
            check_slope(most, p, data);
            check_slope(complete, p, data);
        }
}

TEST_CASE("the pool grows by the decisions of predictions, each once, as often as is asked") {
    INFO("ISOTYPIC_SEED=", seed());
    watched problem{every_path()};
    const dense c = costs_of(5, 40, 1);
    const cost_instances data(c, problem);
    problem.calls = 0;
    const auto prove = [&](auto& always, auto& half, auto& never) {
        always.pool.add(data), half.pool.add(data), never.pool.add(data);
        const index_t before = never.pool.size();
        std::vector<numbers> seen;
        for (index_t i = 0; i < 5; ++i) seen.push_back(numbers(data.decision(i).begin(), data.decision(i).end()));
        dense g = c;
        for (std::uint64_t t = 0; t < 100; ++t) {
            const dense p = costs_of(5, 40, 100 + t);
            for (index_t i = 0; i < 5; ++i) seen.push_back(best(problem.set, sense::minimise, row(p, i)));
            const double v = value_of(always, p, data);
            CHECK(step_of(always, p, data, g) == v);
            step_of(half, p, data, g), step_of(never, p, data, g);
        }
        std::sort(seen.begin(), seen.end());
        CHECK(always.pool.size() == std::unique(seen.begin(), seen.end()) - seen.begin());
        CHECK(always.pool.size() > before);
        CHECK(always.solves == 1000);
        CHECK(never.pool.size() == before);
        CHECK(never.solves == 0);
        CHECK(half.solves % 5 == 0);
        CHECK(std::abs(double(half.solves / 5) - 50) < 25);  // five standard deviations
        CHECK(index_t(problem.calls) == always.solves + half.solves);
        problem.calls = 0;
    };
    noise_contrastive a(problem), b(problem, sense::minimise, {.solve_ratio = 0.5, .seed = seed()}), n(problem, sense::minimise, {.solve_ratio = 0});
    map_estimate x(problem), y(problem, sense::minimise, {.solve_ratio = 0.5, .seed = seed()}), z(problem, sense::minimise, {.solve_ratio = 0});
    prove(a, b, n);
    prove(x, y, z);
}

TEST_CASE("a pool that is empty, or a solver that fails, is an error that leaves the pool as it was") {
    INFO("ISOTYPIC_SEED=", seed());
    watched problem{three};
    const dense c = costs_of(5, 4, 1), p = costs_of(5, 4, 2);
    const cost_instances data(c, problem), bare(c);
    noise_contrastive never(problem, sense::minimise, {.solve_ratio = 0});
    CHECK_THROWS_WITH(value_of(never, p, data), "isotypic: noise contrastive loss: the pool is empty: add decisions to it, or solve now and then");
    map_estimate loss(problem);
    dense g = dense::Constant(5, 4, 7);
    const dense untouched = g;
    problem.calls = 0, problem.fails_at = 4;
    CHECK_THROWS_WITH_AS(step_of(loss, p, data, g), "isotypic: MAP estimate: instance 3: out of time", error);
    CHECK(loss.pool.size() == 0);
    dense narrow(5, 3);
    CHECK_THROWS_AS(step_of(loss, p, data, narrow), error);
    CHECK(loss.pool.size() == 0);
    CHECK(loss.step == 0);
    CHECK(g == untouched);
    step_of(loss, p, data, g);
    CHECK(loss.pool.size() > 0);
    CHECK(loss.step == 1);
    CHECK(g != untouched);
    never.pool.add(two.all[0]);
    CHECK_THROWS_WITH(value_of(never, p, data), "isotypic: noise contrastive loss: instance 0: the pool holds decisions of 2 numbers");
    CHECK_THROWS_AS(never.pool.add(three.all[0]), error);
    CHECK_THROWS_AS(never.pool.add(bare), error);
    CHECK_THROWS_AS(noise_contrastive(problem, sense::minimise, {.solve_ratio = 1.5}), error);
    decision_pool cut = loss.pool;
    cut.keep(1);
    CHECK(cut.size() == 1);
    CHECK(line(cut.sum()) == line(cut.decision(0)));
}

TEST_CASE("the projection onto a cone is that of all subsets of its normals") {
    INFO("ISOTYPIC_SEED=", seed());
    double inside = 0, apart = 0;
    for (std::uint64_t t = 0; t < 60; ++t) {
        const dense random = gaussian(8, 5, 10 + t) + dense::Constant(8, 5, t % 2 ? 0.0 : 1.0), u = gaussian(1, 5, 500 + t);
        std::vector<numbers> all;
        for (index_t k = 0; k < 8; ++k) all.push_back(numbers(row(random, k).begin(), row(random, k).end()));
        if (t % 3 == 1) all[1] = all[0], all[3] = all[2], all[4] = all[2];  // repeated
        if (t % 3 == 2)                                                     // a line, and a sum
            for (std::size_t j = 0; j < 5; ++j) all[1][j] = -all[0][j], all[3][j] = all[0][j] + all[2][j];
        const dense p = projected(all, u), r = u - p;
        CHECK((p - nearest(all, u)).norm() < 1e-10);
        CHECK(std::abs(inner(r, p)) < 1e-12);
        for (numbers const& a : all) CHECK(inner(line(a), r) < 1e-11);
        (r.norm() < 1e-10 ? inside : apart) += 1;
    }
    CHECK(inside > 0);
    CHECK(apart > 0);
}

TEST_CASE("CaVE of a corner by hand: exact, interior and hybrid") {
    listed problem{{{0, 0}, {1, 0}, {0, 1}, {1, 1}}};
    const dense c = numbers_of({1, 2}), in = numbers_of({3, 1}), beside = numbers_of({1, -1}), wrong = numbers_of({-1, -2});
    const cost_instances data(c, problem);
    const instance_vectors corner = of_one({{-1, 0}, {0, -3}, {0, 0}});  // unit lengths and no zeros count
    cave exact(corner);
    dense g = c;
    CHECK(std::abs(step_of(exact, in, data, g)) < 1e-15);
    CHECK(g.norm() < 1e-15);
    const double root = std::sqrt(0.5);
    CHECK(step_of(exact, beside, data, g) == doctest::Approx(1 - root).epsilon(1e-14));
    CHECK((g - numbers_of({-root / 2, -root / 2})).norm() < 1e-14);  // turns (1, -1) to (1, 0)
    CHECK(step_of(exact, wrong, data, g) == 1);
    CHECK(g.norm() == 0);
    CHECK(step_of(exact, numbers_of({0, 0}), data, g) == 1);
    CHECK(g.norm() == 0);

    const auto expected = [&](dense const& t, dense const& chat) { return 1 - inner(-chat, t) / t.norm() / chat.norm(); };
    cave inner_form(corner, sense::minimise, {.inner_ratio = 0.2});
    const dense pushed = numbers_of({-0.8 - 0.1, -0.1});
    CHECK(step_of(inner_form, beside, data, g) == doctest::Approx(expected(pushed, beside)).epsilon(1e-14));
    const dense u = -beside / beside.norm(), t = pushed / pushed.norm(), slope = (t - inner(t, u) * u) / beside.norm();
    CHECK((g - slope).norm() < 1e-14);
    CHECK(std::abs(value_of(inner_form, in, data)) < 1e-15);
    CHECK(expected(pushed, beside) > 1 - root + 1e-3);

    cave hybrid(corner, sense::minimise, {.inner_ratio = 0.2, .solve_ratio = 0});
    const dense blend = -0.8 * beside / beside.norm() - numbers_of({0.1, 0.1});
    CHECK(value_of(hybrid, beside, data) == doctest::Approx(expected(blend, beside)).epsilon(1e-14));
    CHECK(value_of(hybrid, in, data) > 1e-3);

    cave some(corner, sense::minimise, {.inner_ratio = 0.2, .solve_ratio = 0.5, .seed = 3});
    int projections = 0, others = 0;
    for (some.step = 0; some.step < 200; ++some.step) {
        const double v = value_of(some, beside, data);
        projections += std::abs(v - expected(pushed, beside)) < 1e-14, others += std::abs(v - expected(blend, beside)) < 1e-14;
    }
    CHECK(projections + others == 200);
    CHECK(std::abs(projections - 100) < 36);  // five standard deviations
}

TEST_CASE("exact CaVE is 0 where the best decision stays, scale-free, and its gradient that of its value") {
    INFO("ISOTYPIC_SEED=", seed());
    grid problem;
    const dense c = costs_of(8, 40, 1);
    const listed all = every_path();
    const auto normals_at = [](grid const& g, std::span<double const> x) { return normals(g, x); };
    for (sense to : both) {
        const cost_instances data(c, problem, to);
        cave loss(on_grid(data, normals_at), to);
        CHECK(std::abs(value_of(loss, c, data)) < 1e-13);
        int stay = 0, move = 0;
        for (index_t i = 0; i < 8; ++i)
            for (double far : {0.1, 1.0}) {
                const dense p = c.row(i) + far * gaussian(1, 40, std::uint64_t(20 + i));
                const bool same = chosen(all, to, p) == line(data.decision(i));
                CHECK((loss.value(p, data, std::vector<index_t>{i}) < 1e-12) == same);
                (same ? stay : move) += 1;
            }
        CHECK(stay > 0);
        CHECK(move > 0);
        const dense p = c + gaussian(8, 40, 3), g = slopes_of(loss, p, data);
        CHECK(std::abs(value_of(loss, 8 * p, data) - value_of(loss, p, data)) < 1e-14);
        CHECK((slopes_of(loss, 8 * p, data) * 8 - g).norm() < 1e-13);
        CHECK(g.cwiseProduct(p).rowwise().sum().norm() < 1e-14);
        check_slope(loss, p, data);
        dense h = p;
        cave turned(on_grid(data, normals_at), to == sense::minimise ? sense::maximise : sense::minimise);
        const cost_instances unsolved(c);
        CHECK(step_of(turned, -p, unsolved, h) == value_of(loss, p, data));
        CHECK((h + g).norm() < 1e-14);
    }
}

TEST_CASE("LAVA of two neighbours by hand, with its kinks") {
    listed problem{{{0, 0}, {1, 0}, {0, 1}}};
    const dense c = numbers_of({1, 2});
    const cost_instances data(c, problem);
    const instance_vectors next = of_one({{1, 0}, {0, 1}});
    lava loss(next), bare(next, sense::minimise, {.margin = 0});
    dense g = c;
    CHECK(step_of(loss, numbers_of({-2, 3}), data, g) == doctest::Approx(2 - 0.1).epsilon(1e-15));
    CHECK(g == numbers_of({-1, 0}));
    CHECK(step_of(loss, numbers_of({0.05, 0.01}), data, g) == doctest::Approx(-0.06).epsilon(1e-14));
    CHECK(g == numbers_of({-1, -1}));
    CHECK(value_of(loss, c, data) == -0.2);
    CHECK(value_of(bare, numbers_of({0.05, 0.01}), data) == 0);
    CHECK(value_of(bare, numbers_of({0.05, -0.01}), data) == 0.01);
    const cost_instances gains(c, problem, sense::maximise);
    lava most(of_one({{0, 0}, {1, 0}}), sense::maximise);
    CHECK(step_of(most, numbers_of({1, 0.5}), gains, g) == doctest::Approx(0.5 - 0.1).epsilon(1e-15));
    CHECK(g == numbers_of({1, -1}));
}

TEST_CASE("LAVA is convex, without margin 0 just where the best path stays, and its gradient that of its value") {
    INFO("ISOTYPIC_SEED=", seed());
    grid problem;
    const listed all = every_path();
    const dense c = costs_of(8, 40, 1);
    const auto next_to = [](grid const& g, std::span<double const> x) { return adjacent(g, x); };
    for (sense to : both) {
        const cost_instances data(c, problem, to);
        lava loss(on_grid(data, next_to), to, {.margin = 0.3}), bare(on_grid(data, next_to), to, {.margin = 0});
        int stay = 0, move = 0;
        double gap = 0;
        for (index_t i = 0; i < 8; ++i)
            for (double far : {0.1, 1.0}) {
                const dense p = c.row(i) + far * gaussian(1, 40, std::uint64_t(20 + i));
                const bool same = chosen(all, to, p) == line(data.decision(i));
                CHECK((bare.value(p, data, std::vector<index_t>{i}) == 0) == same);
                (same ? stay : move) += 1;
            }
        for (std::uint64_t t = 0; t < 10; ++t) {
            const dense p = gaussian(8, 40, 40 + t), q = gaussian(8, 40, 60 + t), middle = (p + q) / 2;
            const double chord = (value_of(loss, p, data) + value_of(loss, q, data)) / 2 - value_of(loss, middle, data);
            CHECK(chord > -1e-12);
            gap = std::fmax(gap, chord);
        }
        CHECK(gap > 1e-3);
        CHECK(stay > 0);
        CHECK(move > 0);
        check_slope(loss, c + gaussian(8, 40, 3), data);
    }
}

TEST_CASE("vectors of instances that lack, do not fit or are not finite are errors") {
    listed problem = two;
    dense c(2, 2), p(2, 2), g = dense::Constant(2, 2, 7);
    c << 1, 2, 2, 1;
    p << 1, 1, 1, 1;
    const cost_instances data(c, problem), bare(c);
    const numbers ones{1, 1}, long_one{1, 1, 1}, bad{1, infinite};
    instance_vectors v(2, 2);
    v.add(0, ones);
    CHECK_THROWS_WITH(v.add(2, ones), "isotypic: instance vectors: instance 2, and there are 2");
    CHECK_THROWS_WITH(v.add(1, long_one), "isotypic: instance vectors: instance 1: a vector of 3 numbers, not 2");
    CHECK_THROWS_AS(v.add(1, bad), error);
    cave angle(v);
    lava margin(v);
    CHECK_THROWS_WITH(step_of(angle, p, data, g), "isotypic: cone-aligned cosine: instance 1: it has no normals");
    CHECK_THROWS_WITH(step_of(margin, p, data, g), "isotypic: LAVA: instance 1: it has no adjacent vertices");
    CHECK(g == dense::Constant(2, 2, 7));
    CHECK(angle.step + margin.step == 0);
    CHECK_THROWS_AS(value_of(margin, p, bare), error);
    CHECK_THROWS_AS(value_of(lava(v, sense::maximise), p, data), error);
    CHECK_THROWS_AS(cave(v, sense::minimise, {.inner_ratio = 2}), error);
    CHECK_THROWS_AS(lava(v, sense::minimise, {.margin = -1}), error);
    v.add(1, ones);
    cave complete(v);
    CHECK_NOTHROW(step_of(complete, p, bare, g));
    CHECK(complete.step == 1);
    CHECK(complete.solves == 0);
}
