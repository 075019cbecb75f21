// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <nn/matrix.hpp>
#include <vector>

/// \file
/// The random numbers of a run, a stream for each purpose.
namespace multitask_control {

using isotypic::random_stream;
using nn::Index;
using nn::matrix;

enum class purpose : std::uint64_t { starts = 1, noise, order, weights, evaluation };

/// `which`: a task, an environment, a network or an iteration.
inline random_stream stream(unsigned seed, purpose p, Index which = 0) { return random_stream(seed, std::uint64_t(p), std::uint32_t(which)); }

inline void shuffle(std::vector<Index>& all, random_stream& random) {
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[std::size_t(random.below(isotypic::index_t(i)))]);
}

}  // namespace multitask_control
