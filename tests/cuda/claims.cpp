// SPDX-License-Identifier: MIT
#include <check/prove_claim.hpp>
#include <isotypic/device/cuda_copy.cuh>
#include <isotypic/device/cuda_inverse.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/roles.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <isotypic/polar/zolotarev_items.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// The claims of a rule of each kind, by the CPU's battery, of what it does on a GPU. Polar factors take the whole battery on a GPU alone: each
/// of its runs makes a device, whose products have a workspace that the stand-in fills.
using namespace isotypic;
using proof::one_begins, proof::prove_claim, proof::says;

namespace {

trial_options few() {
    trial_options o;
    o.shapes = {{4, 6}, {5, 3}}, o.inputs = {input::gaussian};
    o.repeats = o.nudges = 1, o.draws = 2, o.steps = 2;
    return o;
}

}  // namespace

TEST_CASE("claims on the GPU: rows, centred rows and columns") {
    prove_claim<cuda>("unit rows", momentum{.beta = 0.7} | row_norm{});
    prove_claim<cuda>("centred unit rows", momentum{.beta = 0.7} | centre{} | row_norm{} | centre{});
    prove_claim<cuda>("unit columns", by_columns(momentum{.beta = 0.7} | row_norm{}));
}

TEST_CASE("claims on the GPU: Adam and adaptive rows") {
    prove_claim<cuda>("adam", adam{});
    prove_claim<cuda>("row_adam", row_adam{});
}

TEST_CASE("on the GPU too a claim of too much is found, and one of too little") {
    const auto broken = proof::broken_claims<cuda>("planted", says<adam, permutation, orthogonal>{});
    CHECK(one_begins(broken, "permutation x orthogonal on 1 of 4 x 7"));
    CHECK(one_begins(broken, "training, permutation x orthogonal on 1 of 4 x 7"));
    CHECK(one_begins(broken, "rows under signs: not claimed"));
    CHECK_FALSE(one_begins(broken, "in place"));
}

TEST_CASE("a part is checked on the GPU by the call that checks it on the CPU") {
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(check_equivariant<double, cuda>(polar{newton_schulz{keller}}, projection{}, few()));
    CHECK(check_equivariant<float, cuda>(polar{}, projection{}, few()));
    CHECK(check_not_equivariant<double, cuda>(adam{}, projection{}, few()));
    CHECK(equivariance_error<embedding, float, cuda>(row_adam{}, 8, 5).error < 1024 * unit_roundoff<float>);
    CHECK(equivariance_error<projection, float, cuda>(row_adam{}, 8, 5).error > 1e-2);
    CHECK(trajectory_error<embedding, double, cuda>(row_adam{}, 8, 5, 0.05).error < 1024 * unit_roundoff<double>);
    CHECK(trajectory_error<projection, double, cuda>(row_adam{}, 8, 5, 0.05).error > 1e-3);
}

#ifdef __CUDACC__
TEST_CASE("claims on the GPU: polar factors") {
    prove_claim<cuda>("polar", polar{});
    prove_claim<cuda>("polar, Keller", polar{newton_schulz{keller}});
}
#endif
