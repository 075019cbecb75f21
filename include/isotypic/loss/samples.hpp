// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/layout.hpp>
#include <algorithm>
#include <cmath>
#include <span>
#include <string>

/// \file
/// What a criterion is called with: an array whose last axis holds the numbers of a sample, leading axes the batch, and beside it
/// labels, weights and a mask, a number each for a sample, counted along the last of the leading axes first. Arrays are compared by
/// their axes as they were given, but a matrix, which has a row for each sample, goes with any; which axes lie one after another is
/// looked at for each array alone.
namespace isotypic {

/// What may come with a batch.
struct sample_options {
    std::span<double const> weights{};  ///< a number >= 0 for each sample, as std::vector or {pointer, count}; one of weight 0 is not looked at
    view<bool const> mask{};            ///< true where a class does not count: as_view of samples x classes, or of 1 x classes for all
};

namespace detail {

/// An array of any number of axes.
template <class X>
concept many_axes = has_address<std::remove_cv_t<X>> && !is_view<std::remove_cv_t<X>> && !eigen_like<X>;

/// The samples of an array as rows. Leading axes that lie one after another are one; at most two may stay.
template <class X>
auto samples(X&& x) {
    if constexpr (!many_axes<std::remove_reference_t<X>>) {
        return as_blocks(std::forward<X>(x));
    } else {
        static_assert(std::is_lvalue_reference_v<X> || !owning<std::remove_cvref_t<X>>,
                      "this array is a temporary: its memory is gone before it is read, give it a name");
        const auto a = axes_of(x);
        using T = std::remove_reference_t<decltype(*a.data)>;
        index_t extent[2] = {1, 1}, stride[2] = {0, 0};
        const index_t last = a.rank - 1;
        if (a.rank < 1 || a.rank > max_axes) throw error("isotypic: an array of " + std::to_string(a.rank) + " axes holds no samples");
        index_t found = 0;
        for (index_t r = last; r-- > 0;) {
            if (a.extent[r] == 1) continue;
            if (found && (stride[found - 1] * extent[found - 1] == a.stride[r] || a.extent[r] == 0)) {
                extent[found - 1] *= a.extent[r];
            } else {
                if (found == 2) throw error("isotypic: the leading axes of this array lie in more than two pieces: evaluate it into an array of its own");
                extent[found] = a.extent[r], stride[found++] = a.stride[r];
            }
        }
        return blocks<T>(view<T>(a.data, extent[0], a.extent[last], stride[0], a.stride[last]), extent[1], stride[1]);
    }
}

/// The axes of an array as they were given.
struct array_shape {
    index_t rank, extent[max_axes];

    template <class T>
    explicit array_shape(axes<T> const& a) : rank(a.rank) {
        std::copy_n(a.extent, rank, extent);
    }
    /// Items of one matrix are that matrix.
    template <class T, class S>
    explicit array_shape(blocks<T, S> const& x) : rank(x.count == 1 ? 2 : 3), extent{x.count, x.rows(), x.cols()} {
        if (rank == 2) extent[0] = x.rows(), extent[1] = x.cols();
    }

    std::string text() const {
        std::string all = std::to_string(extent[0]);
        for (index_t r = 1; r < rank; ++r) all.append(" x ").append(std::to_string(extent[r]));
        return all;
    }
    index_t samples() const {
        index_t n = 1;
        for (index_t r = 0; r + 1 < rank; ++r) n *= extent[r];
        return n;
    }
    /// Are samples in the same order? Axes are the same, or those of a matrix, a row for each sample.
    bool like(array_shape const& o) const {
        if (rank == o.rank) return std::equal(extent, extent + rank, o.extent);
        return (rank == 2 || o.rank == 2) && samples() == o.samples() && extent[rank - 1] == o.extent[o.rank - 1];
    }
};

/// Samples as rows, and the shape of their array.
template <class T, class S = host>
struct sample_array : blocks<T, S> {
    array_shape given;
};
/// One of a single axis has the axes of its rows.
template <class X, class T, class S>
sample_array<T, S> with_shape(X const& x, blocks<T, S> const& rows) {
    if constexpr (many_axes<X const>)
        if (const auto a = axes_of(x); a.rank > 2) return {rows, array_shape(a)};
    return {rows, array_shape(rows)};
}

/// Throws where numbers for each sample have as many axes as lead those of the samples, and others.
template <class V>
void require_leading_axes(std::string const& what, char const* numbers, V const& list, char const* from, array_shape const& all) {
    if constexpr (many_axes<V const>)
        if (const auto a = axes_of(list); a.rank > 1 && a.rank + 1 == all.rank && !std::equal(a.extent, a.extent + a.rank, all.extent))
            throw error("isotypic: " + what + ": " + numbers + " of " + array_shape(a).text() + " for " + from + " of " + all.text());
}

/// Row i of a batch, items one after the other.
template <class T>
view<T> sample(blocks<T> const& x, index_t i) {
    const index_t k = i / x.rows();
    return x.panel(k).part(i - k * x.rows(), 0, 1, x.cols());
}

/// Does every sample lie where the other array's does?
template <class T, class U>
bool same_samples(blocks<T> const& x, blocks<U> const& y) {
    if (x.same_shape(y)) return same_place(x, y);
    bool same = x.cols() <= 1 || x.first.col_stride == y.first.col_stride;
    for (index_t i = 0; same && i < x.count * x.rows(); ++i) same = sample(x, i).data == sample(y, i).data;
    return same;
}

inline std::string sample_text(index_t i, index_t all) { return "sample " + std::to_string(i) + " of " + std::to_string(all); }

/// f(i, entry i) for any container of numbers; returns how many there are.
template <class V, class F>
index_t for_each_entry(V&& list, F const& f) {
    index_t i = 0;
    if constexpr (has_address<std::remove_cvref_t<V>>) {
        const auto b = samples(std::forward<V>(list));
        for (index_t k = 0; k < b.count; ++k)
            for (index_t r = 0; r < b.rows(); ++r)
                for (index_t c = 0; c < b.cols(); ++c) f(i++, b.panel(k)(r, c));
    } else {
        for (auto& v : list) f(i++, v);
    }
    return i;
}

/// What a sample counts for: its weight, over their sum where the mean is taken.
inline void sample_shares(std::string const& what, sample_options const& with, bool mean, index_t n, double* share) {
    if (!with.weights.empty() && index_t(with.weights.size()) != n)
        throw error("isotypic: " + what + ": " + std::to_string(with.weights.size()) + " weights for " + std::to_string(n) + " samples");
    double total = 0;
    for (index_t i = 0; i < n; ++i) {
        share[i] = with.weights.empty() ? 1 : with.weights[std::size_t(i)];
        if (!(share[i] >= 0 && std::isfinite(share[i])))
            throw error("isotypic: " + what + ": the weight of " + sample_text(i, n) + " is " + std::to_string(share[i]));
        total += share[i];
    }
    if (!mean) return;
    if (!std::isfinite(total)) throw error("isotypic: " + what + ": the weights' sum is too large");
    if (!(total > 0))
        throw error("isotypic: " + what + ": the mean over " + (n ? std::string("samples of no weight") : std::string("no samples")) + ": take the sum");
    for (index_t i = 0; i < n; ++i) share[i] /= total;
}

}  // namespace detail
}  // namespace isotypic
