// SPDX-License-Identifier: MIT
// The optimizer of one block refuses what a stack refuses.
#include <isotypic/model/as.hpp>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/adamw.hpp>
using namespace isotypic;

void train(view<float> u) {
    optimizer gain(as<scale_out>(u), adam{}, 1e-3, unchecked(weight_decay{.rate = 0.1}));  // BREAK: unchecked(weight_decay{.rate = 0.1}) => weight_decay{.rate = 0.1}
}
// SAYS: this role never decays: a norm has taken the scale out upstream, so nothing makes up for what decay takes
