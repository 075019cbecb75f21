// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// Unit rows with a floor under the norm.
///
///     y_i = x_i / (|x_i| + e)         add      (the code of arXiv 2605.18106, "inverse_eps", e = 1e-8)
///     y_i = x_i / max(|x_i|, e)       floor    (the same code, "inverse"; NVIDIA's port)
///
/// with e = eps, or e = eps * rms_i |x_i| when relative: then the rule keeps its degree 0 and never acts on
/// rows that are negligible beside the others (stale tokens).
namespace isotypic {

/// See the file's comment. An absolute eps holds while row norms stay far above it.
struct damped_row_norm {
    double eps = 1e-8;
    bool floor = false;     ///< max(|x_i|, e) instead of |x_i| + e
    bool relative = false;  ///< e is a share of the root mean square of the item's row norms

    using commutes_with = symmetry<signed_permutation, orthogonal>;
    static constexpr shift_law row_shift{};
    static constexpr shift_law col_shift{.keeps = true};
    double homogeneity() const { return relative || eps == 0 ? 0 : std::nan(""); }

    /// What a row of this length is multiplied by.
    double factor(double length, double e) const {
        const double v = floor ? std::fmax(length, e) : length + e;
        return v > 0 ? std::fmin(1 / v, 1.7e308) : 0;
    }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        auto& d = c.device;
        auto scope = d.scratch().open();
        const index_t n = row_count(x), per_item = x.count ? n / x.count : 0;
        double* r = d.scratch().template take<double>(n);
        row_norms(d, x, r);
        for (index_t k = 0; k < x.count; ++k) {
            double* s = r + k * per_item;
            double e = eps;
            if (relative) {
                double most = 0, sum = 0;
                for (index_t i = 0; i < per_item; ++i) most = std::fmax(most, s[i]);
                for (index_t i = 0; i < per_item && most > 0; ++i) sum += s[i] / most * (s[i] / most);
                e *= most * std::sqrt(sum / double(per_item ? per_item : 1));
            }
            for (index_t i = 0; i < per_item; ++i) s[i] = factor(s[i], e);
        }
        scale_rows(d, r, x, y);
        return y;
    }
};

}  // namespace isotypic
