// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/tasks.hpp>
#include <vector>

/// \file
/// What a change of units does to normalised values: n_k -> gain_k n_k + offset_k leaves scale_k n_k + mean_k as it was, with
/// gain_k = scale / scale' and offset_k = (mean - mean') / scale'. What it is applied to:
///
///     move.rows(W, b);            // n_k = <W_k, h> + b_k: W is K x d, b of K numbers
///     move.scalars(a, c);         // n_k = a_k z + c_k for one head z that all tasks share: K numbers each
///     move.moments(m, v);         // an optimizer's averages of dW and of its squares: a row of either, or a number, times gain_k and gain_k^2
///
/// One head for all tasks without numbers of their own cannot be kept: it would have to move in K ways.
namespace isotypic {

/// See the file's comment; pop_art.hpp makes them.
class pop_art_move {
public:
    explicit pop_art_move(index_t tasks) : gains(std::size_t(tasks), 1.0), offsets(std::size_t(tasks), 0.0) {}

    index_t tasks() const { return index_t(gains.size()); }
    double gain(index_t k) const { return gains[std::size_t(k)]; }
    double offset(index_t k) const { return offsets[std::size_t(k)]; }
    void set(index_t k, double by, double then) { gains[std::size_t(k)] = by, offsets[std::size_t(k)] = then; }

    template <matrix W, matrix B>
    void rows(W&& weight, B&& bias) const {
        const auto w = rows_of("weights", as_view(weight));
        const auto b = numbers_of("biases", as_view(bias));
        each(w, [this](index_t k, double v) { return gain(k) * v; });
        each(b, [this](index_t k, double v) { return gain(k) * v + offset(k); });
    }
    template <matrix A, matrix C>
    void scalars(A&& factors, C&& shifts) const {
        const auto a = numbers_of("factors", as_view(factors));
        rows(a, shifts);
    }
    template <matrix M, matrix V>
    void moments(M&& first, V&& second) const {
        const auto m = numbers_of("first moments", as_view(first));
        const auto v = numbers_of("second moments", as_view(second));
        each(m, [this](index_t k, double x) { return gain(k) * x; });
        each(v, [this](index_t k, double x) { return gain(k) * gain(k) * x; });
    }

private:
    std::vector<double> gains, offsets;

    template <class T>
    view<T> rows_of(char const* what, view<T> x) const {
        if (x.rows != tasks())
            throw error("isotypic: PopArt: " + std::string(what) + " of " + detail::shape_text(x.rows, x.cols) + " for " + std::to_string(tasks()) +
                        " tasks, which are rows");
        return x;
    }
    /// As a column.
    template <class T>
    view<T> numbers_of(char const* what, view<T> x) const {
        return rows_of(what, x.rows == 1 && x.cols == tasks() ? x.transposed() : x);
    }
    template <class T, class F>
    static void each(view<T> x, F const& f) {
        for (index_t k = 0; k < x.rows; ++k)
            for (index_t j = 0; j < x.cols; ++j) x(k, j) = T(f(k, double(x(k, j))));
    }
};

}  // namespace isotypic
