// SPDX-License-Identifier: MIT
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/check/equivariance.hpp>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/steepest.hpp>

using namespace isotypic;

namespace {

/// The updates of a rule on the GPU, for the checks: the weight is 0, the rate -1, so that the weight becomes the update.
template <class Role, class T, class Rule>
replay on_the_gpu(Rule const& rule) {
    return [rule](specimen const& like) -> run {
        struct box {
            storage<T> w, g;
            on_gpu<T> gw{w}, gg{g};
            optimizer<Role, Rule, T, cuda> opt;
            box(index_t m, index_t n, Rule const& r) : w(m, n), g(m, n), opt(as<Role>(gw.all), r, -1.) {}
        };
        auto b = std::make_shared<box>(like.rows, like.cols, rule);
        return [b](specimen const&, specimen const& gradient) {
            cpu here;
            transform(here, [](double const& from, T& to) { to = T(from); }, gradient.all(), b->g.all);
            transform(here, [](T& v) { v = T(0); }, b->w.all);
            b->gg.write(), b->gw.write();
            b->opt.step(b->gg.all);
            b->opt.on().synchronize();
            b->gw.read();
            specimen u(gradient.rows, gradient.cols);
            transform(here, [](T const& from, double& to) { to = double(from); }, blocks<T const>(b->w.all), u.all());
            return u;
        };
    };
}

/// Commutes with G to rounding, and with Larger not at all.
template <class G, class Larger, class Role, class Rule>
void holds(Rule const& rule) {
    for (auto s : {std::array<index_t, 2>{6, 5}, {4, 9}, {1, 3}, {7, 1}}) {
        INFO("ISOTYPIC_SEED=", seed(), ", ", s[0], " x ", s[1]);
        CHECK(equivariance_error(on_the_gpu<Role, double>(rule), action_of<G>(), s[0], s[1]).error < 1024 * unit_roundoff<double>);
        CHECK(equivariance_error(on_the_gpu<Role, float>(rule), action_of<G>(), s[0], s[1]).error < 1024 * unit_roundoff<float>);
    }
    CHECK(equivariance_error(on_the_gpu<Role, double>(rule), action_of<Larger>(), 6, 5).error > 1e-2);
}

}  // namespace

TEST_CASE("on the GPU a rule commutes with what its type says, and with nothing larger") {
    SUBCASE("unit rows") { holds<symmetry<signed_permutation, orthogonal>, symmetry<orthogonal, orthogonal>, embedding>(momentum{} | row_norm{}); }
    SUBCASE("adaptive rows") { holds<symmetry<signed_permutation, orthogonal>, symmetry<orthogonal, orthogonal>, embedding>(row_adam{}); }
    SUBCASE("unit columns") { holds<symmetry<orthogonal, signed_permutation>, symmetry<orthogonal, orthogonal>, swiglu_down>(by_columns(momentum{} | row_norm{})); }
    SUBCASE("centred rows") { holds<symmetry<permutation, orthogonal>, symmetry<signed_permutation, orthogonal>, lm_head>(momentum{} | centre{} | row_norm{} | centre{}); }
    SUBCASE("Adam") { holds<symmetry<signed_permutation, signed_permutation>, symmetry<signed_permutation, orthogonal>, bias>(adam{}); }
}

TEST_CASE("a polar factor commutes with rotations of both sides, in short numbers as far as they reach") {
    const auto engine = newton_schulz{keller};
    using both = symmetry<orthogonal, orthogonal>;
    auto error = [&](auto const& e) { return equivariance_error(on_the_gpu<projection, float>(momentum{} | polar{e}), action_of<both>(), 8, 20).error; };
    CHECK(error(engine) < 1024 * unit_roundoff<float>);
    CHECK(error(stored_as<__half>(engine)) < 64 * unit_roundoff<__half>);
    CHECK(error(stored_as<__nv_bfloat16>(engine)) < 64 * unit_roundoff<__nv_bfloat16>);
    CHECK(error(stored_as<__nv_bfloat16>(engine)) > unit_roundoff<__nv_bfloat16> / 64);
}
