// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/fit.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// A part out of any callable, in one line:
///
///     auto mine = rule<symmetry<permutation, orthogonal>>([](view<float const> x, view<float> y) { ... });
///     auto mine = rule<embedding>([](auto x) { return Eigen::MatrixXf(as_eigen(x).rowwise().normalized()); });
///
/// The callable gets one matrix at a time, and either fills y, which never overlaps x, or returns a matrix
/// of x's shape. What it commutes with is claimed, not checked: `equivariance_error<G>` tests it.
namespace isotypic {

/// F under the claim that it commutes with G; of a block known up to a shift, that it ignores the shift
/// and returns none.
template <block_symmetry G, class F>
struct claimed {
    F f;

    using commutes_with = symmetry<typename G::rows, typename G::cols>;
    static constexpr shift_law row_shift{G::row_shift, G::row_shift, G::row_shift, G::row_shift};
    static constexpr shift_law col_shift{G::col_shift, G::col_shift, G::col_shift, G::col_shift};
    static constexpr bool multiplies = true;

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        using T = typename C::value_type;
        constexpr bool fills = std::is_invocable_v<F const&, view<T const>, view<T>>;
        constexpr bool returns = std::is_invocable_v<F const&, view<T const>>;
        static_assert(fills || returns, "a rule's callable takes a matrix and returns one of its shape, or takes (x, y) and fills y");
        auto& d = c.device;
        for (index_t k = 0; k < x.count && x.size(); ++k) {
            auto scope = d.scratch().open();
            view<T const> in = gathered(d, item(x, k));
            if constexpr (fills) {
                view<T> out = dense_like(d.scratch().template take<T>(in.size()), blocks<T const>(in)).first;
                f(in, out);
                scattered(d, view<T const>(out), item(y, k));
            } else if constexpr (returns) {
                auto result = f(in);
                view<T const> out = as_view(result);
                if (out.rows != in.rows || out.cols != in.cols)
                    throw error("isotypic: a rule's callable was given " + detail::shape_text(in.rows, in.cols) + " and returned " +
                                detail::shape_text(out.rows, out.cols));
                scattered(d, out, item(y, k));
            }
        }
        return y;
    }
};

/// See the file's comment.
template <block_symmetry G, class F>
claimed<G, F> rule(F f) {
    return {f};
}

}  // namespace isotypic
