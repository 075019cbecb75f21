// SPDX-License-Identifier: MIT
#pragma once
#include <cstdlib>

/// True with ISOTYPIC_SMOKE in the environment: a benchmark then takes its smallest size.
inline const bool smoke = std::getenv("ISOTYPIC_SMOKE") != nullptr;
