// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>

namespace sepnorm {

using nn::Index;

/// What normalizes the class token and the patches: one layer norm; a layer norm each; SepNorm, a batch norm and a layer norm.
enum class kind { shared, untied, separate };

/// The shape of a masked autoencoder on square grey images.
struct config {
    Index side = 28, patch = 4;  ///< pixels
    Index visible = 12;          ///< patches an image that the encoder sees in training
    Index width = 64, layers = 4, heads = 4;
    Index hidden = 128;                                        ///< SwiGLU neurons
    Index decoder = 256;                                       ///< neurons of the decoder
    kind layer_norm = kind::shared, last_norm = kind::shared;  ///< within the layers, and after them

    Index patches() const { return (side / patch) * (side / patch); }
    Index pixels() const { return patch * patch; }
    Index masked() const { return patches() - visible; }
};

}  // namespace sepnorm
