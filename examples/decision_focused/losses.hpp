// SPDX-License-Identifier: MIT
#pragma once
#include "data.hpp"

/// \file
/// The losses that are compared, by name, each with its numbers.
namespace decision_focused {

/// Numbers in the order of their names in `about`.
struct loss {
    std::string name;
    std::vector<double> numbers;

    std::string title() const;
};

enum class kind { library, candidate, baseline };

struct about_loss {
    std::string name, numbers;  ///< names of its numbers, parted by blanks
    kind of;
    std::string colour;
    std::vector<std::vector<double>> choices;  ///< of its numbers, what the sweep chooses among
};
std::vector<about_loss> const& all_losses();
about_loss const& about(std::string const& name);
std::vector<std::string> loss_names();
/// Is there a loss of this name for the problem? Some ask for equalities.
bool fits(std::string const& name, std::string const& problem);

/// A loss over training instances, which it owns.
struct objective {
    virtual ~objective() = default;
    virtual double gradient(table const& predictions, std::span<isotypic::index_t const> rows, table& result) = 0;
    long solves = 0;  ///< before training
};

/// Solves what is to be solved before training.
std::unique_ptr<objective> make(loss const& l, table const& costs, isotypic::sense to, problem& p, bool many_samples, unsigned seed);

}  // namespace decision_focused
