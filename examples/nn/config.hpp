// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>

namespace nn {

/// The shape of a decoder-only transformer on bytes.
struct config {
    Eigen::Index vocabulary = 256, width = 128, layers = 4, heads = 4, length = 128;
    Eigen::Index hidden = 352;  ///< SwiGLU neurons; of each expert in a mixture
    Eigen::Index experts = 0;   ///< 0: dense
    Eigen::Index chosen = 2;    ///< experts a token
    double balance = 0;         ///< weight of the balance loss

    Eigen::Index head_width() const { return width / heads; }
};

/// Top 2 of 8 experts of half the width: the work of the dense model.
inline config mixture_of_experts(config c = {}) {
    c.hidden /= 2, c.experts = 8, c.balance = 0.01;
    return c;
}

}  // namespace nn
