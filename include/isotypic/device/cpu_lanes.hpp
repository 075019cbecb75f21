// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_symmetric.hpp>

/// \file
/// Small symmetric matrices in packets of numbers: a lone one has its rows in a packet's lanes, of a group each has a lane. What is
/// written once over packets does the same operations in the same order to every number either way: the same bits.
namespace isotypic::detail {

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a vector register as a template argument
#endif
/// Up to eight numbers that are worked on at once.
template <class T>
using lane_packet = typename Eigen::internal::find_best_packet<T, 8>::type;
template <class T>
inline constexpr index_t lanes = Eigen::internal::unpacket_traits<lane_packet<T>>::size;

/// One symmetric matrix, or as many as there are lanes, padded by the identity to n rows, a multiple of eight. The lower triangle counts.
template <class T, bool Group>
struct in_lanes {
    using number = lane_packet<T>;
    static constexpr index_t size = lanes<T>, width = Group ? size : 1, step = size / width;  ///< numbers an element has, rows a packet has
    index_t n, apart;
    T* x;

    // Columns are no power of two apart, which would put them on the same lines of the cache.
    in_lanes(workspace& w, index_t rows) : n((rows + 7) / 8 * 8), apart(Group ? (n + 1) * width : n), x(w.take<T>(n * apart)) {}

    T* at(index_t i, index_t j) const { return x + i * width + j * apart; }
    static number along(T const* from) { return Eigen::internal::pload<number>(from); }
    static void put(T* to, number v) { Eigen::internal::pstore(to, v); }
    /// The number of one row, in every lane.
    static number across(T const* from) {
        if constexpr (Group)
            return along(from);
        else
            return Eigen::internal::pset1<number>(*from);
    }

    /// x <- a; lanes without a matrix take the last one.
    void load(blocks<T const> const& a) {
        using namespace Eigen::internal;
        auto of = [&](index_t l) { return a.panel((std::min)(l, a.count - 1)); };
        for (index_t j = 0; j < n; ++j) {
            index_t i = j / 8 * 8;
            const index_t rows = j < a.cols() ? a.rows() : i;
            if constexpr (Group)
                for (; i + size <= rows; i += size) {
                    PacketBlock<number, int(size)> block;
                    for (index_t l = 0; l < size; ++l) block.packet[l] = ploadu<number>(&of(l)(i, j));
                    ptranspose(block);
                    for (index_t r = 0; r < size; ++r) put(at(i + r, j), block.packet[r]);
                }
            for (index_t l = 0; i < rows && l < width; ++l) {
                T const* from = &of(l)(i, j);
                for (index_t k = 0; k < rows - i; ++k) at(i, j)[k * width + l] = from[k];
            }
            for (i = (std::max)(i, rows); i < n; ++i) std::fill_n(at(i, j), width, T(i == j));
        }
    }
    /// a <- x, both triangles.
    void store(blocks<T> const& a) const {
        using namespace Eigen::internal;
        const index_t count = (std::min)(width, a.count);
        for (index_t j = 0; j < a.cols(); ++j) {
            index_t i = j;
            auto up_to = [&](index_t end) {
                for (index_t l = 0; i < end && l < count; ++l) {
                    T* to = &a.panel(l)(i, j);
                    for (index_t k = 0; k < end - i; ++k) to[k] = at(i, j)[k * width + l];
                }
                i = (std::max)(i, end);
            };
            if constexpr (Group) {
                up_to((std::min)((j + size - 1) / size * size, a.rows()));
                for (; i + size <= a.rows(); i += size) {
                    PacketBlock<number, int(size)> block;
                    for (index_t r = 0; r < size; ++r) block.packet[r] = along(at(i + r, j));
                    ptranspose(block);
                    for (index_t l = 0; l < count; ++l) pstoreu(&a.panel(l)(i, j), block.packet[l]);
                }
            }
            up_to(a.rows());
        }
        for (index_t l = 0; l < count; ++l) mirror(a.panel(l), 0, a.rows(), 0, a.rows());
    }

    /// f(where) for the packets of the lower triangle.
    template <class F>
    void for_each_packet(F const& f) const {
        for (index_t j = 0; j < n; ++j)
            for (index_t at = j * apart + j / 8 * 8 * width, end = j * apart + n * width; at < end; at += size) f(at);
    }
    /// The diagonal's first rows += v.
    void add_to_diagonal(index_t rows, number v) {
        for (index_t i = 0; i < rows; ++i)
            if constexpr (Group)
                put(at(i, i), Eigen::internal::padd(along(at(i, i)), v));
            else
                *at(i, i) += Eigen::internal::pfirst(v);
    }
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

}  // namespace isotypic::detail
