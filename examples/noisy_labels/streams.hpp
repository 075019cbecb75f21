// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <nn/matrix.hpp>
#include <numeric>
#include <utility>
#include <vector>

/// \file
/// The random numbers of a run, a stream for each purpose, with the same integers on every platform.
namespace noisy_labels {

using nn::Index;

enum class purpose : std::uint64_t { parts = 1, noise, order, weights };

/// `more`: an epoch or a layer.
inline isotypic::random_stream stream(unsigned seed, purpose p, Index more = 0) { return isotypic::random_stream(seed, std::uint64_t(p), std::uint32_t(more)); }

/// 0, 1, ..., n - 1.
inline std::vector<Index> counted(Index n) {
    std::vector<Index> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

template <class T>
void shuffle(std::vector<T>& all, isotypic::random_stream& random) {
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[std::size_t(random.below(isotypic::index_t(i)))]);
}

inline std::vector<Index> shuffled(Index n, isotypic::random_stream random) {
    auto all = counted(n);
    shuffle(all, random);
    return all;
}

}  // namespace noisy_labels
