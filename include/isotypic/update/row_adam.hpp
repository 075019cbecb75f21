// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// Adaptive rows: Adam with one second moment a row (derived; not in arXiv 2605.18106).
///
///     m <- b1 m + (1 - b1) g,   v_i <- b2 v_i + (1 - b2) |g_i|^2 / d,   y_i = m_i / sqrt(v_i)
///
/// with both averages freed of their zero start. A number a row is all the state that commutes with
/// permutations of rows and rotations of columns; entry-wise Adam does not.
namespace isotypic {
namespace detail {

/// v = sqrt(b2 v^2 + (1 - b2) (r / width)^2), which like r is a root so that it stays in range, and r = 1 / the v freed of its zero start,
/// times that of the first moment.
struct row_moment {
    double keep, take, fix1, fix2;
    constexpr void operator()(double& v, double& r) const {
        v = std::hypot(keep * v, take * r);
        r = v / fix2 * fix1;
        r = r > 0 ? std::fmin(1 / r, 1.7e308) : 0;
    }
};

template <class Step>
struct row_moment_at {
    double beta1, beta2, width;
    Step step;
    constexpr row_moment at_start() const {
        const double t = double(index_t(step));
        return {std::sqrt(beta2), std::sqrt(1 - beta2) / width, 1 - std::pow(beta1, t), std::sqrt(1 - std::pow(beta2, t))};
    }
};

}  // namespace detail

/// See the file's comment. Degree 0; a row that never saw a gradient stays.
struct row_adam {
    double beta1 = 0.9, beta2 = 0.95;

    using commutes_with = symmetry<signed_permutation, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift{};
    static constexpr shift_law col_shift{.keeps = true};
    double homogeneity() const { return 0; }

    /// The first moment, and the second as a column beside it.
    template <class M, class V>
    struct moments {
        M first;
        V second;
        template <class F>
        void for_each(F const& f) {
            f("first_moment", first.all());
            f("second_moment", second.all());
        }
    };

    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        auto m = zeros_like<std::remove_const_t<T>>(d, like);
        auto v = zeros_like<double>(d, blocks<T, S>(view<T, S>(like.first.data, row_count(like), 1)));
        return moments<decltype(m), decltype(v)>{std::move(m), std::move(v)};
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        using T = typename C::value_type;
        auto& d = c.device;
        auto scope = d.scratch().open();
        const index_t n = row_count(x);
        double* r = d.scratch().template take<double>(n);
        const double width = std::sqrt(double(x.cols() * (x.joined && !x.stacked ? 2 : 1)));
        row_norms(d, x, r);
        using S = typename C::space;
        transform(d, detail::row_moment_at<decltype(c.step)>{beta1, beta2, width, c.step}, detail::numbers<S>(state.second.all().first.data, n),
                  detail::numbers<S>(r, n));
        transform(d, detail::mix<T>{T(beta1), T(1 - beta1)}, state.first.all(), x);
        scale_rows(d, r, typename C::in(state.first.all()), y);
        return y;
    }
};

}  // namespace isotypic
