// SPDX-License-Identifier: MIT
#pragma once

/// The version of this copy of isotypic, semantic versioning. CMake reads it from here.
#define ISOTYPIC_VERSION_MAJOR 0
#define ISOTYPIC_VERSION_MINOR 1
#define ISOTYPIC_VERSION_PATCH 0
