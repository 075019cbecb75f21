// SPDX-License-Identifier: MIT
#include <decision_focused/assignment.hpp>
#include <decision_focused/glpk_tours.hpp>
#include <decision_focused/grid.hpp>
#include <decision_focused/knapsack.hpp>
#include <decision_focused/tours.hpp>
#include <decision_focused/train.hpp>
#if __has_include(<boost/graph/dag_shortest_paths.hpp>)
#include <decision_focused/graph_path.hpp>
#endif
#include <isotypic/check/seed.hpp>
#include <isotypic/group/random.hpp>
#include <isotypic/loss/decision/regret.hpp>
#include <Eigen/QR>
#include <doctest/doctest.h>
#include <thread>

using namespace decision_focused;

namespace {

costs_in row(table const& m, Index i) { return {m.data() + i * m.cols(), std::size_t(m.cols())}; }

/// Costs from -1 to 3, on a grid of eighths where ties are wanted.
std::vector<double> drawn(std::size_t d, isotypic::random_stream& random, bool ties = false) {
    std::vector<double> c(d);
    for (double& v : c) v = ties ? double(random.below(32)) / 8 - 1 : 4 * random.uniform() - 1;
    return c;
}

/// All decisions of a small problem, by trying all 2^d.
template <class F>
table all_of(std::size_t d, F const& feasible) {
    std::vector<std::vector<double>> found;
    for (std::size_t bits = 0; bits < std::size_t(1) << d; ++bits) {
        std::vector<double> x(d);
        for (std::size_t j = 0; j < d; ++j) x[j] = double(bits >> j & 1);
        if (feasible(x)) found.push_back(x);
    }
    table all(Index(found.size()), Index(d));
    for (std::size_t i = 0; i < found.size(); ++i) std::copy(found[i].begin(), found[i].end(), &all(Index(i), 0));
    return all;
}

bool fulfils(table const& a, std::vector<double> const& b, std::vector<double> const& x) {
    for (Index i = 0; i < a.rows(); ++i)
        if (std::fabs(dot(row(a, i), x) - b[std::size_t(i)]) > 1e-12) return false;
    return true;
}

double least(table const& all, costs_in c, Index fixed = -1, double at = 0) {
    double found = infinity;
    for (Index i = 0; i < all.rows(); ++i)
        if (fixed < 0 || all(i, fixed) == at) found = std::fmin(found, dot(row(all, i), c));
    return found;
}

void check_exact(problem& p, table const& all, bool ties) {
    isotypic::random_stream random(isotypic::seed());
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    const auto d = std::size_t(p.size());
    table flipped(p.size(), p.size());
    std::vector<double> x(d), delta(d), again(d);
    double error = 0, off_by_solving = 0, without = 0;
    for (int trial = 0; trial < 50; ++trial) {
        const auto c = drawn(d, random, ties);
        p.minimise(c, x);
        const double z = least(all, c);
        error = std::fmax(error, std::fabs(dot(c, x) - z));
        p.sensitivities(c, x, delta), p.flips(c, x, flipped, again);
        for (std::size_t j = 0; j < d; ++j) {
            const double truth = least(all, c, Index(j), 1 - x[j]) - z;
            if (truth == infinity) {
                CHECK(delta[j] == infinity);
                continue;
            }
            error = std::fmax(error, std::fabs(delta[j] - truth));
            without = std::fmax(without, truth);
            off_by_solving = std::fmax(off_by_solving, std::fabs(dot(c, row(flipped, Index(j))) - z - truth));
            CHECK(flipped(Index(j), Index(j)) == 1 - x[j]);
        }
    }
    CHECK(error < 1e-12);
    CHECK(off_by_solving < 1e-12);
    CHECK(without > 1e-3);
}

}  // namespace

TEST_CASE("the draws of shortest paths are numpy's and PyEPO's") {
    const generated all = powers({2000, 5, 4, 0.5, 42}, grid_arcs(5, 5));
    mersenne random(42);
    const table b = detail::coins(random, 40, 5);
    table first(3, 5);
    first << 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0;
    CHECK(b.topRows(3) == first);
    CHECK(b.sum() == 98);
    const double x[] = {-0.68002472, 0.2322537, 0.29307247, -0.71435142, 1.86577451}, c[] = {0.35391761, 1.07858994, 1.01396442};
    for (Index j = 0; j < 5; ++j) CHECK(all.features(0, j) == doctest::Approx(x[j]).epsilon(1e-7));
    for (Index j = 0; j < 3; ++j) CHECK(all.costs(0, j) == doctest::Approx(c[j]).epsilon(1e-8));
    CHECK(all.costs.sum() == doctest::Approx(57675.1517).epsilon(1e-9));
    CHECK(powers({2000, 5, 4, 0.5, 43}, 40).costs.sum() != doctest::Approx(57675.1517).epsilon(1e-4));
    const auto order = mersenne(42).permutation(2000);
    CHECK(std::vector<std::size_t>(order.begin(), order.begin() + 4) == std::vector<std::size_t>{1860, 353, 1333, 905});
}

TEST_CASE("on those draws least squares has the known regret, and SPO+ that of PyEPO's notebook") {
    const parts s = split(powers({2000, 5, 4, 0.5, 42}, 40), 1000, 42);
    grid paths(5, 5);
    const isotypic::cost_instances test(s.test_costs, paths);
    double z = 0;
    for (isotypic::index_t i = 0; i < test.size(); ++i) z += test.optimum(i);
    CHECK(z == doctest::Approx(3646.7303).epsilon(1e-8));

    table x(1000, 6), y(1000, 6);
    x << s.train_features, table::Ones(1000, 1), y << s.test_features, table::Ones(1000, 1);
    const Eigen::MatrixXd w = Eigen::MatrixXd(x).colPivHouseholderQr().solve(Eigen::MatrixXd(s.train_costs));
    const double ols = isotypic::regret(table(y * w), test, paths).normalised;
    CHECK(std::fabs(ols - 0.0858) < 5e-5);

    const task t{"shortest_path", 5, 5, 4};
    const double spo = train({t, {"spo_plus", {}}, 1e-2, 42}, draw(t, 42)).normalised;
    CHECK(spo > 0.070);
    CHECK(spo < 0.078);
    CHECK(ols - spo > 1e-3);
}

TEST_CASE("the draws of knapsacks are PyEPO's") {
    const generated all = knapsack_values({1000, 5, 4, 0.5, 135}, 32, 2);
    const double w[] = {4.59, 4.87, 5.19}, c[] = {5, 3, 2, 1, 1, 3, 1, 2};
    for (Index j = 0; j < 3; ++j) CHECK(all.weights(0, j) == w[j]);
    for (Index j = 0; j < 8; ++j) CHECK(all.costs(0, j) == c[j]);
    CHECK(all.costs.sum() == 133829);

    const generated more = knapsack_values({2000, 5, 4, 0.5, 42}, 32, 2);
    knapsack sack(more.weights, 20);
    CHECK(sack.listed() == 4880);
    const parts s = split(more, 1000, 42);
    const isotypic::cost_instances test(s.test_costs, sack, isotypic::sense::maximise);
    double z = 0;
    for (isotypic::index_t i = 0; i < test.size(); ++i) z += test.optimum(i);
    CHECK(z == 31817);
}

TEST_CASE("the draws of round trips are PyEPO's") {
    const table ten = tour_costs({50, 10, 4, 0.5, 42}, 10).costs, twelve = tour_costs({50, 10, 4, 0.5, 42}, 12).costs;
    CHECK(ten(0, 0) == 2.8095);
    CHECK(ten(0, 1) == 3.8028);
    CHECK(ten.sum() == doctest::Approx(14627.7869).epsilon(1e-12));
    CHECK(twelve(0, 0) == 5.0832);
    CHECK(twelve.sum() == doctest::Approx(21346.3676).epsilon(1e-12));
}

TEST_CASE("the shortest path over a grid and every Delta are those of all paths") {
    grid p(3, 4);
    const table a = p.equalities();
    std::vector<double> b(12, 0.0);
    b.front() = 1, b.back() = -1;
    const table all = all_of(std::size_t(p.size()), [&](auto const& x) { return fulfils(a, b, x); });
    CHECK(all.rows() == 10);
    check_exact(p, all, false), check_exact(p, all, true);
}

TEST_CASE("the best knapsack and every Delta are those of all sets of items, by either solver") {
    const table weights = knapsack_values({1, 2, 1, 0, 7}, 11, 2).weights;
    const auto within = [](table const& w) {
        return [&w](std::vector<double> const& x) {
            for (Index i = 0; i < w.rows(); ++i)
                if (dot(row(w, i), x) > 15 + 1e-9) return false;
            return true;
        };
    };
    knapsack two(weights, 15);
    check_exact(two, all_of(11, within(weights)), false), check_exact(two, all_of(11, within(weights)), true);
    const table one = weights.topRows(1);
    knapsack listed(one, 15);
    long_knapsack swept(one, 15);
    check_exact(listed, all_of(11, within(one)), false), check_exact(swept, all_of(11, within(one)), false);
}

TEST_CASE("the shortest round trip and every Delta are those of all round trips, by either solver") {
    tours p(6);
    glpk_tours q(6);
    std::vector<std::size_t> order{1, 2, 3, 4, 5};
    table all(0, 15);
    const auto edge = [](std::size_t i, std::size_t j) { return i < j ? i * 6 - i * (i + 1) / 2 + j - i - 1 : j * 6 - j * (j + 1) / 2 + i - j - 1; };
    do {
        all.conservativeResize(all.rows() + 1, 15);
        auto x = all.row(all.rows() - 1);
        x.setZero();
        std::size_t at = 0;
        for (std::size_t next : order) x(Index(edge(at, next))) = 1, at = next;
        x(Index(edge(at, 0))) = 1;
    } while (std::next_permutation(order.begin(), order.end()));
    for (bool ties : {false, true}) check_exact(p, all, ties), check_exact(q, all, ties);
    for (Index i = 0; i < all.rows(); ++i) CHECK(p.equalities() * all.row(i).transpose() == table::Constant(6, 1, 2));
}

TEST_CASE("GLPK finds the round trips of Held and Karp, on several threads at a time") {
    const auto off_by = [](std::uint64_t purpose) {
        isotypic::random_stream random(isotypic::seed(), purpose);
        double error = 0;
        for (Index nodes : {8, 9, 10, 13}) {
            tours p(nodes);
            glpk_tours q(nodes);
            std::vector<double> x(std::size_t(p.size())), y = x;
            for (int trial = 0; trial < 20; ++trial) {
                const auto c = drawn(x.size(), random);
                p.minimise(c, x), q.minimise(c, y);
                error = std::fmax(error, x == y ? std::fabs(dot(c, x) - dot(c, y)) : infinity);
            }
        }
        return error;
    };
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    std::vector<double> errors(3, infinity);
    {
        std::vector<std::thread> all;
        for (std::size_t i = 0; i < errors.size(); ++i) all.emplace_back([&, i] { errors[i] = off_by(i); });
        for (auto& t : all) t.join();
    }
    for (double error : errors) CHECK(error == 0);
}

TEST_CASE("GLPK and LEMON refuse costs that are not finite, and solve the next") {
    glpk_tours p(5);
    assignment q(3);
    for (problem* each : {static_cast<problem*>(&p), static_cast<problem*>(&q)}) {
        std::vector<double> c(std::size_t(each->size()), 1.0), x = c;
        for (double bad : {infinity, std::nan("")}) {
            c[1] = bad;
            CHECK_THROWS_WITH_AS(each->minimise(c, x), "a cost is not finite", std::runtime_error);
        }
        c[1] = 0;
        each->minimise(c, x);
        CHECK(x[1] == 1);
        CHECK(dot(c, x) == (each == &p ? 4 : 2));
    }
    CHECK_THROWS_AS(glpk_tours(2), std::runtime_error);
}

TEST_CASE("the cheapest assignment and every Delta are those of all assignments") {
    assignment p(4);
    const table all = all_of(16, [&](auto const& x) { return fulfils(p.equalities(), std::vector<double>(8, 1.0), x); });
    CHECK(all.rows() == 24);
    check_exact(p, all, false), check_exact(p, all, true);
}

#if __has_include(<boost/graph/dag_shortest_paths.hpp>)
TEST_CASE("Boost.Graph finds the grid's paths, and says where there is none") {
    grid p(5, 7);
    graph_path q(35, p.all_arcs(), 0, 34);
    isotypic::random_stream random(isotypic::seed());
    INFO("ISOTYPIC_SEED=" << isotypic::seed());
    std::vector<double> x(std::size_t(p.size())), y = x;
    for (int trial = 0; trial < 100; ++trial) {
        const auto c = drawn(x.size(), random);
        p.minimise(c, x), q.minimise(c, y);
        CHECK(x == y);
    }
    graph_path back(35, p.all_arcs(), 34, 0);
    CHECK_THROWS_AS(back.minimise(x, y), std::runtime_error);
}
#endif

TEST_CASE("gradients of the losses are slopes of their values") {
    for (task t : {task{"shortest_path", 3, 3, 4}, task{"knapsack", 9, 2, 4}, task{"tours", 5, 0, 4}}) {
        t.train = t.test = 8, t.capacity = 15;
        const data d = draw(t, 3);
        const auto solver = make(t, d.weights);
        isotypic::random_stream random(isotypic::seed());
        INFO("ISOTYPIC_SEED=" << isotypic::seed());
        table x = d.drawn.train_costs;
        for (Index i = 0; i < x.size(); ++i) x.data()[i] *= 0.5 + random.uniform();
        std::vector<isotypic::index_t> rows{0, 1, 2, 3, 4, 5, 6, 7};
        table g(x.rows(), x.cols()), unused = g;
        for (auto const& a : all_losses()) {
            if (!fits(a.name, t.problem) || a.name == "dbb" || a.name == "nid" || a.name == "imle" || a.name == "pfyl") continue;
            if (a.name == "nce" || a.name == "map" || a.name == "pg" || a.name == "cave") continue;
            INFO(a.name, " of ", t.problem);
            for (auto const& numbers : a.choices) {
                const auto l = make({a.name, numbers}, d.drawn.train_costs, d.to, *solver, false, 1);
                l->gradient(x, rows, g);
                double error = 0, most = 0;
                for (Index i = 0; i < x.size(); i += 3) {
                    const double at = x.data()[i], h = 1e-6;
                    x.data()[i] = at + h;
                    const double up = l->gradient(x, rows, unused);
                    x.data()[i] = at - h;
                    const double down = l->gradient(x, rows, unused);
                    x.data()[i] = at;
                    error = std::fmax(error, std::fabs((up - down) / (2 * h) - g.data()[i])), most = std::fmax(most, std::fabs(g.data()[i]));
                }
                CHECK(error < 1e-5 * std::fmax(most, 1));
                CHECK(g.norm() > 1e-3);
            }
        }
    }
}
