// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_pivots.hpp>

/// \file
/// Sums of shifted inverses of up to 128 rows on the CPU, for a lone matrix or for several at once, with the same bits either way:
///
///     X = t I + sum_j weight_j (A + shift_j I)^-1
namespace isotypic {
namespace detail {

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a vector register as a template argument
#endif
/// For a lone matrix, or a group of no more than there are lanes. shift(j, k) and t(k) are those of matrix k.
template <bool Group, class T, class Weight, class Shift, class Rest>
void sum_by_sweeps(workspace& w, blocks<T const> const& a, index_t terms, Weight const& weight, Shift const& shift, Rest const& t, blocks<T> const& x) {
    using namespace Eigen::internal;
    using number = lane_packet<T>;
    auto scope = w.open();
    pivoting<T, Group> y(w, a.rows());
    in_lanes<T, Group> sum = y;
    if (terms > 1) sum = in_lanes<T, Group>(w, a.rows());
    auto each = [&](auto const& of) {
        alignas(64) T lane[lanes<T>];
        for (index_t l = 0; l < lanes<T>; ++l) lane[l] = T(of((std::min)(l, a.count - 1)));
        return pload<number>(lane);
    };
    for (index_t j = 0; j < terms; ++j) {
        const number least = each([&](index_t k) { return shift(j, k); }), v = pset1<number>(-T(weight(j)));
        y.load(a);
        y.add_to_diagonal(a.rows(), least);
        sweep(y, least);
        if (j == 0)
            sum.for_each_packet([&](index_t i) { pstore(sum.x + i, pmul(v, pload<number>(y.x + i))); });
        else
            sum.for_each_packet([&](index_t i) { pstore(sum.x + i, pmadd(v, pload<number>(y.x + i), pload<number>(sum.x + i))); });
    }
    sum.add_to_diagonal(a.rows(), each(t));
    sum.store(x);
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// x <- (a + shift I)^-1; x may be a.
template <class T>
void invert_by_sweeps(workspace& w, view<T const> a, T shift, view<T> x) {
    auto one = [](index_t) { return T(1); };
    auto none = [](index_t) { return T(0); };
    sum_by_sweeps<false, T>(w, a, 1, one, [shift](index_t, index_t) { return shift; }, none, x);
}

}  // namespace detail

/// x_k <- t(k) I + sum_j weight(j) (a_k + shift(j, k) I)^-1 for j < terms and symmetric a_k of up to 128 rows, as in `invert_spd`. x does
/// not overlap a; both have contiguous columns.
template <class T, class Weight, class Shift, class Rest>
void sum_inverses(cpu& device, blocks<T const> a, index_t terms, Weight const& weight, Shift const& shift, Rest const& t, blocks<T> x) {
    for (index_t k = 0, count = 0; k < a.count; k += count) {
        // A lane that stays empty costs as much as a full one.
        count = (std::min)(detail::lanes<T>, a.count - k);
        const bool group = count > 1 && 2 * count > detail::lanes<T>;
        if (!group) count = 1;
        auto run = [&](auto together) {
            detail::sum_by_sweeps<together(), T>(
                device.scratch(), blocks<T const>(a.panel(k), count, a.stride), terms, weight, [&](index_t j, index_t l) { return shift(j, k + l); },
                [&](index_t l) { return t(k + l); }, blocks<T>(x.panel(k), count, x.stride));
        };
        if (group)
            run(std::true_type{});
        else
            run(std::false_type{});
    }
}

}  // namespace isotypic
