// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/specimen.hpp>
#include <utility>

/// \file
/// Group elements as words in elementary generators, so that a failure can name the element and shrink it.
/// Words act in long double and round once. Rotations turn by the direction (c, s), normalised when they act:
/// (3, 4) is the same rotation on every platform.
namespace isotypic {

/// What a generator is applied to.
enum class moved_as { gradient, weight, result };

/// One elementary move of a matrix's rows, or of its columns.
struct generator {
    enum kind { swap, flip, rotation, dense, negate, transpose, shift, stretch, scale, centre } what = swap;
    bool columns = false;          ///< moves columns instead of rows
    index_t i = 0, j = 0;          ///< the rows or columns that it touches; of a shift, i is the coordinate of the shared row
    double c = 1, s = 0;           ///< rotation: x_i -> c x_i - s x_j, x_j -> s x_i + c x_j; else c is the factor or the amount
    std::vector<double> matrix{};  ///< dense: g, row by row; X -> g X, or X g' on columns

    /// A rule equivariant under swap .. transpose has f(W g, G g) = f(W, G) g; one blind to a shift or a scale has
    /// f(W + 1c', G + 1c') = f(W, G) or f(W, tG) = f(W, G); one whose result is centred has f(W, G) = C f(W, G).
    bool moves(moved_as x) const {
        if (what == shift) return x != moved_as::result;
        if (what == stretch || what == scale) return x == moved_as::gradient;
        return what != centre || x == moved_as::result;
    }
};

inline generator swap_rows(index_t i, index_t j) { return {generator::swap, false, i, j}; }
inline generator swap_columns(index_t i, index_t j) { return {generator::swap, true, i, j}; }
inline generator flip_row(index_t i) { return {generator::flip, false, i, i}; }
inline generator flip_column(index_t i) { return {generator::flip, true, i, i}; }
inline generator rotate_rows(index_t i, index_t j, double c, double s) { return {generator::rotation, false, i, j, c, s}; }
inline generator rotate_columns(index_t i, index_t j, double c, double s) { return {generator::rotation, true, i, j, c, s}; }
/// One row, zero but for coordinate i, added to every row.
inline generator shift_rows(index_t i, double amount) { return {generator::shift, false, i, i, amount}; }
inline generator shift_columns(index_t i, double amount) { return {generator::shift, true, i, i, amount}; }
inline generator stretch_row(index_t i, double factor) { return {generator::stretch, false, i, i, factor}; }
inline generator stretch_column(index_t i, double factor) { return {generator::stretch, true, i, i, factor}; }
inline generator scale_all(double factor) { return {generator::scale, false, 0, 0, factor}; }
inline generator minus_one() { return {generator::negate}; }
inline generator transposition() { return {generator::transpose}; }
/// The mean row, or the mean column, taken away.
inline generator centre_rows() { return {generator::centre}; }
inline generator centre_columns() { return {generator::centre, true}; }
inline generator dense_rows(std::vector<double> g) { return {generator::dense, false, 0, 0, 1, 0, std::move(g)}; }
inline generator dense_columns(std::vector<double> g) { return {generator::dense, true, 0, 0, 1, 0, std::move(g)}; }

/// Applied from left to right.
using word = std::vector<generator>;

namespace detail {

/// A matrix in long double while a word acts on it.
struct wide_matrix {
    index_t rows, cols;
    std::vector<long double> values;
    long double& at(index_t i, index_t j) { return values[std::size_t(i * cols + j)]; }

    void transpose() {
        wide_matrix t{cols, rows, std::vector<long double>(values.size())};
        for (index_t i = 0; i < rows; ++i)
            for (index_t j = 0; j < cols; ++j) t.at(j, i) = at(i, j);
        *this = std::move(t);
    }

    void multiply_row(index_t i, long double t) {
        for (index_t l = 0; l < cols; ++l) at(i, l) *= t;
    }
    void rotate(index_t i, index_t j, long double c, long double s) {
        const long double r = std::sqrt(c * c + s * s);
        for (index_t l = 0; l < cols; ++l) {
            const long double x = at(i, l), y = at(j, l);
            at(i, l) = (c * x - s * y) / r;
            at(j, l) = (s * x + c * y) / r;
        }
    }
    void centre() {
        for (index_t l = 0; l < cols; ++l) {
            long double sum = 0;
            for (index_t i = 0; i < rows; ++i) sum += at(i, l);
            for (index_t i = 0; i < rows; ++i) at(i, l) -= sum / static_cast<long double>(rows);
        }
    }
    void multiply(std::vector<double> const& g) {
        const std::vector<long double> old = values;
        for (index_t i = 0; i < rows; ++i)
            for (index_t l = 0; l < cols; ++l) {
                long double sum = 0;
                for (index_t k = 0; k < rows; ++k) sum += static_cast<long double>(g[std::size_t(i * rows + k)]) * old[std::size_t(k * cols + l)];
                at(i, l) = sum;
            }
    }

    void move_rows(generator const& g) {
        const long double c = g.c;
        switch (g.what) {
            case generator::swap:
                for (index_t l = 0; l < cols; ++l) std::swap(at(g.i, l), at(g.j, l));
                break;
            case generator::shift:
                for (index_t l = 0; l < rows; ++l) at(l, g.i) += c;
                break;
            case generator::scale:
            case generator::negate:
                for (long double& v : values) v *= g.what == generator::negate ? -1 : c;
                break;
            case generator::flip:
                multiply_row(g.i, -1);
                break;
            case generator::stretch:
                multiply_row(g.i, c);
                break;
            case generator::rotation:
                rotate(g.i, g.j, c, g.s);
                break;
            case generator::dense:
                multiply(g.matrix);
                break;
            case generator::centre:
                centre();
                break;
            case generator::transpose:
                transpose();
                break;
        }
    }
};

}  // namespace detail

/// A single matrix moved by a word.
inline specimen moved(word const& w, specimen const& x, moved_as as) {
    detail::wide_matrix y{x.rows, x.cols, {x.values.begin(), x.values.end()}};
    bool on_columns = false;
    for (generator const& g : w) {
        if (!g.moves(as)) continue;
        if (g.columns != on_columns) y.transpose();
        on_columns = g.columns;
        y.move_rows(g);
    }
    if (on_columns) y.transpose();
    specimen z(y.rows, y.cols);
    for (std::size_t k = 0; k < z.values.size(); ++k) z.values[k] = static_cast<double>(y.values[k]);
    return z;
}

}  // namespace isotypic
