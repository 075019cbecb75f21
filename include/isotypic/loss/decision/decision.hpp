// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/cost_group.hpp>
#include <isotypic/loss/decision/decision_criterion.hpp>
#include <isotypic/loss/decision/known_costs.hpp>
#include <isotypic/loss/decision/local_costs.hpp>
#include <isotypic/loss/decision/one_sided.hpp>
#include <isotypic/loss/decision/regret.hpp>
#include <isotypic/loss/decision/stakes.hpp>

/// \file
/// All of `loss/decision` but the losses of others, which are in baselines/.
