// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/specimen.hpp>
#include <isotypic/group/symmetry.hpp>

/// \file
/// A symmetry at work on numbers, always in double:
///
///     X_k -> g_k X_s(k) h_k'      an element of its own for every item, and the items permuted by s
///     X_k -> X_k + 1 c_k'         where the block is known only up to a row; X_k + c_k 1' for columns
namespace isotypic {

/// A block's symmetry as values: how to draw an element of the groups of rows and columns, and which shifts.
struct block_action {
    using sampler = void (*)(view<double>, random_stream&);
    sampler rows, cols;
    bool row_shift = false, col_shift = false;
};

/// The sampler of a group.
template <group G>
void sample_of(view<double> g, random_stream& random) {
    G::sample(g, random);
}

/// The action that the type G names.
template <block_symmetry G>
block_action action_of() {
    return {sample_of<typename G::rows>, sample_of<typename G::cols>, G::row_shift, G::col_shift};
}

/// One random element for blocks of one shape.
class group_element {
public:
    group_element(block_action const& action, specimen const& like, random_stream& random)
        : g(like.rows, like.rows, like.count), h(like.cols, like.cols, like.count), order(std::size_t(like.count)) {
        for (index_t k = 0; k < like.count; ++k) {
            action.rows(g.panel(k, 0), random);
            action.cols(h.panel(k, 0), random);
            order[std::size_t(k)] = k;
        }
        for (index_t k = like.count - 1; k > 0; --k) std::swap(order[std::size_t(k)], order[std::size_t(random.below(k + 1))]);
    }

    /// Both panels of a joined pair move alike.
    specimen operator()(specimen const& x) const {
        specimen half = x, y = x;
        for_each_element(x, [&](index_t k, index_t p, index_t i, index_t j) {
            const auto from = x.panel(order[std::size_t(k)], p);
            double sum = 0;
            for (index_t l = 0; l < x.rows; ++l) sum += g.panel(k, 0)(i, l) * from(l, j);
            half.panel(k, p)(i, j) = sum;
        });
        for_each_element(x, [&](index_t k, index_t p, index_t i, index_t j) {
            double sum = 0;
            for (index_t l = 0; l < x.cols; ++l) sum += half.panel(k, p)(i, l) * h.panel(k, 0)(j, l);
            y.panel(k, p)(i, j) = sum;
        });
        return y;
    }

private:
    specimen g, h;
    std::vector<index_t> order;
};

/// x + 1 c' (rows) and x + c 1' (columns), c normal and about as long as a row or column that `draw` makes;
/// a shared column is shared by both panels of a joined pair.
inline specimen shifted(specimen x, bool row_shift, bool col_shift, random_stream& random) {
    const double size = 1 / std::sqrt(double(std::max<index_t>(1, (std::max)(x.rows, x.cols * x.panels()))));
    for (index_t k = 0; k < x.count; ++k) {
        specimen row(x.panels(), x.cols), column(x.rows, 1);
        for (double& v : row.values) v = row_shift ? size * random.normal() : 0;
        for (double& v : column.values) v = col_shift ? size * random.normal() : 0;
        for (index_t p = 0; p < x.panels(); ++p)
            for (index_t i = 0; i < x.rows; ++i)
                for (index_t j = 0; j < x.cols; ++j) x.panel(k, p)(i, j) += row.panel(0, 0)(p, j) + column.panel(0, 0)(i, 0);
    }
    return x;
}

/// x without its mean row (columns: without its mean column), item by item.
inline specimen horizontal(specimen x, bool row_shift, bool col_shift) {
    for (index_t k = 0; k < x.count; ++k) {
        for (index_t p = 0; p < x.panels() && row_shift; ++p)
            for (index_t j = 0; j < x.cols; ++j) {
                double mean = 0;
                for (index_t i = 0; i < x.rows; ++i) mean += x.panel(k, p)(i, j) / double(x.rows);
                for (index_t i = 0; i < x.rows; ++i) x.panel(k, p)(i, j) -= mean;
            }
        for (index_t i = 0; i < x.rows && col_shift; ++i) {
            double mean = 0;
            for (index_t p = 0; p < x.panels(); ++p)
                for (index_t j = 0; j < x.cols; ++j) mean += x.panel(k, p)(i, j) / double(x.cols * x.panels());
            for (index_t p = 0; p < x.panels(); ++p)
                for (index_t j = 0; j < x.cols; ++j) x.panel(k, p)(i, j) -= mean;
        }
    }
    return x;
}

}  // namespace isotypic
