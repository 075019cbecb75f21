// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// Rows that move in proportion to their size (derived; not in arXiv 2605.18106).
///
///     y_i = max(|w_i|, floor * rms_k |w_k|) x_i / |x_i|
///
/// With floor = 0: U(SW, S^-1 X) = S U(W, X) for every diagonal S, so the rule also respects the rescaling of
/// a SwiGLU neuron between its up and down weights, (W_u, W_d) -> (S W_u, W_d S^-1), as plain unit rows do not.
namespace isotypic {

/// See the file's comment. The floor keeps zero rows from staying zero for ever; it is relative, so common
/// scales still pass through.
struct scaled_row_norm {
    double floor = 0;

    using commutes_with = symmetry<signed_permutation, orthogonal>;
    static constexpr shift_law row_shift{};
    static constexpr shift_law col_shift{.keeps = true};
    static constexpr bool reads_weight = true;
    double homogeneity() const { return 0; }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        auto& d = c.device;
        auto scope = d.scratch().open();
        const index_t n = row_count(x), per_item = x.count ? n / x.count : 0;
        double *r = d.scratch().template take<double>(n), *w = d.scratch().template take<double>(n);
        row_norms(d, x, r);
        row_norms(d, c.weight, w);
        for (index_t k = 0; k < x.count; ++k) {
            double most = 0, sum = 0;
            for (index_t i = k * per_item; i < (k + 1) * per_item; ++i) most = std::fmax(most, w[i]);
            for (index_t i = k * per_item; i < (k + 1) * per_item && most > 0; ++i) sum += w[i] / most * (w[i] / most);
            const double least = floor * most * std::sqrt(sum / double(per_item ? per_item : 1));
            for (index_t i = k * per_item; i < (k + 1) * per_item; ++i)
                r[i] = r[i] > 0 ? std::fmin(std::fmax(w[i], least) / r[i], 1.7e308) : 0;
        }
        scale_rows(d, r, x, y);
        return y;
    }
};

}  // namespace isotypic
