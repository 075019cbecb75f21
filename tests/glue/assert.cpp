// SPDX-License-Identifier: MIT
#include "unit_rows.hpp"

int main() {
    isotypic::require(isotypic::check_equivariant(unit_rows, isotypic::embedding{}));
    isotypic::require(isotypic::check_equivariant(unit_rows, isotypic::projection{}));
}
