// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/thread_pool.hpp>
#include <Eigen/Dense>
#include <vector>

/// \file
/// How much of the labels a linear map can read off frozen features: multinomial logistic regression on standardised features,
///
///     minimise  mean_i -log softmax(W z_i)_(label i) + l2 / 2 |W|^2,    z = [(x - mean) / deviation, 1]
///
/// by L-BFGS to a gradient of 1e-5, from 0, so that the result is the minimum and depends on no rate.
namespace sepnorm {

using features = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A row an image, with its label.
struct labelled_features {
    features x;
    std::vector<int> label;
};

struct probed {
    double validation = 0, test = 0;  ///< accuracy
    double l2 = 0;                    ///< the one with the best accuracy on the validation part
    long iterations = 0;              ///< of that fit
};

/// Fits on `train` once for each l2 of 1e-4, 1e-3 and 1e-2. The threads do not change the bits.
probed linear_probe(labelled_features train, labelled_features validation, labelled_features test, isotypic::thread_pool& pool);

}  // namespace sepnorm
