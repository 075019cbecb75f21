// SPDX-License-Identifier: MIT
#pragma once
#include "autoencoder.hpp"
#include "run.hpp"

/// \file
/// What frozen features hold: images go through the encoder with nothing masked. Batch norms take running statistics of 40
/// batches of whole training images, for those of training are of masked ones; in the program of arXiv 2111.06377, too, the
/// encoder is in training mode when a probe is trained on it.
namespace sepnorm {

quality measure(settings const& s, config const& c, data const& d, weights<float> const& w, isotypic::thread_pool& pool);

/// Ten validation images: as they are, masked, and with what the model paints. An image file as a data URL.
std::string paint(settings const& s, data const& d, autoencoder<float>& net);

}  // namespace sepnorm
