// SPDX-License-Identifier: MIT
#pragma once
#include "encoder.hpp"
#include <string>

/// \file
/// Square grey images with labels, in three parts: to learn from, to choose by, and for the final word.
namespace sepnorm {

/// A row an image; over those to learn from the mean pixel is 0 and the variance 1.
struct image_set {
    matrix<float> pixels;
    std::vector<int> label;
};

struct data {
    std::string name;
    Index side = 0;
    double mean = 0, deviation = 1;  ///< of a pixel as it was
    image_set train, validation, test;
    std::string checksum;  ///< of all pixels and labels
};

/// Debian's dataset-fashion-mnist: 55000, 5000 and 10000 images. Of two files of one's own, in the IDX format, compressed or not:
/// the first 8 tenths, one, and one. Throws std::runtime_error if they cannot be read or do not fit.
data fashion();
data read_images(std::string const& images, std::string const& labels);

/// Blurred bars and rings at random places, which need no file.
data synthetic(Index side, Index count);

/// The batch of a step, and which patches of it are seen: images from anywhere, drawn by seed and step alone.
void draw(image_set const& from, config const& c, unsigned seed, long step, patches<float>& seen, patches<float>& hidden);

/// Images from `first` on with nothing hidden; after the last one follow the first.
void all_patches(image_set const& from, config const& c, Index first, patches<float>& seen);

/// A patch of an image into a row of pixels.
inline void copy_patch(image_set const& from, config const& c, Index image, Index place, float* to) {
    const Index across = c.side / c.patch;
    float const* corner = from.pixels.row(image).data() + place / across * c.patch * c.side + place % across * c.patch;
    for (Index i = 0; i < c.patch; ++i) std::copy_n(corner + i * c.side, c.patch, to + i * c.patch);
}

}  // namespace sepnorm
