// SPDX-License-Identifier: MIT
// How far short numbers leave a polar factor's symmetry. What holds to rounding: claims.cpp.
#include <doctest/doctest.h>
#include <isotypic/check/equivariance.hpp>
#include <isotypic/device/cuda_copy.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/roles.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <isotypic/update/steepest.hpp>

using namespace isotypic;

namespace {

/// The steps as they are mostly written: every product in full and stored in bfloat16.
struct plain_loop : newton_schulz {
    using number = __nv_bfloat16;
};
template <class T>
void polar_of_items(cuda& d, plain_loop const& engine, blocks<T const, gpu> m, blocks<T, gpu> u) {
    using block = blocks<plain_loop::number, gpu>;
    auto scope = d.scratch().open();
    auto take = [&](index_t n) { return block(view<plain_loop::number, gpu>(d.scratch().template take<plain_loop::number>(m.rows() * n), m.rows(), n)); };
    const block a = take(m.rows()), b = take(m.rows());
    block x = take(m.cols()), y = take(m.cols());
    detail::normalise_items(d, engine.set, m, x);
    for (int i = 0; i < engine.set.steps; ++i) {
        const quintic q = engine.set.step(i);
        multiply<plain_loop::number>(d, 1, x, x.transposed(), 0, a);
        copy(d, a, b), multiply<plain_loop::number>(d, float(q.c), a, a, float(q.b), b);
        copy(d, x, y), multiply<plain_loop::number>(d, 1, b, x, float(q.a), y);
        std::swap(x, y);
    }
    transform(d, detail::assign{}, x, u);
}

double error_of(auto const& engine, index_t rows, index_t cols) { return equivariance_error<projection, float, cuda>(polar{engine}, rows, cols).error; }

}  // namespace

TEST_CASE("a polar factor commutes with rotations of both sides, in short numbers as far as they reach") {
    INFO("ISOTYPIC_SEED=", seed());
    const newton_schulz engine{keller};
    CHECK(error_of(engine, 8, 20) < 1024 * unit_roundoff<float>);
    CHECK(error_of(stored_as<tf32>(engine), 8, 20) < 64 * unit_roundoff<tf32>);
    CHECK(error_of(stored_as<__half>(engine), 8, 20) < 64 * unit_roundoff<__half>);
    CHECK(error_of(stored_as<__nv_bfloat16>(engine), 8, 20) < 64 * unit_roundoff<__nv_bfloat16>);
    CHECK(error_of(stored_as<__nv_bfloat16>(engine), 8, 20) > unit_roundoff<__nv_bfloat16> / 64);
}

TEST_CASE("sixteen bits spent as half's leave the symmetry by less than a third of what the plain loop in bfloat16 does") {
    INFO("ISOTYPIC_SEED=", seed());
    for (index_t n : {16, 64}) {
        const double plain = error_of(plain_loop{{keller}}, n, 2 * n), ours = error_of(stored_as<__half>(gram_newton_schulz{polar_express_105}), n, 2 * n);
        CAPTURE(plain);
        CHECK(plain > 1e-2);
        CHECK(plain < 1e-1);
        CHECK(ours < plain / 3);
        CHECK(ours > 1e-4);
    }
}
