// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/slot.hpp>
#include <cstddef>
#include <cstdint>

/// \file
/// How a layerwise stack tells gradients apart: each comes through the handle of its block.
namespace isotypic {

/// A gradient with the block that it belongs to, for one step.
template <class T, class Space = host>
struct gradient {
    std::uint64_t stack;
    std::size_t block;
    blocks<T const, Space> values;
};

/// What `add` gives out: called with a gradient, it says whose gradient that is.
template <class T, class Space = host>
struct block_handle {
    std::uint64_t stack;
    std::size_t block;
    template <class G>
    gradient<T, Space> operator()(G const& g) const {
        return {stack, block, detail::as_gradient<T, Space>(g)};
    }
};

}  // namespace isotypic
