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
namespace detail {

/// v = 1 / (v + e), or 1 / max(v, e); 0 for 0.
struct damp {
    double eps;
    bool floor;
    constexpr void operator()(double& v) const { (*this)(eps, v); }
    constexpr void operator()(double e, double& v) const {
        v = floor ? std::fmax(v, e) : v + e;
        v = v > 0 ? std::fmin(1 / v, 1.7e308) : 0;
    }
};

}  // namespace detail

/// See the file's comment. An absolute eps holds while row norms stay far above it.
struct damped_row_norm {
    double eps = 1e-8;
    bool floor = false;     ///< max(|x_i|, e) instead of |x_i| + e
    bool relative = false;  ///< e is a share of the root mean square of the item's row norms

    using commutes_with = symmetry<signed_permutation, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift{};
    static constexpr shift_law col_shift{.keeps = true};
    double homogeneity() const { return relative || eps == 0 ? 0 : std::nan(""); }

    /// What a row of this length is multiplied by.
    constexpr double factor(double length, double e) const {
        detail::damp{e, floor}(length);
        return length;
    }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        using S = typename C::space;
        auto& d = c.device;
        auto scope = d.scratch().open();
        const index_t n = row_count(x), per_item = x.count ? n / x.count : 0;
        double *r = d.scratch().template take<double>(n), *e = d.scratch().template take<double>(x.count);
        row_norms(d, x, r);
        if (relative) {
            row_norms(d, blocks<double const, S>(view<double const, S>(r, x.count, per_item)), e);
            transform(d, detail::multiply_by{eps / std::sqrt(double(per_item ? per_item : 1))}, detail::numbers<S>(e, x.count));
            transform_items(d, detail::damp{0, floor}, e, blocks<double, S>(view<double, S>(r, 1, per_item), x.count, per_item));
        } else {
            transform(d, detail::damp{eps, floor}, detail::numbers<S>(r, n));
        }
        scale_rows(d, r, x, y);
        return y;
    }
};

}  // namespace isotypic
