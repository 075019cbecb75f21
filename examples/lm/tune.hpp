// SPDX-License-Identifier: MIT
#pragma once
#include "run.hpp"

/// \file
/// How the ratios of rates.hpp were found, and can be found for another model. Role by role, each optimizer's rate is
/// doubled; where that lowers the validation loss it is doubled once more, else it is halved; the best of the three
/// stays. So every optimizer has the same number of trials. Each is a run of its own in OUT/tune, and a second call
/// goes on from there. In a mixture of experts the router alone is tuned.

/// Returns false when interrupted.
bool tune(settings const& s, text const& t);
