// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include <functional>
#include <string>
#include <vector>

/// \file
/// The losses that are compared, by name, each with its numbers.
namespace noisy_labels {

using nn::Index;
using nn::matrix;

/// Numbers in the order of their names in `about`.
struct loss {
    std::string name;
    std::vector<double> numbers;
    double length = 0;  ///< of the scores that it sees, 0: as they are

    std::string title() const;
};

struct about_loss {
    std::string name, numbers;  ///< names of its numbers, parted by blanks
    bool ours;                  ///< by symmetrisation; else a baseline
    std::string colour;
};
std::vector<about_loss> const& all_losses();
about_loss const& about(std::string const& name);
std::vector<std::string> loss_names();

/// What the sweep chooses among: three settings of its numbers, if it has any, times three lengths of the scores.
std::vector<loss> choices(std::string const& name);

/// The mean loss over scores [classes, batch], and its gradient. Owns its scratch memory.
using objective = std::function<double(matrix<float>& scores, std::vector<int> const& labels, matrix<float>& gradient)>;
objective make(loss const& l, Index classes);

/// The factor of the sum of |w| that a loss brings along.
inline double sparsity(loss const& l) { return l.name == "anl_ce" ? l.numbers[2] : 0; }

}  // namespace noisy_labels
