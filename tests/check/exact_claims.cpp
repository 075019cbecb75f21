// SPDX-License-Identifier: MIT
#include "prove_claim.hpp"
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/polar/gram_root.hpp>
#include <isotypic/polar/qdwh.hpp>
#include <isotypic/polar/zolo_pd.hpp>
#include <isotypic/polar/zolotarev.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/polar_grad.hpp>
#include <isotypic/update/symmetry_compatible.hpp>
#include <doctest/doctest.h>

/// \file
/// The claims of rules on the exact engines, one line a rule.
using namespace isotypic;
using proof::prove_claim;

TEST_CASE("claims: singular value decomposition") {
    prove_claim("polar, exact", polar<exact_svd>{});
    prove_claim("polar_grad, exact", polar_grad<exact_svd>());
    prove_claim("polar_first_grad, exact", polar_first_grad<exact_svd>{});
    prove_claim("centred polar, exact", centre{} | polar<exact_svd>{} | centre{});
}

TEST_CASE("claims: Gram roots") {
    prove_claim("polar by a Gram matrix", polar<gram_root>{});
    prove_claim("polar, damped", polar{gram_root{.damping = 1e-2}});
    prove_claim("polar, relatively damped", polar{gram_root{.damping = 1e-2, .relative = true}});
    prove_claim("right_polar_grad_m, exact", right_polar_grad_m<gram_root>({.engine = {.damping = 1e-8}}));
    prove_claim("left_polar_grad_m, exact", left_polar_grad_m<gram_root>({.engine = {.damping = 1e-8}}));
    prove_claim("centred_left_polar_grad_m, exact", centred_left_polar_grad_m<gram_root>({.engine = {.damping = 1e-8}}));
    prove_claim("hybrid_polar_grad_m, exact", hybrid_polar_grad_m<gram_root>({.engine = {.damping = 1e-8}}));
}

TEST_CASE("claims: rational maps") {
    prove_claim("polar, Zolotarev on the Gram matrix", polar<zolotarev>{});
    prove_claim("polar, QDWH", polar<qdwh>{});
    prove_claim("polar, Zolo-PD", polar<zolo_pd>{});
}
