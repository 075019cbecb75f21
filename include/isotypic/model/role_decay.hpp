// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>
#include <isotypic/update/apply.hpp>

/// \file
/// Which decay a role may have: `scale_out` none, every other what the user says; `unchecked(decay)` is the deliberate exception.
///
/// Source: arXiv 2605.26895 for scales behind a norm.
namespace isotypic {

/// A decay on a role that never decays, on purpose.
struct unchecked_decay {
    weight_decay decay;
};
inline unchecked_decay unchecked(weight_decay decay) { return {decay}; }

/// The decay of a role that has none, which only `unchecked` sets.
class no_decay {
public:
    no_decay() = default;
    no_decay(unchecked_decay d) : held(d.decay) {}
    operator weight_decay() const { return held; }

private:
    weight_decay held;
};

namespace detail {
/// Does a role decay? Yes, unless it says `static constexpr bool decays = false`.
template <class Role>
constexpr bool decays = true;
template <class Role>
    requires requires { Role::decays; }
constexpr bool decays<Role> = Role::decays;
template <class Role>
constexpr bool decays<transposed<Role>> = decays<Role>;
}  // namespace detail

template <class Role>
using decay_of = std::conditional_t<detail::decays<Role>, weight_decay, no_decay>;

namespace detail {
/// Does not compile where a role that never decays is given a decay.
template <class Role, class Decay>
decay_of<Role> allowed_decay(Decay d) {
    if constexpr (std::is_same_v<Decay, unchecked_decay> && decays<Role>)
        return d.decay;
    else if constexpr (decays<Role> || !std::is_same_v<Decay, weight_decay>)
        return d;
    else
        static_assert(always_false<Role>,
                      "this role never decays: a norm has taken the scale out upstream, so nothing makes up for what decay takes; leave the decay out, or say unchecked(decay)");
}
}  // namespace detail

}  // namespace isotypic
