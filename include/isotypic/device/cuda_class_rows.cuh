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
/// The maximum runs with the sums: a thread whose maximum rises from M to M' takes e^(M - M') of what it had, and in the end the team does
/// so. 2 numbers an element move with a gradient in rows of up to 8192 scores (double 4096), which stay in registers, 3 in longer ones;
/// 1 without. Exponentials are in `compute`, their sums in double.
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

/// The sums of one thread, and after `join` of its team.
template <class C>
struct running_sums {
    C most = lowest<C>();
    double classes = 0, sum = 0, total = 0, powers = 0;

    /// To another maximum.
    __device__ void rebase(double to, double q) {
        const double down = double(most) - to;
        if (classes == 0 || down == 0) return;
        sum *= std::exp(down);
        if (q > 0) powers = powers * std::exp(q * down) + classes * std::expm1(q * down);
    }
    template <class T, int n>
    __device__ void take(line_pack<T, n> const& p, index_t left, double q) {
        C top = most;
        for (int k = 0; k < n; ++k)
            if (const C s = C(p.v[k]); k < left && s > top) top = s;
        if (top > most) rebase(double(top), q), most = top;
        for (int k = 0; k < n; ++k) {
            const C s = C(p.v[k]);
            if (k >= left || s < lowest<C>()) continue;  // -infinity: an excluded class
            classes += 1, total += double(s), sum += double(std::exp(s - most));
            if (q > 0) powers += q < 0.1 ? double(std::expm1(C(q) * (s - most))) : double(std::exp(C(q) * (s - most))) - 1;
        }
    }
    template <class Team>
    __device__ void join(class_sums_needed needed) {
        const double all = Team::join(double(most), larger{});
        rebase(all, needed.power), most = C(all);
        classes = Team::join(classes, add{}), sum = Team::join(sum, add{});
        if (needed.total) total = Team::join(total, add{});
        if (needed.power > 0) powers = Team::join(powers, add{});
    }
};

template <class Way, class L, class T, class Y>
__global__ void __launch_bounds__(Way::threads)
    class_rows_kernel(gate g, L loss, line_array<T const> x, bool write, line_array<T> out, view<Y const, gpu> labels, class_rows_of rows) {
    if (g.closed()) return;
    using C = compute<T>;
    Way::lines(x.shape.lines(), [&](index_t l, bool there) {
        const index_t i = there ? l : 0, n = there ? x.shape.cols : 0;
        const line_share<Way, T> scores(x.line(i, n));
        const class_sums_needed needed = needs(loss);
        double share = rows.share;
        if (rows.weights) share = rows.weights[i] == 0 ? 0 : share * (rows.weights[i] / (rows.total ? *rows.total : 1));
        const index_t label = index_t(labels(i / labels.cols, i % labels.cols));
        const bool known = label >= 0 && label < x.shape.cols;
        const double own = known ? double(C(scores.from.at(label))) : 0;

        running_sums<C> sums;
        Way::each(n, [&](int k, index_t j) { sums.take(scores.get(k, j), n - j, needed.power); });
        sums.template join<typename Way::team>(needed);
        const double most = double(sums.most), log_sum = std::log(sums.sum);
        class_pull pull = of_sums(loss, class_sums{sums.classes, log_sum, sums.total - sums.classes * most, sums.powers, own - most}, share);
        // What is not finite, and a label that is no class, is found nowhere else.
        const double bad = known && own - own == 0 && share >= 0 ? log_sum - log_sum : own - own + std::numeric_limits<double>::quiet_NaN();
        if (share == 0)
            pull = {0, 0, 0, 0, 0};
        else
            pull.value += bad, pull.power += bad, pull.exponential += bad, pull.constant += bad, pull.label += bad;
        if (there && Way::team::first() == 0) rows.values[l] = pull.value;
        if (!write) return;

        const auto to = out.line(i, n);
        const C top = sums.most, q = C(needed.power);
        Way::each(n, [&](int k, index_t j) {
            auto p = scores.get(k, j);
            for (int m = 0; m < Way::pack; ++m) {
                const C s = C(p.v[m]);
                C v = C(pull.constant);
                if (pull.exponential != 0) v += C(pull.exponential) * std::exp(s - top);
                if (pull.power != 0) v += C(pull.power) * std::exp(q * (s - top));
                if (j + m == label) v += C(pull.label);
                p.v[m] = T(s < lowest<C>() ? C(0) : v);
            }
            to.template write<Way::pack>(j, p);
        });
    });
}

}  // namespace detail

/// The losses of rows of scores, whose labels are counted row by row, and their gradient where there is room for one, which may be the scores'. A class whose score is -infinity
/// is excluded. A row has NaN for its loss and gradient where a score is NaN or infinite and where its label is no class that is left.
template <class L, class T, class Y>
void class_rows(cuda& d, L const& loss, blocks<T const, gpu> const& scores, view<Y const, gpu> labels, class_rows_of const& rows,
                std::type_identity_t<blocks<T, gpu>> const* gradient) {
    if (!scores.size()) return;
    const detail::line_shape s(false, scores);
    const blocks<T, gpu> out = gradient ? *gradient : blocks<T, gpu>();
    detail::choose_way<T>(gradient ? detail::side_by_side(scores, out) : detail::side_by_side(scores), s.length(), [&]<class Way>(Way) {
        d.launch(detail::grid_of_lines<Way>(s.lines()), Way::team::block(), detail::class_rows_kernel<Way, L, T, Y>, d.gate(), loss,
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
