// SPDX-License-Identifier: MIT
#include "prove_core.hpp"
#include <isotypic/check/black_box.hpp>
#include <Eigen/QR>

namespace proof {

matrix_of_doubles random_matrix(random_stream& random, index_t rows, index_t cols) {
    matrix_of_doubles x(rows, cols);
    for (double& v : x.reshaped()) v = random.normal();
    return x;
}
matrix_of_doubles rotation_fixing_ones(random_stream& random, index_t k) {
    matrix_of_doubles from = random_matrix(random, k, k);
    from.col(0).setOnes();
    const matrix_of_doubles basis = Eigen::HouseholderQR<matrix_of_doubles>(from).householderQ();
    const auto u = basis.rightCols(k - 1);
    return matrix_of_doubles::Constant(k, k, 1 / double(k)) + u * element<orthogonal>(random, k - 1) * u.transpose();
}
matrix_of_doubles block_diagonal(std::initializer_list<matrix_of_doubles> parts) {
    index_t size = 0, at = 0;
    for (auto const& p : parts) size += p.rows();
    matrix_of_doubles all = matrix_of_doubles::Zero(size, size);
    for (auto const& p : parts) all.block(at, at, p.rows(), p.rows()) = p, at += p.rows();
    return all;
}
double gap(matrix_of_doubles const& a, matrix_of_doubles const& b) { return (a - b).norm() / b.norm(); }

double broken(map_of_matrices const& core, block_action const& action) {
    const auto rule = [core](matrix_of_doubles const& x) { return core(x); };
    return equivariance_error(as_black_box(rule).start, action, n, d, {.draws = 4, .steps = 1}).error;
}
double seen_by(map_of_matrices const& core, move_of_matrices const& move) {
    random_stream random(seed(), 5);
    const matrix_of_doubles x = random_matrix(random);
    return gap(core(move(x, random)), core(x));
}
double positive(random_stream& random) { return std::exp(random.normal()); }

invariances invariances_of_map(map_of_matrices const& core) {
    const auto unseen = [&](move_of_matrices const& move) {
        const double change = seen_by(core, move);
        CAPTURE(change);
        CHECK((change < 1e-11 || change > 1e-3));
        return change < 1e-11;
    };
    return {unseen([](matrix_of_doubles x, random_stream& r) { for (index_t i = 0; i < n; ++i) x.row(i) *= positive(r); return x; }),
            unseen([](matrix_of_doubles x, random_stream& r) { for (index_t i = 0; i < n; ++i) x.row(i).array() += r.normal(); return x; }),
            unseen([](matrix_of_doubles x, random_stream& r) { for (index_t j = 0; j < d; ++j) x.col(j) *= positive(r); return x; }),
            unseen([](matrix_of_doubles x, random_stream& r) { for (index_t j = 0; j < d; ++j) x.col(j).array() += r.normal(); return x; }),
            unseen([](matrix_of_doubles x, random_stream& r) { return matrix_of_doubles(positive(r) * x); })};
}

void check_derivative_of(map_of_matrices const& core, derivative_of_matrices const& derivative, index_t rows, index_t cols) {
    random_stream random(seed(), 6);
    const matrix_of_doubles x = random_matrix(random, rows, cols), t = random_matrix(random, rows, cols), s = random_matrix(random, rows, cols);
    matrix_of_doubles jt = x, js = x;
    derivative(x, t, s, jt, js);
    const double h = 1e-6;
    const matrix_of_doubles difference = (core(x + h * t) - core(x - h * t)) / (2 * h);
    CHECK((difference - jt).norm() < 1e-8 * jt.norm());
    CHECK(jt.norm() > 1e-3 * t.norm());
    CHECK((s.array() * jt.array()).sum() == doctest::Approx((js.array() * t.array()).sum()).epsilon(1e-12));
}

void check_core(map_of_matrices const& exact, map_of_matrices const& with_eps, side_claims rows, side_claims cols, std::string const& group, block_action const& action,
                invariances said) {
    const auto check_group = [&](block_action const& tried_action, std::string const& tried, bool claims) {
        const double error = broken(exact, tried_action);
        CAPTURE(tried);
        if (claims)
            CHECK(error < 1e-11);
        else
            CHECK(error > 1e-3);
    };
    const auto check = [&]<class Symmetry>(Symmetry, bool claims) { check_group(action_of<Symmetry>(), type_name<Symmetry>(), claims); };
    check(symmetry<permutation, trivial>{}, rows.permutations);
    check(symmetry<signed_permutation, trivial>{}, rows.signed_permutations);
    check(symmetry<orthogonal, trivial>{}, rows.rotations);
    check(symmetry<trivial, permutation>{}, cols.permutations);
    check(symmetry<trivial, signed_permutation>{}, cols.signed_permutations);
    check(symmetry<trivial, orthogonal>{}, cols.rotations);
    check_group(action, group, true);

    const invariances found = invariances_of_map(exact);
    CHECK(found.sample_scale == said.sample_scale);
    CHECK(found.sample_shift == said.sample_shift);
    CHECK(found.feature_scale == said.feature_scale);
    CHECK(found.feature_shift == said.feature_shift);
    CHECK(found.scale == said.scale);
    CHECK(seen_by(with_eps, [](matrix_of_doubles x, random_stream&) { return matrix_of_doubles(0.01 * x); }) > 1e-3);
}

}  // namespace proof
