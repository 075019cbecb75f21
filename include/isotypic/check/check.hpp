// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/equivariance.hpp>
#include <isotypic/check/finding.hpp>
#include <isotypic/check/laws.hpp>
#include <isotypic/check/seed.hpp>
#include <isotypic/check/table.hpp>
#include <isotypic/check/trajectory.hpp>

/// \file
/// A test's one include: what a rule claims, as numbers. A rule runs in double or float, on the CPU or on a device that is named, as in
/// `equivariance_error<embedding, float, cuda>(rule, 8, 5)` with isotypic.cuh; groups act on the CPU.
