// SPDX-License-Identifier: MIT
#include <isotypic/critic/task_gram.hpp>
#include <isotypic/device/thread_pool.hpp>
#include "allocations.hpp"
#include "storage.hpp"
#include <Eigen/Core>
#include <doctest/doctest.h>
#include <xtensor/xtensor.hpp>
using namespace isotypic;

namespace {

template <class T>
constexpr double rounding = std::is_same_v<T, float> ? 1e-5 : 1e-13;

/// Of the view's numbers, in long double.
template <class T>
std::vector<double> plain(view<T> g) {
    std::vector<double> a;
    for (index_t k = 0; k < g.rows; ++k)
        for (index_t l = 0; l < g.rows; ++l) {
            long double sum = 0;
            for (index_t j = 0; j < g.cols; ++j) sum += static_cast<long double>(g(k, j)) * static_cast<long double>(g(l, j));
            a.push_back(double(sum));
        }
    return a;
}
std::vector<double> found(task_gram const& gram) { return elements(gram.matrix()); }

/// The largest error, relative to the gradients' lengths.
double error_of(std::vector<double> const& a, std::vector<double> const& b, index_t tasks) {
    double most = 0;
    for (index_t k = 0; k < tasks; ++k)
        for (index_t l = 0; l < tasks; ++l) {
            const auto of_k = std::size_t(k * tasks + k), of_l = std::size_t(l * tasks + l), both = std::size_t(k * tasks + l);
            const double size = std::sqrt(b[of_k]) * std::sqrt(b[of_l]), off = std::abs(a[both] - b[both]);
            if (off > most * size) most = off / size;
        }
    return most;
}

}  // namespace

TEST_CASE_TEMPLATE("products are those of plain loops, rows or columns, tiles or parts of them", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    for (order o : orders)
        for (index_t tasks : {1, 2, 5, 50})
            for (index_t p : {1, 7, 4095, 4096, 4097, 9000}) {
                storage<T> g(tasks, p, o);
                g.fill(std::uint64_t(p));
                task_gram gram(tasks);
                gram.add(g.one());
                CHECK(error_of(found(gram), plain(g.one()), tasks) < rounding<T>);
                for (index_t k = 0; k < tasks; ++k)
                    for (index_t l = 0; l < k; ++l) CHECK(gram(k, l) == gram(l, k));
            }
    storage<T> wide(3, 140000);
    wide.fill(1);
    task_gram gram(3);
    gram.add(wide.one());
    CHECK(error_of(found(gram), plain(wide.one()), 3) < rounding<T>);
}

TEST_CASE_TEMPLATE("block by block is the whole, and after clear nothing is left of it", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    storage<T> g(6, 10000);
    g.fill(2);
    task_gram whole(6), parts(6);
    whole.add(g.one());
    for (index_t from = 0; from < 10000; from += 3333) parts.add(g.one().part(0, from, 6, (std::min)(index_t{3333}, 10000 - from)));
    CHECK(error_of(found(parts), found(whole), 6) < rounding<T>);
    parts.clear();
    parts.add(g.one().part(0, 0, 6, 100));
    CHECK(error_of(found(parts), plain(g.one().part(0, 0, 6, 100)), 6) < rounding<T>);
    CHECK(error_of(found(parts), found(whole), 6) > 0.5);
}

TEST_CASE("matrices of Eigen and xtensor, and columns that are tasks") {
    INFO("ISOTYPIC_SEED=", seed());
    storage<double> g(4, 300);
    g.fill(3);
    const std::vector<double> expected = plain(g.one());
    Eigen::MatrixXd by_columns(4, 300);
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows(4, 300);
    xt::xtensor<double, 2> tensor = xt::zeros<double>({4, 300}), turned = xt::zeros<double>({300, 4});
    for (index_t k = 0; k < 4; ++k)
        for (index_t j = 0; j < 300; ++j) by_columns(k, j) = by_rows(k, j) = tensor(k, j) = turned(j, k) = g.one()(k, j);
    auto check = [&](auto&& x) {
        task_gram gram(4);
        gram.add(x);
        CHECK(error_of(found(gram), expected, 4) < 1e-13);
    };
    check(by_columns), check(by_rows), check(tensor), check(as_view(turned).transposed());
    const Eigen::MatrixXd to_read = by_columns;
    check(to_read);
    Eigen::MatrixXd larger = Eigen::MatrixXd::Zero(9, 300);
    larger.middleRows(2, 4) = by_columns;
    auto middle = larger.middleRows(2, 4);
    check(middle);
}

TEST_CASE_TEMPLATE("1, 2, 3 and 7 threads and shifted memory have the same bits", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    for (order o : {order::rows, order::columns})
        for (index_t p : {100, 30000, 200000}) {
            storage<T> g(4, p, o);
            g.fill(4);
            task_gram one(4);
            one.add(g.one());
            for (index_t threads : {1, 2, 3, 7}) {
                thread_pool pool(threads);
                storage<T> other(4, p, o, threads);
                other.fill(4);
                task_gram many(4, pool);
                for (int round = 0; round < 2; ++round) many.clear(), many.add(other.one());
                CHECK(same_bits(found(one), found(many)));
            }
        }
}

TEST_CASE("a gradient that is not finite is named, and changes nothing") {
    for (double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e200}) {
        storage<double> g(3, 5000), h(3, 5000);
        g.fill(5), h.fill(6);
        task_gram gram(3);
        gram.add(g.one());
        const std::vector<double> before = found(gram);
        h.one()(1, 4500) = bad;
        CHECK_THROWS_WITH(gram.add(h.one()), "isotypic: the gradient of task 1 is not finite, or its square is not");
        CHECK(same_bits(before, found(gram)));
    }
    storage<float> g(3, 50);
    g.fill(7);
    g.one()(2, 0) = std::numeric_limits<float>::quiet_NaN();
    task_gram gram(3);
    CHECK_THROWS_WITH(gram.add(g.one()), "isotypic: the gradient of task 2 is not finite, or its square is not");
    g.one()(2, 0) = std::numeric_limits<float>::infinity();
    CHECK_THROWS(gram.add(g.one()));
}

TEST_CASE("float gradients of 1e-25 and 1e25, alone and beside others, are not lost") {
    INFO("ISOTYPIC_SEED=", seed());
    for (double size : {1e-25, 1e-12, 1e14, 1e25})
        for (bool all : {true, false}) {
            storage<float> g(3, 5000);
            g.fill(8);
            for (index_t k = 0; k < (all ? 3 : 1); ++k)
                for (index_t j = 0; j < 5000; ++j) g.one()(k, j) = static_cast<float>(size * double(g.one()(k, j)));
            task_gram gram(3);
            gram.add(g.one());
            CHECK(gram(0, 0) > 0);
            CHECK(error_of(found(gram), plain(g.one()), 3) < 1e-5);
        }
}

TEST_CASE("no parameters, one task, a zero gradient, and shapes that are wrong") {
    task_gram gram(2), one(1);
    const std::vector<double> zeros(4, 0.0), numbers{3, 4, 0, 0};
    gram.add(as_view(numbers.data(), 2, 0));
    CHECK(found(gram) == zeros);
    gram.add(as_view(numbers.data(), 2, 2));
    CHECK(found(gram) == std::vector<double>{25, 0, 0, 0});
    one.add(as_view(numbers.data(), 1, 2));
    CHECK(one(0, 0) == 25);
    CHECK(gram.tasks() == 2);
    CHECK_THROWS_WITH(gram.add(as_view(numbers.data(), 1, 4)), "isotypic: gradients of 1 x 4 for 2 tasks, which are rows");
    CHECK_THROWS_WITH(task_gram(0), "isotypic: a Gram matrix of 0 tasks");
}

TEST_CASE_TEMPLATE("nothing is allocated for a shape that has been seen", T, float, double) {
    storage<T> g(8, 20000);
    g.fill(9);
    for (index_t threads : {1, 3}) {
        thread_pool pool(threads);
        task_gram gram(8, pool);
        gram.add(g.one()), gram.clear(), gram.add(g.one());
        const std::size_t before = allocations();
        gram.clear(), gram.add(g.one());
        CHECK(allocations() == before);
    }
}
