// SPDX-License-Identifier: MIT
#pragma once
#include "run.hpp"

namespace sepnorm {

/// The comparison. Each side's rates are multiplied by one common grid of powers of two, 1/4 to 2, widened for all where one is
/// best at its edge; the factor is chosen with seed 1 by the probe on validation images. Then every side runs with the other
/// seeds at its factor, and the test part is reported.
///
/// OUT/sweep.jsonl gets a line a finished run and is what a second call goes on from; the table goes to OUT/sweep.md and, at full
/// size, between its marks in the example's README; pictures and trials go to results/ beside it.
///
/// Returns false when interrupted.
bool sweep(settings const& s, data const& d);

}  // namespace sepnorm
