// SPDX-License-Identifier: MIT
// The update that a symmetry picks: the table by type, and by numbers against formulas in Eigen.
#include <isotypic/update/update_for.hpp>
#include <doctest/doctest.h>
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/group/product.hpp>
#include <isotypic/group/random.hpp>
#include <Eigen/Dense>

using namespace isotypic;

namespace {

struct cyclic {
    using within = permutation;
    static void sample(view<double> g, random_stream& random) {
        const index_t n = g.rows, k = random.below(n);
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < n; ++j) g(i, j) = (j + k) % n == i;
    }
};

template <class Rows, class Cols, class Update>
constexpr bool picks = std::is_same_v<update_for<symmetry<Rows, Cols>>, Update>;

// The table of the header.
static_assert(picks<permutation, orthogonal, row_norm> && picks<orthogonal, permutation, column_norm>);
static_assert(picks<orthogonal, orthogonal, steepest<spectral<>>> && picks<permutation, permutation, sign>);
// A permutation is rounded up to signed permutations, smaller groups too.
static_assert(picks<signed_permutation, orthogonal, row_norm> && picks<cyclic, orthogonal, row_norm> && picks<trivial, orthogonal, row_norm>);
static_assert(picks<orthogonal, cyclic, column_norm> && picks<orthogonal, signs, column_norm> && picks<signs, trivial, sign>);
static_assert(picks<product<permutation, permutation, 1>, orthogonal, row_norm>);
// Shifts add centrings, on their side.
static_assert(std::is_same_v<update_for<up_to_row_shift<permutation, orthogonal>>, isotypic::pipe<centre, row_norm, centre>>);
static_assert(std::is_same_v<update_for<up_to_column_shift<permutation, permutation>>, isotypic::pipe<transposed_part<centre>, sign, transposed_part<centre>>>);
static_assert(std::is_same_v<update_for<transposed<up_to_row_shift<permutation, orthogonal>>>, isotypic::pipe<transposed_part<centre>, column_norm, transposed_part<centre>>>);

// What it picks fits, and may be piped.
template <class G>
constexpr bool fits = equivariant_under<update_for<G>, G>;
static_assert(fits<symmetry<permutation, orthogonal>> && fits<symmetry<orthogonal, orthogonal>> && fits<up_to_row_shift<permutation, orthogonal>>);
static_assert(fits<up_to_column_shift<permutation, permutation>> && fits<up_to_column_shift<orthogonal, permutation>>);

using matrix_d = Eigen::MatrixXd;

template <class G>
matrix_d update(matrix_d const& x) {
    cpu device;
    matrix_d y(x.rows(), x.cols());
    const context<cpu, double> c{device, 1, as_blocks(x), as_blocks(x)};
    const update_for<G> rule{};
    auto state = init(rule, device, as_blocks(y));
    const auto u = rule.apply(c, as_blocks(x), as_blocks(y), state);
    REQUIRE(u.first.data == y.data());
    return y;
}
matrix_d gaussian(index_t m, index_t n) {
    random_stream random(seed(), 1);
    matrix_d x(m, n);
    for (double& v : x.reshaped()) v = random.normal();
    return x;
}
matrix_d rows_centred(matrix_d const& x) { return x.rowwise() - x.colwise().mean(); }

}  // namespace

TEST_CASE("update_for: numbers") {
    const matrix_d x = gaussian(6, 4);
    CHECK((update<symmetry<permutation, orthogonal>>(x) - x.rowwise().normalized()).norm() < 1e-14);
    CHECK((update<symmetry<orthogonal, permutation>>(x) - x.colwise().normalized()).norm() < 1e-14);
    CHECK(update<symmetry<permutation, permutation>>(x) == matrix_d(x.array().sign()));
    CHECK((update<up_to_row_shift<permutation, orthogonal>>(x) - rows_centred(rows_centred(x).rowwise().normalized())).norm() < 1e-14);
    CHECK((update<up_to_column_shift<orthogonal, permutation>>(x) -
           rows_centred(rows_centred(x.transpose()).rowwise().normalized()).transpose()).norm() < 1e-14);

    const Eigen::JacobiSVD<matrix_d> svd(x, Eigen::ComputeThinU | Eigen::ComputeThinV);
    CHECK((update<symmetry<orthogonal, orthogonal>>(x) - svd.matrixU() * svd.matrixV().transpose()).norm() < 1e-6);
}

TEST_CASE("update_for: the steepest direction of the canonical norm, <x, u> = N*(x) and N(u) = 1") {
    const matrix_d x = gaussian(5, 7);
    cpu device;
    auto check = [&]<class G>(G, double tolerance) {
        const matrix_d u = update<G>(x);
        const norm_for<G> norm{};
        CHECK((x.array() * u.array()).sum() == doctest::Approx(norm.dual(device, as_blocks(x))).epsilon(tolerance));
        CHECK(norm.value(device, as_blocks(u)) == doctest::Approx(1).epsilon(tolerance));
    };
    check(symmetry<permutation, orthogonal>{}, 1e-13);
    check(symmetry<orthogonal, permutation>{}, 1e-13);
    check(symmetry<permutation, permutation>{}, 1e-13);
    check(symmetry<orthogonal, orthogonal>{}, 1e-6);
}
