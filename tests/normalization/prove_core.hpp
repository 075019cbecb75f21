// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/black_box.hpp>
#include <isotypic/check/equivariance.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/model/names.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <Eigen/Core>
#include <Eigen/QR>
#include <doctest/doctest.h>
#include <initializer_list>

/// \file
/// The battery of a core: what its type says of groups and of what it takes out, and no less than the truth; derivatives.
namespace proof {

using namespace isotypic;
using matrix_of_doubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline constexpr index_t n = 12, d = 8;

template <class Core>
matrix_of_doubles normalized(Core core, matrix_of_doubles const& x) {
    normalizer<Core> norm(core);
    matrix_of_doubles y = x;
    norm.forward(x, y);
    return y;
}

inline matrix_of_doubles random_matrix(random_stream& random, index_t rows = n, index_t cols = d) {
    matrix_of_doubles x(rows, cols);
    for (double& v : x.reshaped()) v = random.normal();
    return x;
}

/// N over sequences: rows are positions, those of a sample together.
template <class Norm>
matrix_of_doubles over_sequences(Norm& norm, matrix_of_doubles const& x, index_t length) {
    matrix_of_doubles y = x;
    const index_t samples = x.rows() / length, between = length * x.cols();
    norm.forward(blocks<double const>(view<double const>(x.data(), length, x.cols()), samples, between),
                 blocks<double>(view<double>(y.data(), length, x.cols()), samples, between));
    return y;
}

template <class Group>
matrix_of_doubles element(random_stream& random, index_t size) {
    matrix_of_doubles g(size, size);
    Group::sample(view<double>(g.data(), size, size), random);
    return g;
}
/// 11' / k + U R U', the columns of U a basis of what is orthogonal to 1, R any rotation: all orthogonal maps that fix 1.
inline matrix_of_doubles rotation_fixing_ones(random_stream& random, index_t k) {
    matrix_of_doubles from = random_matrix(random, k, k);
    from.col(0).setOnes();
    const matrix_of_doubles basis = Eigen::HouseholderQR<matrix_of_doubles>(from).householderQ();
    const auto u = basis.rightCols(k - 1);
    return matrix_of_doubles::Constant(k, k, 1 / double(k)) + u * element<orthogonal>(random, k - 1) * u.transpose();
}
inline matrix_of_doubles block_diagonal(std::initializer_list<matrix_of_doubles> parts) {
    index_t size = 0, at = 0;
    for (auto const& p : parts) size += p.rows();
    matrix_of_doubles all = matrix_of_doubles::Zero(size, size);
    for (auto const& p : parts) all.block(at, at, p.rows(), p.rows()) = p, at += p.rows();
    return all;
}
/// |a - b| / |b|.
inline double gap(matrix_of_doubles const& a, matrix_of_doubles const& b) { return (a - b).norm() / b.norm(); }

/// |N(g X h') - g N(X) h'| / |N(X)|.
template <class Symmetry, class Core>
double broken_by(Core core) {
    const auto rule = [core](matrix_of_doubles const& x) { return normalized(core, x); };
    return equivariance_error(as_black_box(rule).start, action_of<Symmetry>(), n, d, {.draws = 4, .steps = 1}).error;
}

/// |N(moved X) - N(X)| / |N(X)|.
template <class Core, class F>
double seen(Core core, F const& move) {
    random_stream random(seed(), 5);
    const matrix_of_doubles x = random_matrix(random);
    return gap(normalized(core, move(x, random)), normalized(core, x));
}
inline double positive(random_stream& random) { return std::exp(random.normal()); }

/// Whether a move leaves N(X) alone: a change between rounding and what is plain fails.
template <class Core, class F>
bool unseen(Core core, F const& move) {
    const double change = seen(core, move);
    CAPTURE(change);
    CHECK((change < 1e-11 || change > 1e-3));
    return change < 1e-11;
}
/// Whether the moves of a kind leave N(X) alone.
struct invariances {
    bool sample_scale, sample_shift, feature_scale, feature_shift, scale;
};
template <class Core>
invariances invariances_of(Core core) {
    return {unseen(core, [](matrix_of_doubles x, random_stream& r) { for (index_t i = 0; i < n; ++i) x.row(i) *= positive(r); return x; }),
            unseen(core, [](matrix_of_doubles x, random_stream& r) { for (index_t i = 0; i < n; ++i) x.row(i).array() += r.normal(); return x; }),
            unseen(core, [](matrix_of_doubles x, random_stream& r) { for (index_t j = 0; j < d; ++j) x.col(j) *= positive(r); return x; }),
            unseen(core, [](matrix_of_doubles x, random_stream& r) { for (index_t j = 0; j < d; ++j) x.col(j).array() += r.normal(); return x; }),
            unseen(core, [](matrix_of_doubles x, random_stream& r) { return matrix_of_doubles(positive(r) * x); })};
}
template <class Modulo>
inline constexpr invariances claimed = {};
template <>
inline constexpr invariances claimed<modulo::scale> = {true, false, false, false, true};
template <>
inline constexpr invariances claimed<modulo::scale_and_shift> = {true, true, false, false, true};
template <>
inline constexpr invariances claimed<modulo::feature_affine> = {false, false, true, true, true};
template <>
inline constexpr invariances claimed<modulo::one_scale> = {false, false, false, false, true};
template <>
inline constexpr invariances claimed<modulo::one_scale_and_feature_shift> = {false, false, false, true, true};

/// True for the groups that the core does not claim: each must be seen to fail.
template <class Core, class Rows, class Cols>
void check_group(Core core) {
    using claim = typename Core::commutes_with;
    const double error = broken_by<symmetry<Rows, Cols>>(core);
    const std::string tried = type_name<symmetry<Rows, Cols>>();
    CAPTURE(tried);
    if constexpr (subgroup_of<Rows, typename claim::rows> && subgroup_of<Cols, typename claim::cols>)
        CHECK(error < 1e-11);
    else
        CHECK(error > 1e-3);
}

/// J by central differences and by jvp, entry by entry, and that J is symmetric.
template <class Core>
void check_derivative(Core core, index_t rows = n, index_t cols = d) {
    random_stream random(seed(), 6);
    const matrix_of_doubles x = random_matrix(random, rows, cols), t = random_matrix(random, rows, cols), s = random_matrix(random, rows, cols);
    normalizer<Core> norm(core);
    matrix_of_doubles y = x, jt = x, js = x;
    norm.forward(x, y);
    norm.jvp(x, t, jt), norm.vjp(x, s, js);
    const double h = 1e-6;
    const matrix_of_doubles difference = (normalized(core, x + h * t) - normalized(core, x - h * t)) / (2 * h);
    CHECK((difference - jt).norm() < 1e-8 * jt.norm());
    CHECK(jt.norm() > 1e-3 * t.norm());
    CHECK((s.array() * jt.array()).sum() == doctest::Approx((js.array() * t.array()).sum()).epsilon(1e-12));
}

template <class Core>
void prove_core(Core exact, Core with_eps) {
    INFO(std::string(Core::name), ", ISOTYPIC_SEED=", seed());
    check_group<Core, permutation, trivial>(exact);
    check_group<Core, signed_permutation, trivial>(exact);
    check_group<Core, orthogonal, trivial>(exact);
    check_group<Core, trivial, permutation>(exact);
    check_group<Core, trivial, signed_permutation>(exact);
    check_group<Core, trivial, orthogonal>(exact);
    check_group<Core, typename Core::commutes_with::rows, typename Core::commutes_with::cols>(exact);

    const invariances found = invariances_of(exact), said = claimed<typename Core::takes_out>;
    CHECK(found.sample_scale == said.sample_scale);
    CHECK(found.sample_shift == said.sample_shift);
    CHECK(found.feature_scale == said.feature_scale);
    CHECK(found.feature_shift == said.feature_shift);
    CHECK(found.scale == said.scale);

    check_derivative(exact);
    check_derivative(with_eps);
    CHECK(seen(with_eps, [](matrix_of_doubles x, random_stream&) { return matrix_of_doubles(0.01 * x); }) > 1e-3);
}

}  // namespace proof
