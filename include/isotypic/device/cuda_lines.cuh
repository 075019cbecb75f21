// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_line_team.cuh>
#include <isotypic/device/standardization.hpp>
#include <cstdint>

/// \file
/// Lines of numbers on a GPU and what a thread of a team has of one. Packs are read in one access where they are aligned, else number by
/// number: which thread takes what, and so the bits, depend on shape and layout alone.
namespace isotypic::detail {

/// Where a line is: a row of an item, or of all of them.
struct line_spot {
    index_t item, row;
};

/// How lines lie in equally shaped blocks: see standardization.hpp.
struct line_shape {
    index_t rows, cols, count;
    bool together;
    bool plain;   ///< each line lies in one piece
    bool across;  ///< lines lie side by side
    bool spread;  ///< packs are: see cuda_line_team.cuh

    template <class T, class... More>
    line_shape(bool as_one, blocks<T, gpu> const& x, More const&... more)
        : rows(x.rows()), cols(x.cols()), count(x.count), together(as_one && x.count > 1),
          plain(!together && x.first.col_stride == 1 && ((more.first.col_stride == 1) && ...)), across(!plain && x.first.row_stride < x.first.col_stride),
          spread(!plain || !(in_packs(x) && (in_packs(more) && ...))) {}
    constexpr index_t lines() const { return together ? rows : count * rows; }
    constexpr index_t length() const { return together ? count * cols : cols; }
    constexpr line_spot spot(index_t line) const {
        const index_t item = together || count == 1 ? 0 : line / rows;
        return {item, line - item * rows};
    }

private:
    template <class T>
    bool in_packs(blocks<T, gpu> const& x) const {
        constexpr int n = pack_size<T>;
        return (rows == 1 || x.first.row_stride % n == 0) && (count == 1 || x.stride % n == 0);
    }
};

/// One line's numbers.
template <class T>
struct line_place {
    T* first;
    index_t step, cols, between, n;  ///< from one to the next, and after `cols` of them `between` further, if that is not 0
    bool spread, aligned;            ///< packs are

    template <class Way>
    __device__ T& at(typename Way::index j) const {
        if constexpr (Way::pack > 1)
            return first[j];
        else
            return first[between ? j / cols * between + j % cols * step : j * step];
    }

    /// The pack at j, with `otherwise` behind the line's end.
    template <class Way, class U = std::remove_const_t<T>>
    __device__ line_pack<U, Way::pack> read(typename Way::index j, U otherwise) const {
        const auto end = typename Way::index(n);
        line_pack<U, Way::pack> p;
        if (aligned && j + Way::pack <= end)
            p = *reinterpret_cast<line_pack<U, Way::pack> const*>(first + j);
        else
            for (int i = 0; i < Way::pack; ++i) {
                const auto k = Way::place(j, i, spread);
                p.set(i, k < end ? at<Way>(k) : otherwise);
            }
        return p;
    }
    template <class Way>
    __device__ void write(typename Way::index j, line_pack<T, Way::pack> const& p) const {
        const auto end = typename Way::index(n);
        if (aligned && j + Way::pack <= end)
            *reinterpret_cast<line_pack<T, Way::pack>*>(first + j) = p;
        else
            for (int i = 0; i < Way::pack; ++i)
                if (const auto k = Way::place(j, i, spread); k < end) at<Way>(k) = p.get(i);
    }
};

/// A block's numbers as lines; `packs` tells of how many numbers they are read at once.
template <class T>
struct line_array {
    T* first;
    index_t row, col, stride;
    bool aligned;

    line_array(int packs, line_shape const& s, blocks<T, gpu> const& x)
        : first(x.first.data), row(x.first.row_stride), col(x.first.col_stride), stride(x.stride) {
        aligned = packs > 1 && !s.spread && reinterpret_cast<std::uintptr_t>(first) % (sizeof(T) * std::size_t(packs)) == 0;
    }
    /// A line of n numbers.
    __device__ line_place<T> line(line_shape const& s, line_spot at, index_t n) const {
        return {first + at.item * stride + at.row * row, col, s.cols, s.together ? stride : 0, n, s.spread, aligned};
    }
};

/// Gain and shift as lines; without numbers where there are none, or one for all of a line, which is the first.
template <class C>
struct line_affine_array {
    line_affine<C> all;
    bool aligned;

    line_affine_array(int packs, line_shape const& s, line_affine<C> const& a) : all(a) {
        aligned = packs > 1 && !a.of_lines && !s.spread && a.stride % packs == 0 && fits(packs, a.gain) && fits(packs, a.shift);
    }
    __device__ line_place<C const> line(C const* numbers, line_shape const& s, line_spot at, index_t n) const {
        if (!numbers || all.of_lines) return {numbers ? numbers + at.row : nullptr, 0, s.cols, 0, 0, s.spread, aligned};
        return {numbers + at.item * all.stride, 1, s.cols, s.together ? all.stride : 0, n, s.spread, aligned};
    }

private:
    static bool fits(int packs, C const* p) { return reinterpret_cast<std::uintptr_t>(p) % (sizeof(C) * std::size_t(packs)) == 0; }
};

/// This thread's numbers of a line.
template <class Way, class T>
struct line_share {
    using index = typename Way::index;
    line_place<T const> from;
    std::remove_const_t<T> otherwise;  ///< behind the line's end
    line_pack<T, Way::pack> kept[Way::keeps > 0 ? Way::keeps : 1];

    __device__ explicit line_share(line_place<T const> const& x, float behind = 0) : from(x), otherwise(T(behind)) {
        if constexpr (Way::keeps > 0) each([&](int k, index j) { kept[k] = from.template read<Way>(j, otherwise); });
    }
    /// f(k, j) for the packs.
    template <class F>
    __device__ void each(F const& f) const {
        Way::each(index(from.n), from.spread, f);
    }
    __device__ line_pack<T, Way::pack> get(int k, index j) const {
        if constexpr (Way::keeps > 0)
            return kept[k];
        else
            return from.template read<Way>(j, otherwise);
    }
    __device__ bool has(index j, int i) const { return Way::place(j, i, from.spread) < index(from.n); }
    /// f(number in double) for each.
    template <class F>
    __device__ void each_number(F const& f) const {
        each([&](int k, index j) {
            const auto p = get(k, j);
            for (int i = 0; i < Way::pack; ++i)
                if (has(j, i)) f(double(compute<T>(p.get(i))));
        });
    }
};

/// f(way) for what fits lines of T.
template <class T, class F>
void choose_way(line_shape const& s, F const& f) {
    constexpr int wide = pack_size<T>, most = sizeof(T) < 4 ? 2 : 4;
    const index_t n = s.length();
    if (s.across)
        f(line_way<line_team_across, 1, 0>{});
    else if (!s.plain)
        f(line_way<line_team<256>, 1, 0>{});
    else if (n <= 32 * most * wide)
        f(line_way<line_team<32>, wide, most>{});
    else if (n <= 256 * most * wide)
        f(line_way<line_team<256>, wide, most>{});
    else if (n <= 512 * most * wide)
        f(line_way<line_team<512>, wide, most>{});
    else
        f(line_way<line_team<512>, wide, 0>{});
}

template <class Way>
unsigned grid_of_lines(index_t lines) {
    return grid_of((lines + Way::team::lines - 1) / Way::team::lines);
}

}  // namespace isotypic::detail
