// SPDX-License-Identifier: MIT
#pragma once
#include "run.hpp"

/// \file
/// The comparison over rates and seeds. Every optimizer's rates (rates.hpp) are multiplied by one common grid of
/// powers of two, 1/4 to 4, widened for all where one is best at its edge. The best factor is the one with the
/// lowest mean validation loss over the seeds; the test part is read for that one alone.
///
/// OUT/sweep.jsonl gets a line a finished run and is what a second call goes on from; the table goes to OUT/sweep.md
/// and, at full size, between its marks in the example's README; pictures and trials go to results/ beside it.

/// Returns false when interrupted.
bool sweep(settings const& s, text const& t);
