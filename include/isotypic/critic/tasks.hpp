// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/samples.hpp>
#include <concepts>
#include <string>

/// \file
/// Which of K tasks a sample is of. Numbers of samples come as an array of any shape, and beside it one of
///
///     std::vector<int> task;      // a number in [0, K) for each sample, counted row by row; any container of whole numbers
///     rows_are_tasks{}            // row k of a K x n array is task k's; one of more axes comes as as_view(data, K, n)
namespace isotypic {

/// See the file's comment.
struct rows_are_tasks {};

namespace detail {

/// task[i] of every sample of x, checked.
template <class T, class Tasks>
void read_tasks(char const* what, index_t tasks, blocks<T> const& x, Tasks const& from, index_t* task) {
    const index_t rows = x.count * x.rows(), n = rows * x.cols();
    if constexpr (std::is_same_v<Tasks, rows_are_tasks>) {
        if (rows != tasks)
            throw error(std::string("isotypic: ") + what + ": an array of " + std::to_string(rows) + " rows, one a task, for " + std::to_string(tasks) +
                        " tasks");
        for (index_t i = 0; i < n; ++i) task[i] = i / x.cols();
    } else {
        const index_t found = for_each_entry(from, [&](index_t i, auto const& k) {
            static_assert(std::integral<std::remove_cvref_t<decltype(k)>>, "isotypic: tasks are whole numbers, or rows_are_tasks{}");
            if (i < n) task[i] = index_t(k);
        });
        if (found != n) throw error(std::string("isotypic: ") + what + ": " + std::to_string(found) + " tasks for " + std::to_string(n) + " samples");
        for (index_t i = 0; i < n; ++i)
            if (task[i] < 0 || task[i] >= tasks)
                throw error(std::string("isotypic: ") + what + ": " + sample_text(i, n) + " is of task " + std::to_string(task[i]) + ", and there are " +
                            std::to_string(tasks));
    }
}

/// f(i, x_i) for the numbers of an array, row by row.
template <class T, class F>
void for_each_number(blocks<T> const& x, F const& f) {
    index_t i = 0;
    for (index_t k = 0; k < x.count; ++k)
        for (index_t r = 0; r < x.rows(); ++r)
            for (index_t c = 0; c < x.cols(); ++c) f(i++, x.panel(k)(r, c));
}

/// Any array or container of numbers; one of a single axis is a column.
template <class X>
auto numbers_of(X&& x) {
    using plain = std::remove_cvref_t<X>;
    if constexpr (has_address<plain>) {
        const auto b = samples(std::forward<X>(x));
        if constexpr (!is_view<plain> && !eigen_like<std::remove_reference_t<X>>)
            if (axes_of(x).rank == 1) return b.transposed();
        return b;
    } else {
        static_assert(
            requires { std::data(x), std::size(x); }, "isotypic: this has no memory of its own: evaluate it, or pass a container, a map or a view");
        return blocks(view(std::data(x), index_t(std::size(x)), index_t{1}));
    }
}

/// An array to read, of numbers that must be finite.
template <class X>
auto numbers_to_read(char const* what, char const* called, X const& x) {
    const auto b = numbers_of(x);
    using T = typename decltype(b)::value_type;
    static_assert(scalar<T>, "isotypic: numbers are float or double");
    const blocks<T const> out(b);
    for_each_number(out, [&](index_t i, T v) {
        if (!std::isfinite(v)) throw error(std::string("isotypic: ") + what + ": " + called + " " + std::to_string(i) + " is not finite");
    });
    return out;
}
/// An array to write, of the shape of `like`.
template <class T, class Y>
auto numbers_to_write(char const* what, char const* called, blocks<T> const& like, Y&& y) {
    auto b = numbers_of(std::forward<Y>(y));
    static_assert(!std::is_const_v<std::remove_pointer_t<decltype(b.first.data)>>, "isotypic: the result lies in memory that may not be written");
    const index_t rows = like.count * like.rows();
    if (b.count == 1 && b.rows() == like.cols() && b.cols() == rows && (rows == 1 || like.cols() == 1)) b = b.transposed();
    if (b.count * b.rows() != rows || b.cols() != like.cols())
        throw error(std::string("isotypic: ") + what + ": " + called + " of " + shape_text(b.count * b.rows(), b.cols()) + " for an array of " +
                    shape_text(rows, like.cols()));
    return b;
}

}  // namespace detail
}  // namespace isotypic
