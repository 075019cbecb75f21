// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/normalization/scale_direction.hpp>
#include <isotypic/normalization/scale_vector.hpp>
#include <array>
#include <stdexcept>
#include <string>

/// \file
/// Where scale vectors stand around the linear maps that a norm feeds (q, k, v together; gate, up together; the head), and how each
/// is stored. Placements: arXiv 2605.26895; the formulas where its text is not to be had are our reading, which the README tells.
namespace pretrain {

/// gamma by its parameters, as normalization/scale_vector.hpp has them.
enum class stored { plain, product, exponential, unit, simplex };

struct placement {
    bool in = false;         ///< a scale between the norm and its maps
    bool by_branch = false;  ///< one for each of them, else one for all
    bool out = false;        ///< one behind each map; not behind the head
    bool middle = false;     ///< an RMS norm before that, of q, k and v head by head
    stored as = stored::plain;
};

struct norm {
    char const* name;
    placement at;
    char const* decay;  ///< which scales decay where nothing is said
};

/// Decay is for scales in front of a map. Behind one without a norm between (dp) a scale can be absorbed by the map, so it decays with it.
inline constexpr std::array norms{
    norm{"none", {}, "none"},
    norm{"plain", {.in = true}, "in"},
    norm{"hg", {.in = true, .by_branch = true}, "in"},
    norm{"dp", {.in = true, .out = true}, "both"},
    norm{"dnp", {.in = true, .out = true, .middle = true}, "in"},
    norm{"unified", {.in = true, .by_branch = true, .out = true, .middle = true, .as = stored::product}, "in"},
};

/// How `unified` stores its scales, by the reading's name.
inline constexpr std::array readings{std::pair{"product", stored::product}, std::pair{"exponential", stored::exponential}, std::pair{"unit", stored::unit},
                                     std::pair{"simplex", stored::simplex}, std::pair{"plain", stored::plain}};

inline norm const& norm_named(std::string const& name) {
    for (norm const& n : norms)
        if (n.name == name) return n;
    throw std::runtime_error("no norm " + name);
}

/// f(the library's type)
template <class F>
decltype(auto) with_scale(stored as, F const& f) {
    switch (as) {
        case stored::product:
            return f(isotypic::product_scale{});
        case stored::exponential:
            return f(isotypic::exponential_scale{});
        case stored::unit:
            return f(isotypic::unit_direction{});
        case stored::simplex:
            return f(isotypic::log_simplex{});
        default:
            return f(isotypic::plain_scale{});
    }
}

}  // namespace pretrain
