// SPDX-License-Identifier: MIT
// A norm has taken the scale out in front of this gain: what decay takes from it, nothing gives back.
#include <isotypic/model/role_slot.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/adamw.hpp>
using namespace isotypic;

auto gain = on<scale_out>(adam{}, 1e-3, unchecked(weight_decay{.rate = 0.1}));  // BREAK: unchecked(weight_decay{.rate = 0.1}) => weight_decay{.rate = 0.1}
// SAYS: this role never decays: a norm has taken the scale out upstream, so nothing makes up for what decay takes
