// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/standardization.hpp>
#include <isotypic/group/permutation.hpp>
#include <isotypic/group/signed_permutation.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/group/trivial.hpp>
#include <isotypic/normalization/modulo.hpp>
#include <tuple>

/// \file
/// Layer norm of each of `groups` equal bands of the features of a sample. With one group it is layer norm; over images, where a
/// channel is a band, instance norm has a group for each channel.
///
/// The symmetry is a permutation within every band and one of bands, which depends on their number: the type claims what every number
/// of groups has, nothing of features.
///
/// Source: Wu and He 2018, with their eps selectable.
namespace isotypic {

struct group_norm {
    index_t groups = 1;
    double eps = 0;
    using commutes_with = symmetry<signed_permutation, trivial>;
    using takes_out = modulo::scale_and_shift;
    static constexpr char const* name = "group norm";
    standardization lines() const { return {.eps = eps, .centred = true}; }

    template <class B>
    index_t line_count(B const& x, std::string const& called) const {
        if (groups < 1 || x.cols() % groups)
            throw error("isotypic: " + called + ": " + std::to_string(x.cols()) + " features cannot be cut into " + std::to_string(groups) + " equal groups");
        return x.count * x.rows() * groups;
    }
    template <class F, class... B>
    void cut(F const& f, B const&... x) const {
        // Item by item, so that a line has the same number in every layout: a derivative looks up what the forward pass kept.
        auto const& like = std::get<0>(std::tie(x...));
        for (index_t k = 0; k < like.count; ++k) f(k * like.rows() * groups, column_heads(x.panel(k), groups)...);
    }
};

}  // namespace isotypic
