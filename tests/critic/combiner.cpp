// SPDX-License-Identifier: MIT
#include <isotypic/critic/combiner.hpp>
#include <isotypic/critic/cagrad.hpp>
#include <isotypic/critic/fair_grad.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include <isotypic/critic/mgda.hpp>
#include <isotypic/critic/pcgrad.hpp>
#include <isotypic/device/thread_pool.hpp>
#include "allocations.hpp"
#include "gradients.hpp"
#include <Eigen/Core>
#include <xtensor/xtensor.hpp>
using namespace gradients;

namespace {

/// Weights of one's own: k + 1; not a number on demand.
struct counting {
    static constexpr char const* name = "counting";
    bool broken = false;
    void weights(view<double const>, std::span<double> w, workspace&) const {
        for (std::size_t k = 0; k < w.size(); ++k) w[k] = broken && k == 2 ? std::numeric_limits<double>::quiet_NaN() : double(k + 1);
    }
};
struct nameless {
    void weights(view<double const>, std::span<double>, workspace&) const {}
};
static_assert(combination_rule<counting> && combination_rule<mgda> && combination_rule<pcgrad> && combination_rule<nash_mtl>);
static_assert(!combination_rule<nameless> && !combination_rule<int>);

template <class F>
void for_each_rule(F const& f) {
    f(mean_gradient{}), f(sum_gradient{}), f(mgda{}), f(cagrad{}), f(pcgrad{.seed = 1}), f(nash_mtl{}), f(fair_grad{.alpha = 2}), f(counting{});
}
numbers copy(std::span<double const> w) { return {w.begin(), w.end()}; }

}  // namespace

TEST_CASE("d is the sum of the gradients with the weights that are shown") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_rule([](auto rule) {
        for (index_t k : {1, 2, 5, 50}) {
            task_gradients g = normal(k, 70, std::uint64_t(k), 1);
            numbers d(70);
            combiner c(rule, k);
            const numbers w = copy(c.combine(g.at(), as_view(d.data(), 1, 70)));
            CHECK(same_bits(w, copy(c.weights())));
            CHECK(distance(d, sum(g, w)) < 1e-13 * (norm(d) + longest(g) * norm(w)));
            CHECK(c.gram()(0, 0) == doctest::Approx(dot(row(g, 0), row(g, 0))));
        }
    });
}

TEST_CASE("block by block is the whole, and what is added after a solution is new") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_rule([](auto rule) {
        task_gradients g = normal(4, 30, 1), old = normal(4, 12, 2);
        numbers whole(30), parts(30);
        combiner<decltype(rule)> one(rule, 4), more(rule, 4);
        one.combine(g.at(), as_view(whole.data(), 30, 1));
        if constexpr (!std::is_same_v<decltype(rule), pcgrad>) more.add(old.at()), more.solve();
        more.add(g.at().part(0, 0, 4, 10)), more.add(g.at().part(0, 10, 4, 20));
        more.solve();
        more.write(g.at().part(0, 0, 4, 10), as_view(parts.data(), 1, 10));
        more.write(g.at().part(0, 10, 4, 20), as_view(parts.data() + 10, 1, 20));
        CHECK(distance(whole, parts) < 1e-11 * norm(whole));
    });
}

TEST_CASE("Eigen, xtensor, columns and floats say the same") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_rule([](auto rule) {
        const task_gradients g = normal(4, 30, 3);
        const numbers expected = direction(rule, g);
        const double size = norm(expected);
        Eigen::MatrixXd by_columns(4, 30), turned(30, 4);
        Eigen::MatrixXf floats(4, 30);
        xt::xtensor<double, 2> tensor = xt::zeros<double>({4, 30});
        for (index_t k = 0; k < 4; ++k)
            for (index_t j = 0; j < 30; ++j) by_columns(k, j) = turned(j, k) = tensor(k, j) = g(k, j), floats(k, j) = static_cast<float>(g(k, j));
        Eigen::VectorXd column(30);
        Eigen::VectorXf few(30);
        xt::xtensor<double, 1> line = xt::zeros<double>({30});
        auto off = [&](auto const& d) {
            double square = 0;
            for (index_t j = 0; j < 30; ++j) square += std::pow(double(d(j)) - expected[std::size_t(j)], 2);
            return std::sqrt(square) / size;
        };
        combiner<decltype(rule)>(rule, 4).combine(by_columns, column);
        CHECK(off(column) < 1e-11);
        column.setZero();
        combiner<decltype(rule)>(rule, 4).combine(as_view(turned).transposed(), column);
        CHECK(off(column) < 1e-11);
        combiner<decltype(rule)>(rule, 4).combine(tensor, line);
        CHECK(off(line) < 1e-11);
        combiner<decltype(rule)>(rule, 4).combine(floats, few);
        CHECK(off(few) < 1e-4);
    });
}

TEST_CASE("1, 2, 3 and 7 threads have the same bits") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_rule([](auto rule) {
        storage<float> g(5, 50000), d(1, 50000);
        g.fill(1);
        combiner<decltype(rule)>(rule, 5).combine(g.one(), d.one());
        for (index_t threads : {1, 2, 3, 7}) {
            thread_pool pool(threads);
            storage<float> other(1, 50000);
            combiner<decltype(rule)>(rule, 5, pool).combine(g.one(), other.one());
            CHECK(same_bits(elements(d.one()), elements(other.one())));
        }
    });
}

TEST_CASE("bad input changes neither weights nor results") {
    INFO("ISOTYPIC_SEED=", seed());
    const double none = std::numeric_limits<double>::quiet_NaN();
    task_gradients g = normal(3, 8, 1), bad = normal(3, 8, 2);
    bad(1, 3) = none;
    numbers d(8), few(7, 0.5);
    combiner c(counting{}, 3);
    c.combine(g.at(), as_view(d.data(), 1, 8));
    const numbers w = copy(c.weights()), before = d;
    CHECK_THROWS_WITH(c.combine(bad.at(), as_view(d.data(), 1, 8)), "isotypic: the gradient of task 1 is not finite, or its square is not");
    CHECK(same_bits(copy(c.weights()), w));
    c.rule.broken = true;
    CHECK_THROWS_WITH(c.combine(g.at(), as_view(d.data(), 1, 8)), "isotypic: counting: the weight of task 2 is not finite");
    CHECK(same_bits(copy(c.weights()), w));
    CHECK(same_bits(d, before));
    CHECK_THROWS_WITH(c.combine(normal(4, 8, 1).at(), as_view(d.data(), 1, 8)), "isotypic: gradients of 4 x 8 for 3 tasks, which are rows");
    CHECK(same_bits(d, before));
}

TEST_CASE("after an error the next block begins anew, and nothing is written without weights") {
    task_gradients g = normal(3, 8, 1), bad = normal(3, 8, 2);
    bad(2, 2) = std::numeric_limits<double>::quiet_NaN();
    numbers d(8), whole(8);
    combiner c(mgda{}, 3), fresh(mgda{}, 3);
    CHECK_THROWS_WITH(c.write(g.at(), as_view(d.data(), 1, 8)), "isotypic: MGDA: no weights were found for these gradients: call add() and solve() first");
    c.add(g.at());
    CHECK_THROWS_AS(c.write(g.at(), as_view(d.data(), 1, 8)), error);
    CHECK_THROWS_AS(c.add(bad.at()), error);
    c.add(g.at()), c.solve(), c.write(g.at(), as_view(d.data(), 1, 8));
    fresh.combine(g.at(), as_view(whole.data(), 1, 8));
    CHECK(same_bits(d, whole));
}

TEST_CASE("a result of the wrong shape is refused before the weights change") {
    task_gradients g = normal(3, 8, 1), other = normal(3, 8, 2);
    numbers d(8), few(7, 0.5);
    combiner c(mgda{}, 3);
    c.combine(g.at(), as_view(d.data(), 1, 8));
    const numbers w = copy(c.weights());
    CHECK_THROWS(c.combine(other.at(), as_view(few.data(), 1, 7)));
    CHECK(few == numbers(7, 0.5));
    CHECK(same_bits(copy(c.weights()), w));
}

TEST_CASE("no parameters: weights of nothing, and nothing written") {
    numbers g(3), d(1);
    for_each_rule([&](auto rule) {
        combiner<decltype(rule)> c(rule, 3);
        CHECK(c.combine(as_view(g.data(), 3, 0), as_view(d.data(), 1, 0)).size() == 3);
    });
}

TEST_CASE("float gradients of 1e-25 and 1e25 go the way of the same ones at 1") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_rule([](auto rule) {
        auto at_size = [&](double size) {
            storage<float> g(4, 500), d(1, 500);
            g.fill(11);
            for (index_t k = 0; k < 4; ++k)
                for (index_t j = 0; j < 500; ++j) g.one()(k, j) = static_cast<float>(size * double(g.one()(k, j)));
            combiner<decltype(rule)>(rule, 4).combine(g.one(), d.one());
            numbers x;
            for (float v : elements(d.one())) x.push_back(double(v));
            const double length = norm(x);
            for (double& v : x) v /= length;
            return x;
        };
        const numbers plain = at_size(1);
        CHECK(distance(at_size(1e-25), plain) < 1e-4);
        CHECK(distance(at_size(1e25), plain) < 1e-4);
    });
}

TEST_CASE("nothing is allocated after the first call of a shape") {
    for_each_rule([](auto rule) {
        task_gradients g = normal(10, 300, 1);
        numbers d(300);
        combiner<decltype(rule)> c(rule, 10);
        c.combine(g.at(), as_view(d.data(), 1, 300));
        const std::size_t before = allocations();
        c.combine(g.at(), as_view(d.data(), 1, 300));
        CHECK(allocations() == before);
    });
}
