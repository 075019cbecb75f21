// SPDX-License-Identifier: MIT
// A row of a GPU's kernel keeps a few sums, which say all that a loss of one probability or its symmetrised form needs.
#include <isotypic/device/cuda_class_rows.cuh>
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/focal.hpp>
#include <isotypic/loss/gce.hpp>
#include <isotypic/loss/symmetrise.hpp>
using namespace isotypic;

void program() {
    criterion loss(symmetrise(gce{}), {}, cuda());  // BREAK: gce{} => focal{}
    (void)loss;
}
// SAYS: on a GPU a criterion takes cross_entropy, gce, mae, unhinged
