// SPDX-License-Identifier: MIT
#include <isotypic/norm/norm_for.hpp>
#include "norm/laws.hpp"

using namespace isotypic;

namespace {
template <class Rows, class Cols, class Norm>
constexpr bool picks = std::is_same_v<norm_for<symmetry<Rows, Cols>>, Norm>;
struct cyclic {
    using within = permutation;
    static void sample(view<double>, random_stream&) {}
};
using young = product<permutation, permutation, 1>;
using experts = wreath<permutation, permutation, 4>;
}  // namespace

TEST_CASE("the table") {
    static_assert(picks<permutation, permutation, entry_max> && picks<signs, trivial, entry_max> && picks<cyclic, young, entry_max>);
    static_assert(picks<permutation, orthogonal, row_max> && picks<signed_permutation, orthogonal, row_max>);
    static_assert(picks<trivial, orthogonal, row_max> && picks<experts, orthogonal, row_max>);
    static_assert(picks<orthogonal, permutation, column_max> && picks<orthogonal, cyclic, column_max>);
    static_assert(picks<orthogonal, orthogonal, spectral<>>);
    static_assert(std::is_same_v<norm_for<up_to_row_shift<permutation, orthogonal>>, row_max>);
    static_assert(std::is_same_v<norm_for<transposed<symmetry<permutation, orthogonal>>>, column_max>);

    // The picked norm is invariant under what acts on the block.
    using G = symmetry<experts, orthogonal>;
    using N = norm_for<G>;
    static_assert(subgroup_of<G::rows, N::invariant_under::rows> && subgroup_of<G::cols, N::invariant_under::cols>);
    cpu d;
    random_stream random(seed());
    sample_block<double> x(8, 5, order::rows, 1, false, 1), y(8, 5, order::rows, 1, false, 2);
    act<G>(random, x.all, y.all);
    CHECK(N{}.value(d, y.all) == doctest::Approx(N{}.value(d, x.all)).epsilon(1e-14));
}

TEST_CASE("every canonical norm is 1 on elementary matrices") {
    cpu d;
    storage<double> e(3, 4);
    for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < 4; ++j) {
            transform(d, [](double& v) { v = 0; }, e.all);
            e.one()(i, j) = 1;
            CHECK(entry_max{}.value(d, e.all) == 1);
            CHECK(row_max{}.value(d, e.all) == 1);
            CHECK(column_max{}.value(d, e.all) == 1);
            CHECK(spectral<>{}.value(d, e.all) == doctest::Approx(1).epsilon(1e-14));
        }
}
