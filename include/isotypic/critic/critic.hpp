// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/advantages.hpp>
#include <isotypic/critic/cagrad.hpp>
#include <isotypic/critic/clipped_policy_loss.hpp>
#include <isotypic/critic/combiner.hpp>
#include <isotypic/critic/fair_grad.hpp>
#include <isotypic/critic/gae.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include <isotypic/critic/mgda.hpp>
#include <isotypic/critic/pcgrad.hpp>
#include <isotypic/critic/pop_art.hpp>
#include <isotypic/critic/tanh_gaussian.hpp>
#include <isotypic/critic/task_lengths.hpp>
#include <isotypic/critic/value_loss.hpp>

/// \file
/// All of critic/ but diagnosis.hpp, which takes Eigen's eigenvalues.
