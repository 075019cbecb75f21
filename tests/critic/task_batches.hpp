// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include "../allocations.hpp"
#include "../storage.hpp"
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/critic/tasks.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

/// \file
/// Random samples of several tasks, derivatives by differences, and calls that must be refused.
namespace task_batches {

using namespace isotypic;
using namespace eager;
template <class T>
using dense_of = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using dense = dense_of<double>;
using numbers = std::vector<double>;
using digits = long double;

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();

inline dense gaussian(index_t m, index_t n, std::uint64_t which, double size = 1) {
    random_stream random(seed(), which);
    return dense::NullaryExpr(m, n, [&] { return size * random.normal(); });
}
/// Tasks of n samples, in no order; the last of them has none.
inline std::vector<int> some_tasks(index_t n, int tasks, std::uint64_t which) {
    random_stream random(seed(), which);
    std::vector<int> task(static_cast<std::size_t>(n));
    for (int& k : task) k = int(random.below(tasks - 1));
    return task;
}
inline dense turned(dense const& x, std::vector<index_t> const& from) {
    dense y = x;
    for (index_t i = 0; i < x.rows(); ++i) y.row(i) = x.row(from[std::size_t(i)]);
    return y;
}
inline std::vector<index_t> shuffled(index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    std::vector<double> scale(static_cast<std::size_t>(n)), shift = scale;
    std::vector<index_t> from(static_cast<std::size_t>(n));
    task_permutation::sample(random, scale, shift, from);
    return from;
}

/// The largest |slope_i - (f(x + h e_i) - f(x - h e_i)) / 2h| / (1 + |slope_i|).
template <class F>
double off_differences(dense x, dense const& slope, F const& f, double h = 1e-5) {
    double most = 0;
    for (index_t i = 0; i < x.rows(); ++i)
        for (index_t j = 0; j < x.cols(); ++j) {
            const double was = x(i, j);
            x(i, j) = was + h;
            const double above = f(x);
            x(i, j) = was - h;
            const double below = f(x);
            x(i, j) = was;
            most = std::fmax(most, std::fabs((above - below) / (2 * h) - slope(i, j)) / (1 + std::fabs(slope(i, j))));
        }
    return most;
}

/// f() throws this sentence and leaves the arrays as they are.
template <class F, class... X>
void refuses(std::string const& sentence, F const& f, X const&... left_alone) {
    [[maybe_unused]] const auto bits = [](auto const& x) { return std::vector<double>(x.data(), x.data() + x.size()); };
    const std::vector<numbers> before{bits(left_alone)...};
    std::string found = "nothing";
    try {
        f();
    } catch (error const& e) {
        found = e.what();
    }
    CHECK(found == sentence);
    const std::vector<numbers> after{bits(left_alone)...};
    for (std::size_t i = 0; i < before.size(); ++i) CHECK(same_bits(before[i], after[i]));
}

}  // namespace task_batches
