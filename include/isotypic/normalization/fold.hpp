// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/normalization/scaled_linear.hpp>

/// \file
/// Scale vectors written into the weights, for inference:
///
///     fold(layer, branches);      // W <- diag(u) W diag(v), v <- 1, u <- 1
///
/// The layer computes what it did, to rounding. Where it has a middle norm, which would take u out again, only v is folded: the layer's
/// type says so. One call takes all branches that share a scale.
///
/// Errors: shapes that do not fit, before anything is written. Source: derived.
namespace isotypic {

/// See the file's comment.
template <class Core, class In, class Out, class Mid, class Branches>
void fold(scaled_linear<Core, In, Out, Mid> const& which, Branches const& branches) {
    using layer = scaled_linear<Core, In, Out, Mid>;
    const std::size_t count = detail::list_size(branches);
    for (std::size_t b = 0; b < count; ++b) {
        auto const& w = detail::list_item(branches, b);
        const std::string wrong = detail::misfit<In, Out>(w, w.weight.rows, w.weight.cols);
        if (!wrong.empty()) throw error("isotypic: " + which.name + ", fold: branch " + std::to_string(b) + ": " + wrong);
        for (std::size_t c = 0; c < b; ++c)
            if (overlap(blocks(detail::list_item(branches, c).weight), blocks(w.weight)))
                throw error("isotypic: " + which.name + ", fold: branches " + std::to_string(c) + " and " + std::to_string(b) +
                            " share their weight, and it would be scaled twice");
    }
    cpu device;
    for (std::size_t b = 0; b < count; ++b) {
        auto w = detail::list_item(branches, b);
        if constexpr (layer::has_middle) w.out = {};
        typename layer::weight_in_effect{}.value(device, w, w.weight);
    }
    for (std::size_t b = 0; b < count; ++b) {
        auto const& w = detail::list_item(branches, b);
        In{}.start(w.in);
        if constexpr (!layer::has_middle) Out{}.start(w.out);
    }
}

}  // namespace isotypic
