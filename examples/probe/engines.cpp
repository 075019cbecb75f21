// SPDX-License-Identifier: MIT
#include "source.hpp"
#include <isotypic/polar/coupled_root.hpp>
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/polar/gram_newton_schulz.hpp>
#include <isotypic/polar/gram_root.hpp>
#include <isotypic/polar/qdwh.hpp>
#include <isotypic/polar/turbo_muon.hpp>
#include <isotypic/polar/zolo_pd.hpp>
#include <isotypic/polar/zolotarev.hpp>
#include <isotypic/update/steepest.hpp>

using namespace isotypic;

std::vector<candidate> shipped_engines() {
    std::vector<candidate> list;
    auto add = [&](char const* name, auto const& rule) { list.push_back({name, as_black_box(rule)}); };

    add("polar", polar{});
    add("polar, newton_schulz", polar{newton_schulz{}});
    add("polar, Keller's newton_schulz", polar{newton_schulz{keller}});
    add("polar, turbo_muon", polar{turbo_muon{}});
    add("polar, gram_newton_schulz", polar{gram_newton_schulz{}});
    add("polar, coupled_root", polar{coupled_root{}});
    add("polar, exact_svd", polar<exact_svd>{});
    add("polar, gram_root", polar<gram_root>{});
    add("polar, gram_root, damped", polar{gram_root{.damping = 1e-2}});
    add("polar, gram_root, relatively damped", polar{gram_root{.damping = 1e-2, .relative = true}});
    add("polar, zolotarev", polar<zolotarev>{});
    add("polar, qdwh", polar<qdwh>{});
    add("polar, zolo_pd", polar<zolo_pd>{});
    return list;
}
