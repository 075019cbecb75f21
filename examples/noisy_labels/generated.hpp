// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"

namespace noisy_labels {

/// Ten classes around drawn means in 20 dimensions, 2000 samples to learn from and 5000 to test, symmetric noise, a net of one hidden layer,
/// nothing tuned; beside the numbers that another program, in another language, had with other draws.
///
/// Returns false when interrupted.
bool generated(settings const& s);

}  // namespace noisy_labels
