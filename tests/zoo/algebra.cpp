// SPDX-License-Identifier: MIT
#include <isotypic/check/discover.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <zoo/zoo.hpp>

#include <doctest/doctest.h>

/// \file
/// The dimension of every rule's continuous symmetry in its first step, derived by hand before the run, and found by `discover`.
/// Corrected after it: the two Dions', since the last of m orthogonal columns does not see which column of M it comes from, and
/// clip_frobenius, written as it is above its threshold while no gradient lay below.
using namespace isotypic;

namespace {

struct shape {
    index_t m, n;
    bool wide() const { return m < n; }
    bool tall() const { return m > n; }
    index_t rows() const { return so(m); }  ///< rotations of rows
    index_t cols() const { return so(n); }
    static index_t so(index_t k) { return k * (k - 1) / 2; }
};

// What many rules have. One scale of the input and one of the output are given to the rows.
index_t none(shape) { return 0; }
index_t scale(shape) { return 1; }
index_t linear(shape s) { return s.m * s.m + s.n * s.n - 1; }
index_t rotations(shape s) { return s.rows() + s.cols(); }
index_t rotations_scale(shape s) { return rotations(s) + 1; }
index_t unit_rows(shape s) { return s.cols() + s.m; }
index_t unit_columns(shape s) { return s.rows() + s.n; }
index_t centred(shape s) { return s.m * s.m + s.n * s.n; }
index_t dion(shape s) { return s.rows() + (s.wide() ? shape::so(s.n - s.m + 1) : 0) + 1; }

struct expectation {
    char const* rule;
    index_t (*dimension)(shape);
    char const* reason;
};

// clang-format off
const expectation expected[] = {
    {"sgd", linear, "f(G) = G: all that moves G moves f alike"},
    {"sgd_momentum", linear, "the first average is G times a number, here and below"},
    {"nesterov", linear, "the first combination too"},
    {"normalized_sgd", rotations_scale, "|G|_F is left alone by rotations, and takes the scale"},
    {"entry_max", scale, "h_ij / g_ij at the largest entry must not depend on it: diagonal, and a_i + b_j constant"},
    {"clip_frobenius", rotations, "a threshold: no scale"},
    {"clip_max", none, "diagonal as entry_max; a threshold: no scale"},
    {"clip_entries", none, "entries at the threshold do not move, others do"},
    {"centralize_rows", centred, "with P = I - 11'/n: B P = P B' needs n^2 - n + 1 of B and leaves n of B' free; m^2 of A; the scale of either; less 2"},
    {"centralize_columns", centred, "its transpose"},
    {"sign_sgd", linear, "f' = 0, all of the input; no constant matrix turns all signs alike"},
    {"signum", linear, "as sign_sgd"},
    {"lion", linear, "as sign_sgd"},
    {"adam", none, "g / (|g| + eps): constant but for eps"},
    {"adam_inside", none, "eps, in the root"},
    {"adam_atan2", linear, "atan2(g, |g|) has two values"},
    {"amsgrad", none, "eps"},
    {"adagrad", none, "eps"},
    {"rmsprop", none, "eps"},
    {"nadam", none, "eps"},
    {"adamax", linear, "g / |g|"},
    {"ada_belief", none, "two eps"},
    {"radam", linear, "the first steps are averages"},
    {"adafactor", scale, "row and column sums of squares know neither rotations nor single scales"},
    {"sm3", linear, "the first step is g / |g|"},
    {"rmnp", [](shape s) { return s.cols(); }, "row norms; eps takes their scales"},
    {"scale_rows", unit_rows, "row norms, and the floor is far"},
    {"scale_columns", unit_columns, "column norms"},
    {"column_norm", unit_columns, "column norms"},
    {"sink_gd", [](shape s) { return s.m; }, "the first normalisation takes row scales; five rounds do not converge for others"},
    {"swan", [](shape s) { return s.m + 2 * s.n + shape::so(s.n - 1); },
     "row scales; B = w1' does nothing to the input and B' = w1' nothing to the output, 2n; rotations of columns that keep 1; the scale of B is that of the rows"},
    {"muon", rotations, "odd polynomial; eps in the norm"},
    {"muon_exact", rotations_scale, "polar factor"},
    {"moonlight", rotations, "eps in the norm"},
    {"polar_express", rotations, "eps in the norm"},
    {"nor_muon", [](shape s) { return s.cols(); }, "rows of the polynomial are not unit: normalising them loses rotations of rows; eps in the norm"},
    {"nor_muon_exact", [](shape s) { return (s.tall() ? 0 : s.rows()) + s.cols() + 1; }, "rows of a polar factor are unit unless it is tall"},
    {"ada_muon", linear, "a function of signs; the results are signs again but for 1e-8"},
    {"namo", rotations_scale, "polar factor times a ratio of norms"},
    {"muon_squared", none, "entry by entry first, with eps"},
    {"muon_eq_row", unit_rows, "unit rows, whose norm m^1/2 meets eps"},
    {"muon_eq_column", unit_columns, "unit columns"},
    {"muon_eq_both", none, "both norms at once lose rotations of either side; degree -1 meets eps"},
    {"muon_plus_row", [](shape s) { return (s.tall() ? 0 : s.rows()) + s.cols() + 1; }, "as nor_muon_exact"},
    {"muon_plus_column", [](shape s) { return s.rows() + (s.wide() ? 0 : s.cols()) + 1; }, "columns of a polar factor are unit unless it is wide"},
    {"muon_plus_column_row", [](shape s) { return (s.m == s.n ? s.rows() : 0) + (s.wide() ? 0 : s.cols()) + 1; },
     "wide: columns lose the right side, then rows the left; tall: rows lose the left"},
    {"aurora", [](shape s) { return s.wide() ? s.rows() + s.n : s.tall() ? s.cols() + s.m : rotations_scale(s); }, "unit vectors along the long side, a polar factor"},
    {"dion", dion, "P from the first m columns, of which the last needs no more than the sign; unit rows of P'M: rotations of what is behind column m - 1"},
    {"orth_dion", dion, "the same, rows of P'M by Gram and Schmidt"},
    {"dion2", [](shape s) { return s.wide() ? s.cols() + s.m : s.tall() ? s.rows() + s.n : s.cols() + 1; },
     "a quarter of the slices: one of 4 is unit, and its scale is free; two of 5 have a polar factor and share theirs"},
    {"muon_bp", [](shape s) { return s.rows() + shape::so(s.n / 2) + shape::so(s.n - s.n / 2) + 2; }, "a polar factor for each half of the columns"},
    {"ht_muon", rotations_scale, "a power of singular values"},
    {"freon", rotations_scale, "a power of singular values"},
    {"mu_con", rotations, "a threshold of singular values"},
    {"nu_muon", rotations_scale, "the two largest singular values"},
    {"mud", [](shape s) { return unit_rows(s) + 1; },
     "unit rows; row m - 1 added to row m: y_m = q_m (I - sum_k<m q_k' y_k), and q_(m-1) times that is y_(m-1) - y_(m-1); other rows are used after"},
    {"ssd", rotations_scale, "nuclear norm times polar factor"},
    {"polar_first", rotations_scale, "nuclear norm times polar factor"},
    {"polar_adamw", none, "Adam, with its eps, first"},
    {"shampoo", rotations_scale, "Gram matrices, damped by a share of theirs"},
    {"shampoo_absolute", rotations, "an absolute damping"},
    {"one_sided_shampoo", rotations_scale, "the Gram matrix of rows, damped by a share of it"},
    {"soap", nullptr, "no update in the first step"},
    {"one_sided_soap", [](shape s) { return s.tall() ? s.cols() : s.rows(); }, "A sign(A'X), A the eigenvectors of XX' of the short side: rotations of it; eps"},
};
// clang-format on

}  // namespace

TEST_CASE("discover finds the dimension that the formula has, for every rule of the zoo up to 8 x 8") {
    const auto rules = zoo::rules<double>();
    REQUIRE(rules.size() == std::size(expected));
    int found = 0, clear = 0;
    for (std::size_t r = 0; r < rules.size(); ++r) {
        REQUIRE(std::string(rules[r].name) == expected[r].rule);
        for (shape s : {shape{4, 6}, shape{6, 4}, shape{5, 5}, shape{8, 8}}) {
            INFO(std::string(expected[r].rule), ", ", s.m, " x ", s.n, ": ", std::string(expected[r].reason));
            if (!expected[r].dimension) {
                CHECK_THROWS_WITH(discover(rules[r].rule, s.m, s.n), doctest::Contains("the rule is zero at a sample"));
                continue;
            }
            const symmetry_algebra a = discover(rules[r].rule, s.m, s.n);
            INFO(a.text());
            CHECK(a.dimension == expected[r].dimension(s));
            // Where entries of the singular vectors are small its eps is felt in widths that no difference resolves.
            if (std::string(expected[r].rule) != "one_sided_soap") CHECK(a.clear());
            ++found, clear += a.clear();
        }
    }
    MESSAGE(found, " algebras, ", clear, " of them with a gap of 1e4 or more");
}
