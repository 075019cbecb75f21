// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/critic/tasks.hpp>
#include <isotypic/matrix/layout.hpp>

/// \file
/// Generalised advantage estimation over T steps (rows) of N streams (columns; a vector is one stream):
///
///     delta_t = r_t + discount next_t - v_t            next_t = 0 where step t terminated
///     A_t     = delta_t + discount trace A_t+1         A_t+1 = 0 where step t terminated or was truncated, and behind the last row
///     R_t     = A_t + v_t
///
///     gae{.discount = 0.99, .trace = 0.97}(rewards, values, next_values, terminated, truncated, advantages, returns);
///
/// v_t is the value of the state that step t left, next_t that of the state it arrived at, before any reset: values(t + 1, n) where an
/// episode goes on, and nothing looked at where it terminated. A time limit truncates: the state beyond it has a value, only the trace ends.
/// All values are raw ones, in the unit of the rewards. Flags are arrays of bool or whole numbers, of Eigen or xtensor, or
/// `as_view(bool const*, T, N)`; where both are set the step terminated.
///
/// Baselines for Meta-World take a time limit as the end: give `terminated or truncated` twice for that. It teaches the critic that states
/// near the limit are worth less than they are, by up to discount V.
///
/// Arrays are float or double, each for itself, and sums double. Results may lie exactly where rewards, values or next_values do, not
/// shifted against them: in the memory of values where next_values are the same values from the second row on is an error. So is what is
/// not finite, by step and stream; nothing is written then. Nothing is allocated.
///
/// Source: Schulman and others, ICLR 2016, arXiv 1506.02438; time limits: Pardo and others, ICML 2018, arXiv 1712.00378.
namespace isotypic {

/// See the file's comment. Streams are independent.
struct gae {
    double discount = 0.99, trace = 0.97;

    static constexpr char const* name = "GAE";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation, common_rescaling, task_rescaling>;  ///< streams as tasks; their values move with the rewards

    template <matrix R, matrix V, matrix W, matrix E, matrix L, matrix A, matrix S>
    void operator()(R const& rewards, V const& values, W const& next_values, E const& terminated, L const& truncated, A&& advantages, S&& returns) const {
        require("discount", discount), require("trace", trace);
        const auto r = numbers(as_view(rewards)), v = numbers(as_view(values)), next = numbers(as_view(next_values));
        const auto end = flags(as_view(terminated)), limit = flags(as_view(truncated));
        const auto a = result("advantages", as_view(advantages)), target = result("returns", as_view(returns));
        beside("values", v, r), beside("next values", next, r), beside("terminated", end, r), beside("truncated", limit, r);
        beside("advantages", a, r), beside("returns", target, r);
        for_each(r, [&](index_t t, index_t n) { finite("reward", t, n, r(t, n)), finite("value", t, n, v(t, n)); });
        for_each(r, [&](index_t t, index_t n) { if (end(t, n) == 0) finite("next value", t, n, next(t, n)); });
        apart("advantages", a, r, v, next), apart("returns", target, r, v, next);
        if (overlap(blocks(a), blocks(target)) || meet(a, end) || meet(a, limit) || meet(target, end) || meet(target, limit))
            throw error("isotypic: GAE: advantages, returns and flags share memory");

        using to_a = typename decltype(a)::value_type;
        using to_target = typename decltype(target)::value_type;
        const auto run = [&](auto const& f) { estimate(r, v, next, end, limit, f); };
        run([](index_t t, index_t n, double e, double value) { finite("advantage", t, n, to_a(e)), finite("return", t, n, to_target(e + value)); });
        run([&](index_t t, index_t n, double e, double value) { a(t, n) = to_a(e), target(t, n) = to_target(e + value); });
    }

private:
    /// f(t, n, A, v) for every step, backwards.
    template <class R, class V, class W, class E, class L, class F>
    void estimate(R const& r, V const& v, W const& next, E const& end, L const& limit, F const& f) const {
        constexpr index_t wide = 64;
        double later[wide];
        for (index_t first = 0; first < r.cols; first += wide) {
            const index_t last = (std::min)(first + wide, r.cols);
            std::fill_n(later, wide, 0.0);
            for (index_t t = r.rows; t-- > 0;)
                for (index_t n = first; n < last; ++n) {
                    const bool ended = end(t, n) != 0, goes_on = !ended && limit(t, n) == 0;
                    const double value = double(v(t, n));
                    double& advantage = later[n - first];
                    advantage = double(r(t, n)) + (ended ? 0 : discount * double(next(t, n))) - value + (goes_on ? discount * trace * advantage : 0);
                    f(t, n, advantage, value);
                }
        }
    }

    static void require(char const* called, double x) {
        if (!(x >= 0 && x <= 1)) throw error("isotypic: GAE: " + std::string(called) + " = " + std::to_string(x) + ", and has to be between 0 and 1");
    }
    template <class T>
    static view<T const> numbers(view<T> x) {
        static_assert(scalar<std::remove_const_t<T>>, "isotypic: rewards and values are float or double");
        return x;
    }
    template <class T>
    static view<T const> flags(view<T> x) {
        static_assert(std::integral<std::remove_const_t<T>>, "isotypic: flags are bool or whole numbers");
        return x;
    }
    template <class T>
    static view<T> result(char const* called, view<T> x) {
        static_assert(scalar<T>, "isotypic: advantages and returns are float or double that may be written");
        if (overlaps_itself(blocks<T>(x))) throw error("isotypic: GAE: " + std::string(called) + " lie on each other");
        return x;
    }
    template <class X, class R>
    static void beside(char const* called, X const& x, R const& r) {
        if (x.rows != r.rows || x.cols != r.cols)
            throw error("isotypic: GAE: " + std::string(called) + " of " + detail::shape_text(x.rows, x.cols) + " for rewards of " +
                        detail::shape_text(r.rows, r.cols) + ", steps x streams");
    }
    template <class X, class F>
    static void for_each(X const& x, F const& f) {
        for (index_t t = 0; t < x.rows; ++t)
            for (index_t n = 0; n < x.cols; ++n) f(t, n);
    }
    template <class T>
    static void finite(char const* called, index_t t, index_t n, T x) {
        if (!std::isfinite(x))
            throw error("isotypic: GAE: the " + std::string(called) + " at step " + std::to_string(t) + " of stream " + std::to_string(n) + " is not finite");
    }
    template <class A, class X>
    static bool meet(A const& a, X const& x) {
        return overlap(blocks(a), blocks(x));
    }
    template <class A, class... X>
    static void apart(char const* called, A const& a, X const&... x) {
        if (((meet(a, x) && !same_elements(a, x)) || ...))
            throw error("isotypic: GAE: " + std::string(called) + " lie in the memory of rewards or values, and not at their places");
    }
    template <class A, class X>
    static bool same_elements(A const& a, X const& x) {
        if constexpr (std::is_same_v<typename A::value_type, typename X::value_type>) return same_place(blocks(a), blocks(x));
        return false;
    }
};

}  // namespace isotypic
