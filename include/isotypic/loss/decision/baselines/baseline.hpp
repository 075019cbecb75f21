// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/decision_criterion.hpp>

/// \file
/// What the losses that others have proposed for decisions are called with:
///
///     spo_plus loss(solver, sense::minimise);
///     double l = loss.value(predictions, data, rows);                     // the mean over rows, as of decision_criterion.hpp
///     double l = loss.gradient(predictions, data, rows, dpredictions);    // the same, and its gradient in the predictions
///
/// Without `rows` they are of all instances. `solves` counts calls of the solver. Random draws are keyed by seed, instance and `step`, which
/// `gradient` counts up and `value` does not: at the same step `value` is what `gradient` returns. Where a call throws, nothing is written
/// and no step made. Losses move, they do not copy.
namespace isotypic::detail {

/// See the file's comment. A loss says what decision_criterion.hpp asks of one, with `problem` its solver if it has one, and may hide
///     begin(pull_rows)      what goes before the rows; pull_rows() pulls each of them
///     revert()              what undoes that where the call throws
template <class Self>
class baseline {
public:
    static constexpr bool one_thread = true;
    index_t solves = 0;      ///< by this loss
    std::uint32_t step = 0;  ///< of training

    template <matrix P>
    double value(P&& predictions, cost_instances const& data, index_list which) {
        const auto x = as_view(predictions);
        return run([&] { return batch.value(x, data, which); }, [&] { return batch.value(x, data, which); });
    }
    template <matrix P>
    double value(P&& predictions, cost_instances const& data) {
        const auto x = as_view(predictions);
        return run([&] { return batch.value(x, data); }, [&] { return batch.value(x, data); });
    }
    template <matrix P, matrix G>
    double gradient(P&& predictions, cost_instances const& data, index_list which, G&& result) {
        const auto x = as_view(predictions);
        const auto g = as_view(std::forward<G>(result));
        return run([&] { return batch.value(x, data, which); }, [&] { return batch.gradient(x, data, which, g); });
    }
    template <matrix P, matrix G>
    double gradient(P&& predictions, cost_instances const& data, G&& result) {
        const auto x = as_view(predictions);
        const auto g = as_view(std::forward<G>(result));
        return run([&] { return batch.value(x, data); }, [&] { return batch.gradient(x, data, g); });
    }

protected:
    explicit baseline(sense direction) : to(direction), sign(sign_of(direction)) {}

    /// x <- the best decision.
    template <class S>
    void decide(S& problem, std::span<double const> costs, std::span<double> x, workspace& w) {
        auto scope = w.open();
        detail::decide(problem, to, costs, take_costs(w, costs.size()), x);
        ++solves;
    }
    template <class F>
    void begin(F const&) {}
    void revert() {}

    sense to;
    double sign;  ///< 1 to minimise, -1 to maximise

private:
    /// The loss as the criterion's, in its own sense.
    struct rows {
        static constexpr char const* name = Self::name;
        static constexpr bool of_decisions = Self::of_decisions, one_thread = true;
        Self* loss = nullptr;

        double pull(decision_row row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
            row.to = loss->to;
            return loss->pull(row, prediction, gradient, w);
        }
        void require(cost_instances const& data) const {
            const char* const against = loss->to == sense::minimise ? "maximise, the loss minimises" : "minimise, the loss maximises";
            if (data.decided() && data.direction() != loss->to) throw error("isotypic: " + std::string(name) + ": the instances " + against);
            if constexpr (requires { loss->problem; }) require_size(name, loss->problem, data.dimension());
        }
    };
    decision_criterion<rows> batch{rows{}};

    template <class V, class F>
    double run(V const& value, F const& f) {
        auto& self = static_cast<Self&>(*this);
        batch.loss.loss = &self, batch.step = step;
        try {
            self.begin(value);
            const double v = f();
            step = batch.step;
            return v;
        } catch (...) {
            self.revert();
            throw;
        }
    }
};

}  // namespace isotypic::detail
