// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include "reading.hpp"
#include "settings.hpp"

/// \file
/// Inputs with clean labels, in three parts: to learn from, to choose by, and for the final word.
namespace noisy_labels {

using nn::Index;
using nn::matrix;

/// A row a sample.
struct samples {
    matrix<float> inputs;
    std::vector<int> label;

    Index count() const { return inputs.rows(); }
};

struct data {
    std::string name;
    Index classes = 0, side = 0;  ///< side: of a square image, 0 where inputs are none
    samples train, validation, test;
    std::string checksum = {};
};

/// 8000 and 2000 of the 60000 training images of Debian's dataset-fashion-mnist, in an order that is the same for all seeds, and its 10000
/// test images; pixels standardised together. Throws std::runtime_error where the package is not installed.
data fashion();
/// 14000, 2000 and 4000 letters in the order of the file; each of the 16 features standardised.
data letters(std::string const& file);
/// 1097, 200 and 500 digits of 8 x 8 pixels, shuffled in an order that is the same for all seeds; pixels standardised together.
data digits(std::string const& file);

/// Classes of equal size around means of N(0, spread^2 I), at distances of N(0, noise^2 I).
struct gaussians {
    Index classes, features, train, validation, test;
    double spread, noise;

    data draw(unsigned seed) const;
};

/// By the name of a task. Throws std::runtime_error where a file is needed and not there.
data read_data(std::string const& name, settings const& s);

/// f(training part), then the others.
template <class D, class F>
void for_each_part(D& d, F const& f) {
    f(d.train), f(d.validation), f(d.test);
}

}  // namespace noisy_labels
