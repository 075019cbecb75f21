// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu.hpp>
#include <isotypic/loss/decision/decision_loss.hpp>
#include <isotypic/loss/decision/index_list.hpp>

/// \file
/// A loss of predicted costs over rows of training instances: what a program calls.
///
///     decision_criterion loss(stakes_of(data) * (unit_costs{} | one_sided{}));      // where to begin: see below
///     double v = loss.value(predictions, data, rows);                       // the mean; predictions: a row for each of rows
///     double v = loss.gradient(predictions, data, rows, dpredictions);      // dpredictions may be predictions
///     double v = loss.gradient(predictions, data, dpredictions);            // of all instances, in their order
///
/// predictions: rows x d, float or double, in any layout; everything inside is double. Nothing is allocated for a shape that has been
/// seen, but by a solver. What is missing or not finite, read or to be written, is an error that names loss and instance, and after an error
/// nothing is written. Bits do not depend on threads.
///
/// Where to begin: what no decision sees is taken off (`unit_costs`, a gauge before it where there is one), what harms no decision is not
/// paid for (`one_sided`), and an instance counts by what it can lose (`stakes_of`): one solve an instance, before training. That favours the
/// sum of regrets over the sum of optima; for the mean of regret / optimum leave `stakes_of` out. With exact sensitivities
/// `one_sided{} * local_costs{}` is better where the predictor is far off. examples/decision_focused compares them.
///
/// A loss of one's own: see decision_loss.hpp.
namespace isotypic {

/// See the file's comment. Moves, does not copy.
template <decision_loss L>
class decision_criterion {
public:
    L loss;
    std::uint32_t step = 0;  ///< gradients taken so far: random draws of a loss are keyed by it, so that value and gradient see the same

    explicit decision_criterion(L l, executor_ref threads = {}) : loss(std::move(l)), device(threads) { detail::require(loss); }

    template <matrix P>
    double value(P&& predictions, cost_instances const& data, index_list rows) {
        return run(as_view(predictions), data, rows, false, static_cast<view<double>*>(nullptr));
    }
    template <matrix P>
    double value(P&& predictions, cost_instances const& data) {
        return run(as_view(predictions), data, {}, true, static_cast<view<double>*>(nullptr));
    }
    template <matrix P, matrix G>
    double gradient(P&& predictions, cost_instances const& data, index_list rows, G&& result) {
        auto out = as_view(std::forward<G>(result));
        return run(as_view(predictions), data, rows, false, &out);
    }
    template <matrix P, matrix G>
    double gradient(P&& predictions, cost_instances const& data, G&& result) {
        auto out = as_view(std::forward<G>(result));
        return run(as_view(predictions), data, {}, true, &out);
    }

private:
    cpu device;

    std::string called() const { return "isotypic: " + detail::name_of(loss) + ": "; }

    template <class T, class U>
    double run(view<T> p, cost_instances const& data, std::span<index_t const> rows, bool all, view<U>* out) {
        static_assert(scalar<std::remove_const_t<T>> && scalar<U>, "isotypic: a loss takes float or double, and writes to memory that may be written");
        const index_t n = all ? data.size() : index_t(rows.size()), d = data.dimension();
        const auto instance = [&](index_t i) { return all ? i : rows[std::size_t(i)]; };
        check(p, data, n, instance, out);

        workspace& w = device.scratch();
        auto scope = w.open();
        double *values = w.take<double>(n), *slopes = out ? w.take<double>(n * d) : nullptr;
        const auto one = [&](index_t i, workspace& mine) {
            auto inner = mine.open();
            const auto x = detail::take_costs(mine, std::size_t(d));
            for (index_t j = 0; j < d; ++j) x[std::size_t(j)] = double(p(i, j));
            decision_row row = data.row(instance(i));
            row.step = step;
            const std::span<double> g = out ? std::span<double>(slopes + i * d, std::size_t(d)) : std::span<double>();
            values[i] = loss.pull(row, x, g, mine);
            if (!std::isfinite(values[i])) throw error("the loss is not finite");
            for (std::size_t j = 0; j < g.size(); ++j)
                if (!std::isfinite(U(g[j] / double(n)))) throw error("the slope in cost " + std::to_string(j) + " is not finite, as it would be written");
        };
        const auto named = [&](index_t i) {
            try {
                one(i, w);
            } catch (std::exception const& e) {
                throw error(called() + "instance " + std::to_string(instance(i)) + ": " + detail::reason(e));
            }
        };
        if constexpr (detail::on_one_thread<L>) {
            for (index_t i = 0; i < n; ++i) named(i);
        } else {
            const index_t each = (std::max)(index_t{1}, 8192 / (std::max)(index_t{1}, d));
            std::atomic<index_t> bad{n};
            device.for_each_task((n + each - 1) / each, [&](index_t t, cpu& on) {
                for (index_t i = t * each; i < (std::min)(n, (t + 1) * each); ++i) {
                    try {
                        one(i, on.scratch());
                    } catch (...) {
                        index_t first = bad.load();
                        while (i < first && !bad.compare_exchange_weak(first, i)) {}
                    }
                }
            });
            if (const index_t i = bad.load(); i < n) named(i);
        }

        double total = 0;
        for (index_t i = 0; i < n; ++i) total += values[i] / double(n);
        if (!out) return total;
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < d; ++j) (*out)(i, j) = U(slopes[i * d + j] / double(n));
        ++step;
        return total;
    }

    template <class T, class F, class U>
    void check(view<T> p, cost_instances const& data, index_t n, F const& instance, view<U> const* out) const {
        const index_t d = data.dimension();
        if (!n) throw error(called() + "the mean over no instances");
        if (p.rows != n || p.cols != d)
            throw error(called() + "predictions of " + detail::shape_text(p.rows, p.cols) + " for " + std::to_string(n) + " instances of " + std::to_string(d) +
                        " costs");
        if (out) {
            if (out->rows != n || out->cols != d)
                throw error(called() + "a result of " + detail::shape_text(out->rows, out->cols) + " for predictions of " + detail::shape_text(n, d));
            const blocks<U> to(*out);
            const blocks<T> from(p);
            if (overlaps_itself(to)) throw error(called() + "the result repeats its own memory");
            bool same = false;
            if constexpr (std::is_same_v<std::remove_const_t<T>, U>) same = same_place(from, to);
            if (!same && overlap(from, to)) throw error(called() + "predictions and result share some memory, but not all of it");
        }
        for (index_t i = 0; i < n; ++i)
            if (instance(i) < 0 || instance(i) >= data.size())
                throw error(called() + "row " + std::to_string(i) + " asks for instance " + std::to_string(instance(i)) + ", and there are " +
                            std::to_string(data.size()));
        if (detail::asks_decisions<L> && !data.decided()) throw error(called() + "it needs the best decisions: give the instances a solver, or decisions");
        if (detail::asks_sensitivities<L> && data.sensitivity(0).empty() && d)
            throw error(called() + "it needs sensitivities: call the instances' `sensitivities`");
        detail::require(loss, data);
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < d; ++j)
                if (!std::isfinite(p(i, j)))
                    throw error(called() + "instance " + std::to_string(instance(i)) + ": the prediction of cost " + std::to_string(j) + " is not finite");
    }
};

}  // namespace isotypic
