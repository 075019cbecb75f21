// SPDX-License-Identifier: MIT
// What acts on a transformer's weights; where a role says that the network's output does not change, a forward pass.
#include "../storage.hpp"
#include <doctest/doctest.h>
#include <isotypic/model/roles.hpp>
#include <Eigen/Core>
#include <numeric>

using namespace isotypic;
using matrix_d = Eigen::MatrixXd;

namespace {

matrix_d draw(index_t m, index_t n, std::uint64_t which) {
    storage<double> s(m, n, order::columns);
    s.fill(which);
    return Eigen::Map<matrix_d>(s.one().data, m, n);
}
matrix_d softmax(matrix_d const& logits) {  // of each column
    matrix_d p = (logits.rowwise() - logits.colwise().maxCoeff()).array().exp();
    for (auto c : p.colwise()) c /= c.sum();
    return p;
}
matrix_d permutation_matrix(index_t n, std::uint64_t which) {
    matrix_d g(n, n);
    random_stream random(seed(), which);
    permutation::sample(column_major(g.data(), n, n), random);
    return g;
}
matrix_d swiglu(matrix_d const& gate, matrix_d const& up, matrix_d const& down, matrix_d const& x) {
    const matrix_d g = gate * x;
    return down * matrix_d(g.array() / (1 + (-g.array()).exp()) * (up * x).array());
}
double distance(matrix_d const& a, matrix_d const& b) { return (a - b).norm() / a.norm(); }

template <class Role, class Rows, class Cols>
constexpr bool is = std::is_same_v<typename Role::rows, Rows> && std::is_same_v<typename Role::cols, Cols>;

}  // namespace

TEST_CASE("roles: who acts on the rows and columns, and which blocks are known only up to a shared row") {
    static_assert(is<embedding, permutation, orthogonal> && !embedding::row_shift);
    static_assert(is<lm_head, permutation, orthogonal> && lm_head::row_shift && !lm_head::col_shift);
    static_assert(is<tied_embedding, permutation, orthogonal> && !tied_embedding::row_shift);
    static_assert(is<projection, orthogonal, orthogonal> && is<attention_heads, orthogonal, orthogonal> && is<expert, orthogonal, orthogonal>);
    static_assert(is<swiglu_gate, permutation, orthogonal> && is<swiglu_up, permutation, orthogonal> && is<swiglu_down, orthogonal, permutation>);
    static_assert(is<router, permutation, orthogonal> && router::row_shift && !sigmoid_router::row_shift);
    static_assert(is<transposed<lm_head>, orthogonal, permutation> && transposed<lm_head>::col_shift && !transposed<lm_head>::row_shift);
    // What does not change the output is never more than what the update must commute with.
    static_assert(subgroup_of<swiglu_gate::function_symmetry::rows, swiglu_gate::rows> && subgroup_of<swiglu_gate::function_symmetry::cols, swiglu_gate::cols>);
    static_assert(subgroup_of<swiglu_down::function_symmetry::cols, swiglu_down::cols> && subgroup_of<router::function_symmetry::rows, router::rows>);
    static_assert(lm_head::function_symmetry::row_shift && router::function_symmetry::row_shift && !sigmoid_router::function_symmetry::row_shift);
    CHECK(true);
}

TEST_CASE("scale_out never decays; a role that says nothing does") {
    static_assert(!scale_out::decays);
    auto says = []<class Role>(Role) { return requires { Role::decays; }; };
    CHECK(says(scale_out{}));
    CHECK_FALSE(says(scale_in{}));
    CHECK_FALSE(says(bias{}));
}

TEST_CASE("lm_head: softmax does not see a row that all rows share; a tied embedding's input does") {
    const matrix_d head = draw(9, 5, 1), x = draw(5, 4, 2), row = draw(1, 5, 3);
    const matrix_d moved = head.rowwise() + row.row(0);
    CHECK(distance(softmax(head * x), softmax(moved * x)) < 1e-14);
    CHECK(distance(head, moved) > 0.1);
}

TEST_CASE("swiglu: neurons may trade places, in all three matrices together") {
    const matrix_d gate = draw(7, 4, 1), up = draw(7, 4, 2), down = draw(4, 7, 3), x = draw(4, 6, 4);
    const matrix_d g = permutation_matrix(7, 5);
    REQUIRE((g - matrix_d::Identity(7, 7)).norm() > 0);
    CHECK(distance(swiglu(gate, up, down, x), swiglu(g * gate, g * up, down * g.transpose(), x)) < 1e-14);
    CHECK(distance(swiglu(gate, up, down, x), swiglu(g * gate, up, down * g.transpose(), x)) > 1e-2);
    CHECK(distance(swiglu(gate, up, down, x), swiglu(-gate, -up, down, x)) > 1e-2);  // no signs
}

TEST_CASE("router: softmax and top-k ignore a shared row, a sigmoid does not; experts move with their rows") {
    const index_t experts = 5, d = 4, tokens = 8;
    const matrix_d rows = draw(experts, d, 1), x = draw(d, tokens, 2), shared = draw(1, d, 3);
    std::vector<matrix_d> expert;
    for (index_t e = 0; e < experts; ++e) expert.push_back(draw(d, d, 10 + std::uint64_t(e)));
    auto top_2 = [&](matrix_d const& r, std::vector<matrix_d> const& all, bool sigmoid) {
        const matrix_d logits = r * x;
        matrix_d p = sigmoid ? matrix_d(1 / (1 + (-logits.array()).exp())) : softmax(logits), y = matrix_d::Zero(d, tokens);
        for (index_t t = 0; t < tokens; ++t) {
            std::vector<index_t> by(static_cast<std::size_t>(experts));
            std::iota(by.begin(), by.end(), 0);
            std::sort(by.begin(), by.end(), [&](index_t a, index_t b) { return p(a, t) > p(b, t); });
            for (std::size_t k = 0; k < 2; ++k) y.col(t) += p(by[k], t) * (all[std::size_t(by[k])] * x.col(t));
        }
        return y;
    };
    const matrix_d moved = rows.rowwise() + shared.row(0), g = permutation_matrix(experts, 4);
    std::vector<matrix_d> traded(expert.size());
    for (index_t i = 0; i < experts; ++i)
        for (index_t j = 0; j < experts; ++j)
            if (g(i, j) != 0) traded[std::size_t(i)] = expert[std::size_t(j)];
    for (bool sigmoid : {false, true}) {
        const matrix_d y = top_2(rows, expert, sigmoid);
        CHECK(distance(y, top_2(g * rows, traded, sigmoid)) < 1e-14);
        CHECK(distance(y, top_2(g * rows, expert, sigmoid)) > 1e-2);
        CHECK((distance(y, top_2(moved, expert, sigmoid)) < 1e-13) == !sigmoid);
    }
}
