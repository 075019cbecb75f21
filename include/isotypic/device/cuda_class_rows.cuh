// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_lines.cuh>
#include <isotypic/device/cuda_sweep.cuh>
#include <isotypic/loss/class_loss.hpp>
#include <limits>

/// \file
/// Losses of classes on a GPU, a team of threads a row of scores: one pass for the sums (see `class_sums`), one for the gradient
/// (`class_pull`), whose formulas are the losses' own.
///
/// The maximum runs with the sums: a thread whose maximum rises by more than 8, from M to M', takes e^(M - M') of what it had, and in the
/// end the team does so. 2 numbers an element move with a gradient in rows of up to 8192 scores (double 4096), which stay in registers, 3 in
/// rows that are longer or not in one piece; 1 without. Exponentials are in `compute`, their sums in double.
namespace isotypic {

/// What samples count for and where their losses go.
struct class_rows_of {
    double share;                                       ///< of each; or
    double const *weights = nullptr, *total = nullptr;  ///< share weight_i / total, where there is one, and 0 for a weight 0, whatever its label
    double* values;                                     ///< share_i l(s_i, y_i)
};

namespace detail {

template <class C>
__device__ C lowest() {
    return std::numeric_limits<C>::lowest();
}

/// The sums of one thread.
template <class C>
struct running_sums {
    C most = lowest<C>(), about = lowest<C>();  ///< exponentials are of s - about, at most 8 until `join`, which brings them to s - most
    int classes = 0;
    double sum = 0, total = 0, powers = 0;

    /// To sums about another score.
    __device__ void rebase(double to, double q) {
        const double down = double(about) - to;
        about = C(to);
        if (classes == 0 || down == 0) return;
        sum *= std::exp(down);
        if (!(q > 0)) return;
        powers += (powers + classes) * std::expm1(q * down);
    }
    template <class T, int n>
    __device__ void take(line_pack<T, n> const& p, class_sums_needed needed) {
        const double q = needed.power;
        for (int k = 0; k < n; ++k)
            if (const C s = C(p.get(k)); s > most) most = s;
        if (classes == 0 || most - about > 8) rebase(double(most), q);
        for (int k = 0; k < n; ++k) {
            const C s = C(p.get(k));
            if (s < lowest<C>()) continue;  // -infinity: an excluded class
            ++classes, sum += double(std::exp(s - about));
            if (needed.total) total += double(s);
            if (q > 0) powers += q < 0.1 ? double(std::expm1(C(q) * (s - about))) : double(std::exp(C(q) * (s - about))) - 1;
        }
    }
    /// The sums of the team, about the largest score.
    template <class Team>
    __device__ class_sums join(class_sums_needed needed, double own) {
        const double all = Team::join(double(most), larger{});
        rebase(all, needed.power), most = C(all);
        const double n = Team::join(double(classes), add{});
        sum = Team::join(sum, add{});
        if (needed.total) total = Team::join(total, add{});
        if (needed.power > 0) powers = Team::join(powers, add{});
        return {n, std::log(sum), total - n * all, powers, own - all};
    }
};

template <class Way, class L, class T, class Y>
__global__ void __launch_bounds__(Way::threads, Way::resident)
    class_rows_kernel(gate g, L loss, line_shape s, line_array<T const> x, bool write, line_array<T> out, view<Y const, gpu> labels, class_rows_of rows) {
    if (g.closed()) return;
    using C = compute<T>;
    Way::lines(s.lines(), [&](index_t l, bool there) {
        const index_t i = there ? l : 0, n = there ? s.cols : 0;
        const line_spot at = s.spot(i);
        const line_share<Way, T> scores(x.line(s, at, n), -std::numeric_limits<float>::infinity());
        const class_sums_needed needed = needs(loss);
        const index_t sample = labels.cols == 1 ? i : i / labels.cols, told = index_t(labels(sample, i - sample * labels.cols));
        const auto label = typename Way::index(told >= 0 && told < s.cols ? told : -1);
        const C own = label >= 0 ? C(scores.from.template at<Way>(label)) : C(0);

        running_sums<C> sums;
        scores.each([&](int k, typename Way::index j) { sums.take(scores.get(k, j), needed); });
        const class_sums found = sums.template join<typename Way::team>(needed, double(own));
        double share = rows.share;
        if (rows.weights) share = rows.weights[i] == 0 ? 0 : share * (rows.weights[i] / (rows.total ? *rows.total : 1));
        class_pull pull = of_sums(loss, found, share);
        // What is not finite, and a label that is no class, is found nowhere else.
        const double nothing = found.log_sum - found.log_sum + double(own - own);
        const double bad = label >= 0 && share >= 0 ? nothing : std::numeric_limits<double>::quiet_NaN();
        if (share == 0)
            pull = {0, 0, 0, 0, 0};
        else
            pull.value += bad, pull.power += bad, pull.exponential += bad, pull.constant += bad, pull.label += bad;
        if (there && Way::team::first() == 0) rows.values[l] = pull.value;
        if (!write) return;

        const auto to = out.line(s, at, n);
        const C top = sums.most, q = C(needed.power);
        const C power = C(pull.power), exponential = C(pull.exponential), constant = C(pull.constant), for_label = C(pull.label);
        scores.each([&](int k, typename Way::index j) {
            const auto p = scores.get(k, j);
            line_pack<T, Way::pack> made;
            for (int m = 0; m < Way::pack; ++m) {
                const C score = C(p.get(m));
                C v = constant;
                if (exponential != 0) v += exponential * std::exp(score - top);
                if (power != 0) v += power * std::exp(q * (score - top));
                if (Way::place(j, m, to.spread) == label) v += for_label;
                made.set(m, T(score < lowest<C>() ? C(0) : v));
            }
            to.template write<Way>(j, made);
        });
    });
}

}  // namespace detail

/// The losses of rows of scores, whose labels are counted row by row, and their gradient where there is room for one, which may be the
/// scores'. A class whose score is -infinity is excluded. A row has NaN for its loss and gradient where a score is NaN or
/// infinite and where its label is no class that is left.
template <class L, class T, class Y>
void class_rows(cuda& d, L const& loss, blocks<T const, gpu> const& scores, view<Y const, gpu> labels, class_rows_of const& rows,
                std::type_identity_t<blocks<T, gpu>> const* gradient) {
    if (!scores.size()) return;
    const detail::line_shape s = gradient ? detail::line_shape(false, scores, *gradient) : detail::line_shape(false, scores);
    const blocks<T, gpu> out = gradient ? *gradient : blocks<T, gpu>();
    detail::choose_way<T>(s, [&]<class Way>(Way) {
        d.launch(detail::grid_of_lines<Way>(s.lines()), Way::team::block(), detail::class_rows_kernel<Way, L, T, Y>, d.gate(), loss, s,
                 detail::line_array<T const>(Way::pack, s, scores), gradient != nullptr, detail::line_array<T>(Way::pack, s, out), labels, rows);
    });
}

/// Waits for a number.
inline double read_number(cuda const& d, double const* at) {
    double v = 0;
    detail::check(cudaMemcpyAsync(&v, at, sizeof v, cudaMemcpyDeviceToHost, d.stream()), "read a number");
    d.synchronize();
    return v;
}

}  // namespace isotypic
