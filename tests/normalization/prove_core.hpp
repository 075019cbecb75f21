// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include <isotypic/check/equivariance.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/model/names.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>
#include <functional>
#include <initializer_list>

/// \file
/// The battery of a core: what its type says of groups and of what it takes out, and no less than the truth; derivatives. What
/// does not depend on the core's type is compiled once, in prove_core.cpp.
namespace proof {

using namespace isotypic;
using namespace eager;
using matrix_of_doubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using map_of_matrices = std::function<matrix_of_doubles(matrix_of_doubles const&)>;
using move_of_matrices = std::function<matrix_of_doubles(matrix_of_doubles, random_stream&)>;

inline constexpr index_t n = 12, d = 8;

template <class Core>
matrix_of_doubles normalized(Core core, matrix_of_doubles const& x) {
    normalizer<Core> norm(core);
    matrix_of_doubles y = x;
    norm.forward(x, y);
    return y;
}
template <class Core>
map_of_matrices map_of(Core core) {
    return [core](matrix_of_doubles const& x) { return normalized(core, x); };
}

matrix_of_doubles random_matrix(random_stream& random, index_t rows = n, index_t cols = d);

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
matrix_of_doubles rotation_fixing_ones(random_stream& random, index_t k);
matrix_of_doubles block_diagonal(std::initializer_list<matrix_of_doubles> parts);
/// |a - b| / |b|.
double gap(matrix_of_doubles const& a, matrix_of_doubles const& b);

/// |N(g X h') - g N(X) h'| / |N(X)|.
double broken(map_of_matrices const& core, block_action const& action);
template <class Symmetry, class Core>
double broken_by(Core core) {
    return broken(map_of(core), action_of<Symmetry>());
}

/// |N(moved X) - N(X)| / |N(X)|.
double seen_by(map_of_matrices const& core, move_of_matrices const& move);
template <class Core>
double seen(Core core, move_of_matrices const& move) {
    return seen_by(map_of(core), move);
}
double positive(random_stream& random);

/// Whether the moves of a kind leave N(X) alone: a change between rounding and what is plain fails.
struct invariances {
    bool sample_scale, sample_shift, feature_scale, feature_shift, scale;
};
invariances invariances_of_map(map_of_matrices const& core);
template <class Core>
invariances invariances_of(Core core) {
    return invariances_of_map(map_of(core));
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

/// After a forward pass of x into y: jt = J t and js = J' s.
using derivative_of_matrices = std::function<void(matrix_of_doubles const& x, matrix_of_doubles const& t, matrix_of_doubles const& s, matrix_of_doubles& jt, matrix_of_doubles& js)>;
/// J by central differences and by jvp, entry by entry, and that J is symmetric.
void check_derivative_of(map_of_matrices const& core, derivative_of_matrices const& derivative, index_t rows, index_t cols);
template <class Core>
void check_derivative(Core core, index_t rows = n, index_t cols = d) {
    auto derivative = [core](matrix_of_doubles const& x, matrix_of_doubles const& t, matrix_of_doubles const& s, matrix_of_doubles& jt, matrix_of_doubles& js) {
        normalizer<Core> norm(core);
        matrix_of_doubles y = x;
        norm.forward(x, y);
        norm.jvp(x, t, jt), norm.vjp(x, s, js);
    };
    check_derivative_of(map_of(core), derivative, rows, cols);
}

/// A group of one side, and whether the core claims it: each that it does not must be seen to fail.
struct side_claims {
    bool permutations, signed_permutations, rotations;
};
template <class Group>
inline constexpr side_claims within = {subgroup_of<permutation, Group>, subgroup_of<signed_permutation, Group>, subgroup_of<orthogonal, Group>};

void check_core(map_of_matrices const& exact, map_of_matrices const& with_eps, side_claims rows, side_claims cols, std::string const& group,
                block_action const& action, invariances said);

template <class Core>
void prove_core(Core exact, Core with_eps) {
    INFO(std::string(Core::name), ", ISOTYPIC_SEED=", seed());
    using claim = typename Core::commutes_with;
    check_core(map_of(exact), map_of(with_eps), within<typename claim::rows>, within<typename claim::cols>, type_name<claim>(), action_of<claim>(),
               claimed<typename Core::takes_out>);
    check_derivative(exact);
    check_derivative(with_eps);
}

}  // namespace proof
