// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_gram.hpp>
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/critic/weighted_sum.hpp>
#include <utility>

/// \file
/// One direction for K tasks, d = sum_k w_k g_k, where the weights follow from the gradients' inner products alone:
///
///     combiner balance(fair_grad{}, 50);
///     balance.combine(G, d);                          // gradients 50 x p, a row a task; d of p numbers
///
///     balance.add(G1), balance.add(G2);               // or block by block of parameters
///     balance.solve();
///     balance.write(G1, d1), balance.write(G2, d2);
///     balance.weights();  balance.gram();             // to look at; diagnosis.hpp says what is wrong with the gradients
///
/// A rule of one's own is anything with
///
///     static constexpr char const* name = "mine";
///     void weights(view<double const> gram, std::span<double> w, workspace&);
///
/// The step to take is -d: gradients are of losses that are to fall. Gradients that are not finite, and shapes that do not fit, are errors when
/// they are added or combined, and change neither weights nor results; after an error begin again with the first block.
namespace isotypic {

/// See the file's comment.
template <class R>
concept combination_rule = requires(R& r, view<double const> gram, std::span<double> w, workspace& s) {
    r.weights(gram, w, s);
    { R::name } -> std::convertible_to<char const*>;
};

/// See the file's comment.
template <combination_rule Rule>
class combiner {
public:
    Rule rule;

    combiner(Rule r, index_t tasks, executor_ref threads = {})
        : rule(r), products(tasks, threads), device(threads), w(std::size_t(tasks), 0.0), found(w) {}

    template <matrix G>
    void add(G&& gradients) {
        const bool afresh = std::exchange(now, phase::empty) != phase::adding;
        products.add(gradients, afresh);
        now = phase::adding;
    }
    /// The weights of what was added since the last call.
    std::span<double const> solve() {
        now = phase::empty;
        rule.weights(products.matrix(), found, device.scratch());
        for (std::size_t k = 0; k < found.size(); ++k)
            if (!std::isfinite(found[k])) throw error("isotypic: " + std::string(Rule::name) + ": the weight of task " + std::to_string(k) + " is not finite");
        now = phase::solved;
        return std::copy(found.begin(), found.end(), w.begin()), w;
    }
    template <matrix G, matrix D>
    void write(G&& gradients, D&& d) {
        const auto g = as_view(gradients);
        using T = typename decltype(g)::value_type;
        if (now != phase::solved)
            throw error("isotypic: " + std::string(Rule::name) + ": no weights were found for these gradients: call add() and solve() first");
        weighted_sum<T>(device, w, g, as_view(d));
    }
    template <matrix G, matrix D>
    std::span<double const> combine(G&& gradients, D&& d) {
        const auto g = as_view(gradients);
        using T = typename decltype(g)::value_type;
        products.require_tasks(g), detail::require_sum<T>(w, g, as_view(d));
        now = phase::empty, products.add(g, true);
        solve(), write(g, d);
        return w;
    }

    std::span<double const> weights() const { return w; }
    task_gram const& gram() const { return products; }

private:
    task_gram products;
    cpu device;
    std::vector<double> w, found;
    enum class phase { empty, adding, solved } now = phase::empty;
};

}  // namespace isotypic
