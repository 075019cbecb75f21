// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/gaussian_samples.hpp>
#include <isotypic/group/random.hpp>

/// \file
/// A policy for actions a = tanh u in (-1, 1)^d, with u Gaussian: mean m and log_std l, d numbers of each a sample; s = exp(l):
///
///     log p(a)    = sum_j -((u - m) / s)^2 / 2 - l - log(2 pi) / 2 - log(1 - tanh^2 u)
///     entropy     = sum_j l + log(2 pi e) / 2         of the Gaussian, before tanh; exact
///
///     workspace scratch;
///     tanh_gaussian policy;
///     policy.sample(random, mean, log_std, u, action, scratch);
///     policy.log_prob(mean, log_std, u, log_p, scratch);                         // a number a sample
///     policy.vjp(mean, log_std, u, bar, dmean, dlog_std, scratch);               // bar: a number a sample; u is given
///     policy.vjp(mean, log_std, u, bar, dmean, dlog_std, du, scratch);
///     policy.entropy(log_std, h, scratch);
///     policy.entropy_vjp(log_std, bar, dlog_std, scratch);
///     policy.squashed_entropy(mean, log_std, u, h, scratch);                     // -log p(a), an estimate from one sample
///
/// Keep u beside each action: log p is taken from it, with log(1 - tanh^2 u) = 2 (log 2 - |u| - log(1 + exp(-2 |u|))), which is finite
/// where tanh u rounds to 1 and atanh a is infinite. (u - m) / s has u's rounding over s: keep u as double where s may be small.
/// `squashed_entropy` has the derivatives of `vjp` with bar = -1; where u = m + s noise moves with its parameters, du more in the mean and
/// du (u - m) more in log_std.
///
/// log_std counts as the nearest number in [least, most], and has derivative 0 beyond; infinite bounds turn that off. One row of log_std for
/// all samples is a view of row stride 0, its derivative the sum of the rows of dlog_std.
///
/// Arrays are samples x d (leading axes are the batch), float or double, each for itself; sums in double. What is not finite, or would be,
/// is an error that names the number; nothing is written then, and `random` stays where it was. Results may lie in the memory of arguments,
/// not in that of each other. Nothing is allocated for a shape that `scratch` has seen.
///
/// Source: Haarnoja and others, ICML 2018, arXiv 1801.01290, appendix C; the bounds and the stable form are those of common code.
namespace isotypic {

/// See the file's comment.
struct tanh_gaussian {
    double least = -20, most = 2;

    static constexpr char const* name = "tanh Gaussian";

    template <class M, class L, class U, class A>
    void sample(random_stream& random, M const& mean, L const& log_std, U&& u, A&& action, workspace& scratch) const {
        auto scope = scratch.open();
        const auto m = detail::numbers_to_read(name, "mean", mean);
        const auto l = detail::numbers_beside(name, "log_std", m, log_std);
        const auto to_u = detail::numbers_to_write(name, "u", m, u);
        const auto to_a = detail::numbers_to_write(name, "actions", m, action);
        using T = typename decltype(to_u)::value_type;
        const auto within = bounds();
        random_stream ahead = random;
        double *x = detail::in_double(m, scratch), *squashed = detail::in_double(l, scratch);
        for (index_t i = 0; i < m.size(); ++i) {
            x[i] += std::exp(within.nearest(squashed[i])) * ahead.normal();
            squashed[i] = std::tanh(double(T(x[i])));
        }
        detail::write_apart(name, detail::result_array(name, "u", to_u, x), detail::result_array(name, "actions", to_a, squashed));
        random = ahead;
    }

    template <class M, class L, class U, class P>
    void log_prob(M const& mean, L const& log_std, U const& u, P&& log_p, workspace& scratch) const {
        log_probabilities(mean, log_std, u, log_p, 1, scratch);
    }
    template <class M, class L, class U, class H>
    void squashed_entropy(M const& mean, L const& log_std, U const& u, H&& h, workspace& scratch) const {
        log_probabilities(mean, log_std, u, h, -1, scratch);
    }

    template <class M, class L, class U, class B, class DM, class DL>
    void vjp(M const& mean, L const& log_std, U const& u, B const& bar, DM&& dmean, DL&& dlog_std, workspace& scratch) const {
        auto scope = scratch.open();
        const auto [like, in] = read(mean, log_std, u, scratch);
        const auto to_m = detail::numbers_to_write(name, "dmean", like, dmean);
        const auto to_l = detail::numbers_to_write(name, "dlog_std", like, dlog_std);
        in.derive(weights(bar, in.n, scratch));
        detail::write_apart(name, detail::result_array(name, "dmean", to_m, in.mean), detail::result_array(name, "dlog_std", to_l, in.log_std));
    }
    template <class M, class L, class U, class B, class DM, class DL, class DU>
    void vjp(M const& mean, L const& log_std, U const& u, B const& bar, DM&& dmean, DL&& dlog_std, DU&& du, workspace& scratch) const {
        auto scope = scratch.open();
        const auto [like, in] = read(mean, log_std, u, scratch);
        const auto to_m = detail::numbers_to_write(name, "dmean", like, dmean);
        const auto to_l = detail::numbers_to_write(name, "dlog_std", like, dlog_std);
        const auto to_u = detail::numbers_to_write(name, "du", like, du);
        in.derive(weights(bar, in.n, scratch));
        detail::write_apart(name, detail::result_array(name, "dmean", to_m, in.mean), detail::result_array(name, "dlog_std", to_l, in.log_std),
                            detail::result_array(name, "du", to_u, in.u));
    }

    template <class L, class H>
    void entropy(L const& log_std, H&& h, workspace& scratch) const {
        auto scope = scratch.open();
        const auto l = detail::numbers_to_read(name, "log_std", log_std);
        const index_t n = l.count * l.rows(), d = l.cols();
        const auto out = detail::a_number_each(name, "entropies", n, detail::numbers_of(h));
        const auto within = bounds();
        double *x = detail::in_double(l, scratch), *sum = scratch.take<double>(n);
        std::fill_n(sum, n, double(d) * (detail::log_two_pi + 1) / 2);
        for (index_t j = 0; j < n * d; ++j) sum[j / d] += within.nearest(x[j]);
        detail::result_array(name, "entropies", out, sum).take();
    }
    template <class L, class B, class DL>
    void entropy_vjp(L const& log_std, B const& bar, DL&& dlog_std, workspace& scratch) const {
        auto scope = scratch.open();
        const auto l = detail::numbers_to_read(name, "log_std", log_std);
        const auto out = detail::numbers_to_write(name, "dlog_std", l, dlog_std);
        const auto within = bounds();
        double *x = detail::in_double(l, scratch), *weight = weights(bar, l.count * l.rows(), scratch);
        for (index_t j = 0; j < l.size(); ++j) x[j] = within.hold(x[j]) ? weight[j / l.cols()] : 0;
        detail::result_array(name, "dlog_std", out, x).take();
    }

private:
    detail::log_std_bounds bounds() const {
        if (!(least <= most)) throw error("isotypic: tanh Gaussian: log_std from " + std::to_string(least) + " to " + std::to_string(most));
        return {least, most};
    }

    template <class M, class L, class U>
    auto read(M const& mean, L const& log_std, U const& u, workspace& scratch) const {
        const auto m = detail::numbers_to_read(name, "mean", mean);
        const auto l = detail::numbers_beside(name, "log_std", m, log_std);
        const auto x = detail::numbers_beside(name, "u", m, u);
        double *in_m = detail::in_double(m, scratch), *in_l = detail::in_double(l, scratch), *in_u = detail::in_double(x, scratch);
        return std::pair(m, detail::gaussian_samples{bounds(), m.count * m.rows(), m.cols(), in_m, in_l, in_u});
    }
    template <class B>
    static double* weights(B const& bar, index_t n, workspace& scratch) {
        return detail::in_double(detail::a_number_each(name, "weights", n, detail::numbers_to_read(name, "weight", bar)), scratch);
    }

    template <class M, class L, class U, class P>
    void log_probabilities(M const& mean, L const& log_std, U const& u, P& to, double sign, workspace& scratch) const {
        auto scope = scratch.open();
        const auto in = read(mean, log_std, u, scratch).second;
        const auto out = detail::a_number_each(name, "log-probabilities", in.n, detail::numbers_of(to));
        double* sum = scratch.take<double>(in.n);
        in.log_prob(sign, sum);
        detail::result_array(name, "log-probabilities", out, sum).take();
    }
};

}  // namespace isotypic
