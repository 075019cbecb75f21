// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/as.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/normalization/scaled_linear.hpp>
#include <string>

/// \file
/// The parameters of a scaled_linear with their roles, for a layerwise stack:
///
///     std::vector<block_handle<float>> handles;             // once
///     for_each_parameter(layer, branches, [&](std::string const& name, auto block) { handles.push_back(stack.add("block 3, " + name, block)); });
///     std::vector<gradient<float>> now;                     // every step
///     for_each_parameter(layer, gradients, [&](std::string const&, auto block) { now.push_back(handles[now.size()](block.all)); });
///     stack.step(now);
///
///     weight        Weight, `projection` if nothing else is named
///     gamma_in      scale_in, which decays
///     gamma_out     scale_out, which never does, behind a middle norm; else scale_in, since the weight makes up for it
///
/// Both parts of a scale have its role, save the direction of unit_direction: its length counts for nothing, so it is a scale_out, which
/// does not decay. Memory that branches share is visited once, with the first branch; gradients must share what parameters share.
/// Names are "weight", "in", "in magnitude", "out", "out magnitude", with "branch 0, " in front where branches come as a list.
///
/// Source: arXiv 2605.26895 for which scales decay; for magnitudes, directions and an output scale without a norm the roles are ours.
namespace isotypic {
namespace detail {

template <class Role, class Scale, class T, class F>
void for_each_part_of_scale(scale_parameters<T> const& p, std::string const& name, F const& f) {
    const view<T> column = p.vector.rows == 1 ? p.vector.transposed() : p.vector;
    if constexpr (Scale::has_vector) f(name, as<std::conditional_t<Scale::vector_decays, Role, scale_out>>(column));
    if constexpr (Scale::has_magnitude) f(name + " magnitude", as<std::conditional_t<Scale::magnitude_decays, Role, scale_out>>(p.magnitude));
}

}  // namespace detail

/// See the file's comment.
template <class Weight = projection, class Core, class In, class Out, class Mid, class Branches, class F>
void for_each_parameter(scaled_linear<Core, In, Out, Mid> const&, Branches const& branches, F const& f) {
    using after = std::conditional_t<scaled_linear<Core, In, Out, Mid>::has_middle, scale_out, scale_in>;
    for (std::size_t b = 0; b < detail::list_size(branches); ++b) {
        auto const& w = detail::list_item(branches, b);
        const std::string front = detail::listed<Branches> ? "branch " + std::to_string(b) + ", " : "";
        auto is_new = [&](auto const& part) {
            for (std::size_t c = 0; c < b; ++c)
                if (part(detail::list_item(branches, c)) == part(w)) return false;
            return true;
        };
        if (is_new([](auto const& x) { return x.weight.data; })) f(front + "weight", as<Weight>(w.weight));
        if constexpr (In::has_vector)
            if (is_new([](auto const& x) { return x.in.vector.data; })) detail::for_each_part_of_scale<scale_in, In>(w.in, front + "in", f);
        if constexpr (Out::has_vector)
            if (is_new([](auto const& x) { return x.out.vector.data; })) detail::for_each_part_of_scale<after, Out>(w.out, front + "out", f);
    }
}

}  // namespace isotypic
