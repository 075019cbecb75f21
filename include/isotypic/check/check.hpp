// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/equivariance.hpp>
#include <isotypic/check/finding.hpp>
#include <isotypic/check/laws.hpp>
#include <isotypic/check/seed.hpp>
#include <isotypic/check/table.hpp>
#include <isotypic/check/trajectory.hpp>

/// \file
/// A test's one include: what a rule claims, as numbers. All of it runs on the CPU in double or float.
