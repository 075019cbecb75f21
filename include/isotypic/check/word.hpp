// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/specimen.hpp>
#include <utility>

/// \file
/// Group elements as words in elementary generators, so that a failure can name the element and shrink it.
/// Words act in long double and round once; in double on more than 1024 entries. Rotations turn by the direction (c, s), normalised when they act:
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

/// A matrix while a word acts on it, in R.
template <class R>
struct wide_matrix {
    index_t rows, cols, row_stride, col_stride;
    std::vector<R> values;

    explicit wide_matrix(specimen const& x) : rows(x.rows), cols(x.cols), row_stride(x.cols), col_stride(1), values(x.values.begin(), x.values.end()) {}
    R& at(index_t i, index_t j) { return values[std::size_t(i * row_stride + j * col_stride)]; }

    void transpose() {
        std::swap(rows, cols);
        std::swap(row_stride, col_stride);
    }
    void centre() {
        for (index_t l = 0; l < cols; ++l) {
            R sum = 0;
            for (index_t i = 0; i < rows; ++i) sum += at(i, l);
            for (index_t i = 0; i < rows; ++i) at(i, l) -= sum / R(rows);
        }
    }
    void multiply(std::vector<double> const& g) {
        wide_matrix old = *this;
        for (index_t i = 0; i < rows; ++i)
            for (index_t l = 0; l < cols; ++l) {
                R sum = 0;
                for (index_t k = 0; k < rows; ++k) sum += R(g[std::size_t(i * rows + k)]) * old.at(k, l);
                at(i, l) = sum;
            }
    }
    /// Those that touch one or two rows, in the columns from first to last.
    void move_one_or_two(generator const& g, index_t first, index_t last) {
        const R length = g.what == generator::rotation ? std::sqrt(R(g.c) * R(g.c) + R(g.s) * R(g.s)) : R(1), c = R(g.c) / length, s = R(g.s) / length;
        for (index_t l = first; l < last; ++l) {
            R &x = at(g.i, l), &y = at(g.j, l);
            const R u = x, v = y;
            if (g.what == generator::swap) x = v, y = u;
            if (g.what == generator::rotation) x = c * u - s * v, y = s * u + c * v;
            if (g.what == generator::flip) x = -u;
            if (g.what == generator::stretch) x = c * u;
        }
    }
    void move_all(generator const& g) {
        if (g.what == generator::shift)
            for (index_t l = 0; l < rows; ++l) at(l, g.i) += R(g.c);
        if (g.what == generator::scale || g.what == generator::negate)
            for (R& v : values) v *= g.what == generator::negate ? R(-1) : R(g.c);
        if (g.what == generator::dense) multiply(g.matrix);
        if (g.what == generator::centre) centre();
        if (g.what == generator::transpose) transpose();
    }
    static bool touches_one_or_two(generator const& g) {
        return g.what == generator::swap || g.what == generator::flip || g.what == generator::rotation || g.what == generator::stretch;
    }

    /// Runs of generators of one side go through a few columns at a time, which stay in the cache.
    void move(word const& w, moved_as as) {
        for (std::size_t k = 0, next; k < w.size(); k = next) {
            next = k + 1;
            if (!w[k].moves(as)) continue;
            if (w[k].columns) transpose();
            if (touches_one_or_two(w[k])) {
                while (next < w.size() && touches_one_or_two(w[next]) && w[next].columns == w[k].columns) ++next;
                const index_t some = (std::max)(index_t(1), 16384 / (std::max)(index_t(1), rows));
                for (index_t l = 0; l < cols; l += some)
                    for (std::size_t i = k; i < next; ++i)
                        if (w[i].moves(as)) move_one_or_two(w[i], l, (std::min)(cols, l + some));
            } else
                move_all(w[k]);
            if (w[k].columns) transpose();
        }
    }

    specimen rounded() {
        specimen z(rows, cols);
        for (index_t i = 0; i < rows; ++i)
            for (index_t j = 0; j < cols; ++j) z.values[std::size_t(i * cols + j)] = static_cast<double>(at(i, j));
        return z;
    }
};

template <class R>
specimen moved_in(word const& w, specimen const& x, moved_as as) {
    wide_matrix<R> y(x);
    y.move(w, as);
    return y.rounded();
}

}  // namespace detail

/// A single matrix moved by a word.
inline specimen moved(word const& w, specimen const& x, moved_as as) {
    return x.values.size() > 1024 ? detail::moved_in<double>(w, x, as) : detail::moved_in<long double>(w, x, as);
}

}  // namespace isotypic
