// SPDX-License-Identifier: MIT
#pragma once
#include "images.hpp"
#include "settings.hpp"
#include <training/run.hpp>

/// \file
/// One training run and what is known of it.
namespace sepnorm {

/// What frozen features hold, and how they lie; see measure.cpp.
struct quality {
    double validation = 0, test = 0;                ///< accuracy of a linear probe on the class token
    double pooled_validation = 0, pooled_test = 0;  ///< on the mean of the patches, a control
    double uniformity = 0;                          ///< of the test images' class tokens at length 1, t = 2: lower is more even
    double cosine = 0;                              ///< their mean over pairs
    double rank = 0;                                ///< effective, of the class tokens
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(quality, validation, test, pooled_validation, pooled_test, uniformity, cosine, rank)

/// Reconstruction loss, the mean square over masked pixels, whose variance is 1; train: the mean since the point before.
struct point {
    long step = 0;
    double seconds = 0, train = 0, validation = 0;
};

struct run {
    std::string side;
    long step = 0;
    double seconds = 0;  ///< of training, evaluation left out
    double sum = 0;      ///< of the training loss since the last point
    std::vector<point> curve;
    quality found;         ///< after the last step
    std::string picture;   ///< of some validation images, masked and painted: a data URL
    std::string checksum;  ///< of the weights, the state and the running statistics

    bool complete(settings const& s) const { return step == s.steps; }
};

void to_json(nlohmann::json&, run const&);
void from_json(nlohmann::json const&, run&);

/// Trains one side into `folder`, from its checkpoint if there is one and `resume` is set. Ends early, with a checkpoint, when
/// `interrupted` is set. Throws `diverged`, and isotypic::error or std::runtime_error on a checkpoint of other settings.
run train(std::string const& side, settings const& s, data const& d, std::filesystem::path const& folder, bool resume);

/// What must be the same for a run to go on. With one norm for all tokens it does not matter which norms would differ.
inline nlohmann::json identity(std::string const& side, settings const& s, data const& d) {
    nlohmann::json j = about(s);
    j["side"] = side, j["images"] = d.checksum;
    if (side == "shared") j.erase("where");
    return j;
}

}  // namespace sepnorm
