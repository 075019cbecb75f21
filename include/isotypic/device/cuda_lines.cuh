// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_line_team.cuh>
#include <isotypic/device/standardization.hpp>
#include <cstdint>

/// \file
/// Lines of numbers on a GPU and what a thread of a team has of one. Packs are read in one access where they are aligned, else number by
/// number: which thread takes what, and so the bits, depend on shape and layout alone.
namespace isotypic::detail {

/// How lines lie in a block: see standardization.hpp.
struct line_shape {
    index_t rows, cols, count;
    bool together;

    template <class T>
    line_shape(bool as_one, blocks<T, gpu> const& x) : rows(x.rows()), cols(x.cols()), count(x.count), together(as_one && x.count > 1) {}
    constexpr index_t lines() const { return together ? rows : count * rows; }
    constexpr index_t length() const { return together ? count * cols : cols; }
};

/// One line's numbers.
template <class T>
struct line_place {
    T* first;
    index_t step, cols, between, n;  ///< from one to the next, and after `cols` of them `between` further, if that is not 0
    bool aligned;                    ///< packs are

    __device__ T& at(index_t j) const { return first[between ? j / cols * between + j % cols * step : j * step]; }

    template <int pack>
    __device__ auto read(index_t j) const {
        using U = std::remove_const_t<T>;
        if (aligned && j + pack <= n) return *reinterpret_cast<line_pack<U, pack> const*>(first + j);
        line_pack<U, pack> p;
        for (int k = 0; k < pack; ++k) p.v[k] = j + k < n ? at(j + k) : U(0.0f);
        return p;
    }
    template <int pack>
    __device__ void write(index_t j, line_pack<T, pack> const& p) const {
        if (aligned && j + pack <= n)
            *reinterpret_cast<line_pack<T, pack>*>(first + j) = p;
        else
            for (int k = 0; k < pack; ++k)
                if (j + k < n) at(j + k) = p.v[k];
    }
};

/// A block's numbers as lines; `packs` tells of how many numbers they are read at once.
template <class T>
struct line_array {
    T* first;
    index_t row, col, stride;
    line_shape shape;
    bool aligned;

    line_array(int packs, line_shape s, blocks<T, gpu> const& x) : first(x.first.data), row(x.first.row_stride), col(x.first.col_stride), stride(x.stride), shape(s) {
        aligned = packs > 1 && col == 1 && !s.together && reinterpret_cast<std::uintptr_t>(first) % (sizeof(T) * std::size_t(packs)) == 0 &&
                  (s.rows == 1 || row % packs == 0) && (s.count == 1 || stride % packs == 0);
    }
    /// Line l of n numbers.
    __device__ line_place<T> line(index_t l, index_t n) const {
        const index_t item = shape.together ? 0 : l / shape.rows, i = shape.together ? l : l % shape.rows;
        return {first + item * stride + i * row, col, shape.cols, shape.together ? stride : 0, n, aligned};
    }
};

/// Gain and shift as lines; their numbers are 1 and 0 where there are none.
template <class C>
struct line_affine_array {
    line_affine<C> all;
    line_shape shape;
    bool aligned;

    line_affine_array(int packs, line_shape s, line_affine<C> const& a) : all(a), shape(s) {
        aligned = packs > 1 && !a.of_lines && !s.together && a.stride % packs == 0 && fits(packs, a.gain) && fits(packs, a.shift);
    }
    __device__ line_place<C const> line(C const* numbers, index_t l, index_t n) const {
        const index_t item = shape.together ? 0 : l / shape.rows, i = shape.together ? l : l % shape.rows;
        if (all.of_lines) return {numbers + i, 0, shape.cols, 0, n, false};
        return {numbers + item * all.stride, 1, shape.cols, shape.together ? all.stride : 0, n, aligned};
    }

private:
    static bool fits(int packs, C const* p) { return reinterpret_cast<std::uintptr_t>(p) % (sizeof(C) * std::size_t(packs)) == 0; }
};

/// This thread's numbers of a line.
template <class Way, class T>
struct line_share {
    line_place<T const> from;
    line_pack<T, Way::pack> kept[Way::keeps > 0 ? Way::keeps : 1];

    __device__ explicit line_share(line_place<T const> const& x) : from(x) {
        if constexpr (Way::keeps > 0) Way::each(x.n, [&](int k, index_t j) { kept[k] = from.template read<Way::pack>(j); });
    }
    __device__ line_pack<T, Way::pack> get(int k, index_t j) const {
        if constexpr (Way::keeps > 0)
            return kept[k];
        else
            return from.template read<Way::pack>(j);
    }
    /// f(number in double) for each.
    template <class F>
    __device__ void each_number(F const& f) const {
        Way::each(from.n, [&](int k, index_t j) {
            const auto p = get(k, j);
            for (int i = 0; i < Way::pack; ++i)
                if (j + i < from.n) f(double(compute<T>(p.v[i])));
        });
    }
};

/// f(way) for what fits lines of n numbers of T.
template <class T, class F>
void choose_way(bool across, index_t n, F const& f) {
    constexpr int wide = pack_size<T>, most = sizeof(T) < 4 ? 2 : 4;
    if (across)
        f(line_way<line_team_across, 1, 0>{});
    else if (n <= 32 * most * wide)
        f(line_way<line_team<32>, wide, most>{});
    else if (n <= 256 * most * wide)
        f(line_way<line_team<256>, wide, most>{});
    else if (n <= 512 * most * wide)
        f(line_way<line_team<512>, wide, most>{});
    else
        f(line_way<line_team<512>, wide, 0>{});
}

template <class X, class... More>
bool side_by_side(X const& x, More const&... more) {
    return x.first.row_stride == 1 && x.first.col_stride != 1 && ((more.first.row_stride == 1) && ...);
}

template <class Way>
unsigned grid_of_lines(index_t lines) {
    return grid_of((lines + Way::team::lines - 1) / Way::team::lines);
}

}  // namespace isotypic::detail
