// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/simplex_program.hpp>
#include <isotypic/critic/task_groups.hpp>
#include <limits>
#include <string>

/// \file
/// The direction near the mean gradient g_0 that is best for whoever gains least: max_d min_k <g_k, d> over |d - g_0| <= c |g_0|.
///
///     d = g_0 + c |g_0| g_w / |g_w|,      g_w = sum_k w_k g_k
///     w the least, over w >= 0, sum_k w_k = 1, of      F(w) = <g_w, g_0> + c |g_0| |g_w|
///
/// F(w) is the least over s of <g_w, g_0> + c |g_0| (|g_w|^2 / s + s) / 2, which for each s is a program of simplex_program.hpp, solved
/// exactly; and s = |g_w(s)| has one root, found by Newton's method within brackets, from one answer to the next. At the answer
/// min_k <g_k, d> = F(w), which proves both. Where it is at g_w = 0 (the mean agrees with all, or nearly, at a Pareto-stationary point),
/// g_w / |g_w| stands for the limit of g_w(s) / s, with which d is the point nearest to the mean of those with <g_k, d> >= 0 for all k.
///
/// c = 0 is the mean, large c goes the way of MGDA. `rescale` divides d by 1 + c^2, as some published programs do.
///
/// Source: Liu, Liu, Jin, Stone, Liu, CAGrad, NeurIPS 2021, arXiv 2110.14048. The solution here.
namespace isotypic {

/// See the file's comment.
struct cagrad {
    static constexpr char const* name = "CAGrad";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation, common_rescaling>;
    double c = 0.4;
    bool rescale = false;

    simplex_report solve(view<double const> gram, std::span<double> w, workspace& scratch) const {
        if (!(c >= 0 && std::isfinite(c))) throw error("isotypic: CAGrad: c = " + std::to_string(c) + ", and is at least 0");
        auto scope = scratch.open();
        const index_t n = gram.rows;
        double *b = scratch.take<double>(n), *u = scratch.take<double>(n), *t = scratch.take<double>(n);
        double mean = 0, size = 0, least = 0, most = 0;
        for (index_t k = 0; k < n; ++k) {
            b[k] = 0;
            for (index_t l = 0; l < n; ++l) b[k] += gram(k, l) / double(n), size += std::abs(gram(k, l)) / double(n) / double(n);
            mean += b[k] / double(n);
            const double length = std::sqrt((std::max)(gram(k, k), 0.0));
            most = (std::max)(most, length);
            if (length > 0 && (!(least > 0) || length < least)) least = length;
        }
        const double radius = mean > rounding * size ? c * std::sqrt(mean) : 0, by = rescale ? 1 / (1 + c * c) : 1;
        std::fill(w.begin(), w.end(), by / double(n));
        if (!(radius > 0)) return {};

        detail::simplex_program program(gram, scratch);
        simplex_report report;
        const auto move = [&](double scale, double const* v) {
            for (index_t k = 0; k < n; ++k) w[std::size_t(k)] += scale * v[k];
            return report;
        };
        const auto least_gain = [&](double scale, double const* v) {
            double worst = std::numeric_limits<double>::infinity();
            for (index_t k = 0; k < n; ++k) {
                double gain = 0;
                for (index_t l = 0; l < n; ++l) gain += gram(k, l) * (w[std::size_t(l)] + scale * v[l]);
                worst = (std::min)(worst, gain);
            }
            return worst;
        };
        // The limit, or g_w(s) itself where gradients that nearly cancel keep it from being small: whichever leaves no one behind.
        const auto limit = [&](double bend, double s) {
            program.read(u);
            const double within = by * radius / std::sqrt((std::max)(bend, 1.0)), along = by * radius / (std::max)(s, std::sqrt(program.square().first));
            return least_gain(within, t) >= least_gain(along, u) ? move(within, t) : move(along, u);
        };
        double below = 0, above = most, s = (std::min)(std::sqrt(mean), most);
        for (int i = 0; i < 200; ++i) {
            const simplex_report found = program.solve(b, s / radius);
            report = {report.steps + found.steps, found.violation};
            const auto [square, terms] = program.square();
            const auto [drift, bend] = program.tangent(b, 1 / radius, t);
            const double length = std::sqrt(square), off = length - s, lowest = (std::max)(1e-9 * least, 1e-6 * std::sqrt(terms));
            if (s <= lowest && bend < 1 && (off <= 0 || square - s * s * bend <= 1e-13 * terms)) return limit(bend, s);
            (off > 0 ? below : above) = s;
            const bool settled = std::abs(off) <= 1e-15 * s || !(above - below > 1e-15 * above);
            if ((settled && square <= 1e-10 * terms) || s < 1e-3 * lowest) return limit(bend, s);  // its direction is lost in rounding
            if (settled) break;
            double next = length > 0 ? s - off / (drift / length - 1) : 0;
            if (!(next > below && next < above)) next = below > 0 || s <= lowest ? (below + above) / 2 : 0;
            s = (std::max)(next, below > 0 ? next : (std::min)(lowest, s / 2));
        }
        program.read(u);
        const double length = std::sqrt(program.square().first);
        return move(by * radius / (length > 0 ? length : s), u);
    }
    void weights(view<double const> gram, std::span<double> w, workspace& scratch) const { solve(gram, w, scratch); }

private:
    /// Of the mean's square, below which the gradients cancel.
    static constexpr double rounding = 1e-15;
};

}  // namespace isotypic
