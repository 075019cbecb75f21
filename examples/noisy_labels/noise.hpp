// SPDX-License-Identifier: MIT
#pragma once
#include "data.hpp"

/// \file
/// Labels made wrong on purpose.
namespace noisy_labels {

struct noise {
    int percent = 0;
    bool asymmetric = false;
    bool drawn = false;  ///< symmetric, each label by itself, instead of counted

    std::string name() const { return (asymmetric ? "asymmetric " : "") + std::to_string(percent) + " %"; }
};

/// The class that i is mistaken for by asymmetric noise, i itself where it is not:
///
///     Fashion-MNIST  T-shirt -> shirt, pullover -> coat, sandal -> sneaker -> ankle boot -> sandal
///     UCI digits     7 -> 1, 2 -> 7, 5 <-> 6, 3 -> 8
///     else           i -> i + 1, the last -> 0
int mistaken_for(data const& d, int i);

/// The labels of the training and the validation part. Of the n_i samples of class i in both together, drawn without replacement,
///
///     symmetric   percent / (K - 1) of n_i, rounded down, get label j, for each j other than i
///     asymmetric  percent of n_i, rounded down, get label `mistaken_for(i)`
///     drawn       each with that chance gets another label, all alike.
struct noisy {
    std::vector<int> train, validation;

    noisy(data const& d, noise n, unsigned seed);
};

}  // namespace noisy_labels
