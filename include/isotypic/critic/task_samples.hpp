// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/tasks.hpp>
#include <isotypic/device/workspace.hpp>
#include <isotypic/matrix/layout.hpp>
#include <algorithm>

/// \file
/// What losses of K tasks' samples have in common: arrays taken to double in scratch memory, means over each task's samples, and results
/// that are written only when all of them are known and fit their type. A result may so lie in the memory of an argument.
namespace isotypic::detail {

/// An array of finite numbers of the shape of `like`; `called` is one of them.
template <class T, class X>
auto numbers_beside(char const* what, char const* called, blocks<T> const& like, X const& x) {
    const auto b = numbers_to_read(what, called, x);
    if (b.count * b.rows() != like.count * like.rows() || b.cols() != like.cols())
        throw error(std::string("isotypic: ") + what + ": " + called + ": an array of " + shape_text(b.count * b.rows(), b.cols()) + " beside one of " +
                    shape_text(like.count * like.rows(), like.cols()));
    return b;
}

/// x row by row.
template <class T>
double* in_double(blocks<T> const& x, workspace& scratch) {
    double* out = scratch.take<double>(x.size());
    for_each_number(x, [&](index_t i, T v) { out[i] = double(v); });
    return out;
}

/// An array to write, and what is to be written to it, which fits its type.
template <class T>
class result_array {
    static_assert(scalar<T>, "isotypic: results are float or double");

public:
    result_array(char const* what, char const* called, blocks<T> const& to, double const* numbers) : out(to), from(numbers) {
        if (overlaps_itself(to))
            throw error(std::string("isotypic: ") + what + ": " + called + " of " + shape_text(to.count * to.rows(), to.cols()) + " lie on each other");
        for (index_t i = 0; i < to.size(); ++i)
            if (!std::isfinite(T(from[i]))) throw error(std::string("isotypic: ") + what + ": " + called + ": number " + std::to_string(i) + " is not finite");
    }
    template <class U>
    bool meets(result_array<U> const& other) const {
        return overlap(out, other.out);
    }
    void take() const {
        for_each_number(out, [this](index_t i, T& v) { v = T(from[i]); });
    }

private:
    template <class U>
    friend class result_array;
    blocks<T> out;
    double const* from;
};

/// How many samples each task has.
inline double* samples_of_tasks(index_t tasks, index_t n, index_t const* task, workspace& scratch) {
    double* count = scratch.take<double>(tasks);
    std::fill_n(count, tasks, 0.0);
    for (index_t i = 0; i < n; ++i) ++count[task[i]];
    return count;
}

/// mean_k <- the mean of f(i) over task k's samples, 0 where there are none; throws where one is not finite.
template <class F>
void means_of_tasks(char const* what, char const* called, index_t tasks, double const* count, index_t n, index_t const* task, double* mean, F const& f) {
    std::fill_n(mean, tasks, 0.0);
    for (index_t i = 0; i < n; ++i) mean[task[i]] += f(i) / count[task[i]];
    for (index_t k = 0; k < tasks; ++k)
        if (!std::isfinite(mean[k])) throw error(std::string("isotypic: ") + what + ": " + called + " of task " + std::to_string(k) + " is not finite");
}

}  // namespace isotypic::detail
