// SPDX-License-Identifier: MIT
#include <isotypic/check/hint.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using M = Eigen::MatrixXd;

namespace {
template <class F>
std::string hint_of(F const& rule, table_column c) {
    const trial_options o;
    const symmetry_table t = probe(rule, o);
    return hint(as_black_box(rule), t.actions[c].name, verdict::broken, t, o);
}
bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("the cells that fail name the fault") {
    CHECK(has(hint_of([](M const& g) -> M { return g; }, scale_column), "is the normalisation ever reached"));
    CHECK(has(hint_of([](M const& g) -> M { return g / (g.norm() + 1e-8); }, scale_column), "absolute eps"));
    CHECK(has(hint_of([](M const& g) -> M { return g.cwiseMin(1).cwiseMax(-1); }, scale_column), "a clip"));
    CHECK(has(hint_of([](M const& g) -> M { return g / g.squaredNorm(); }, scale_column), "divided too often"));
    CHECK(has(hint_of([](M const& g) -> M { return g / std::sqrt(g.norm()); }, scale_column), "a norm is missing"));
    CHECK(has(hint_of([](M const& g) -> M { return g.cwiseAbs(); }, rows_signs), "not odd"));
    CHECK(has(hint_of([](M const& g) -> M { return g / g.cwiseAbs().maxCoeff(); }, rows_rotation), "entry by entry"));
    CHECK(has(hint_of([](M const& g) -> M { return g.rowwise().normalized(); }, rows_rotation), "rows one by one"));
    CHECK(has(hint_of([](M const& g) -> M { return g.rowwise() - g.colwise().mean(); }, rows_signs), "rows are mixed without regard to their signs"));
    auto first_row = [](M const& g) -> M {
        M u = g;
        u.row(0) *= 2;
        return u;
    };
    CHECK(has(hint_of(first_row, rows_permutation), "where rows stand: an index"));
    auto other_layout = [](M const& g) -> M {
        Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> u = g;
        return Eigen::Map<M>(u.data(), g.rows(), g.cols());
    };
    CHECK(has(hint_of(other_layout, columns_permutation), "other layout"));
    auto tall_only = [](M const& g) -> M { return g.rows() > g.cols() ? M(g.cwiseAbs()) : g; };
    CHECK(has(hint_of(tall_only, rows_signs), "only 6 x 4 fails"));
    CHECK(has(hint_of([](M const& g) -> M { return g; }, rows_shift), "begin with a centring"));
    CHECK(has(hint_of([](M const& g) -> M { return g * std::sqrt(double(g.rows())); }, transposition_column), "not treated alike"));
}
