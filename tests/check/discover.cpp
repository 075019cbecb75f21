// SPDX-License-Identifier: MIT
#include <isotypic/check/discover.hpp>
#include <isotypic/check/defect.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/polar/gram_root.hpp>
#include <isotypic/polar/newton_schulz.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>
#include <functional>

/// \file
/// Dimensions are derived in the comments. Modulo what does nothing, the input's and the output's scale are one direction each:
/// gl(m) + gl(n) has m^2 + n^2 - 1 of them.
using namespace isotypic;

namespace {

replay of(std::function<specimen(specimen const&)> f) {
    return [f](specimen const&) -> run { return [f](specimen const&, specimen const& g) { return f(g); }; };
}
replay entry_wise(double (*f)(double)) {
    return of([f](specimen g) {
        for (double& v : g.values) v = f(v);
        return g;
    });
}
/// Of an Eigen matrix.
template <class F>
replay of_matrix(F f) {
    return of([f](specimen const& g) {
        specimen y(g.rows, g.cols);
        as_eigen(y.panel(0, 0)) = Eigen::MatrixXd(f(Eigen::MatrixXd(as_eigen(g.panel(0, 0)))));
        return y;
    });
}
/// S^p of a symmetric S on what is not null.
Eigen::MatrixXd power(Eigen::MatrixXd const& s, double p) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> of(s);
    Eigen::VectorXd d = of.eigenvalues();
    const double least = 1e-10 * d.maxCoeff();
    for (double& v : d) v = v > least ? std::pow(v, p) : 0;
    return of.eigenvectors() * d.asDiagonal() * of.eigenvectors().transpose();
}
Eigen::MatrixXd factor(Eigen::MatrixXd const& g) {
    const auto svd = detail::thin_svd(g);
    return svd.matrixU() * svd.matrixV().transpose();
}

struct shape {
    index_t m, n;
    index_t so_m() const { return m * (m - 1) / 2; }
    index_t so_n() const { return n * (n - 1) / 2; }
    index_t gl() const { return m * m + n * n - 1; }
};
const std::vector<shape> shapes{{4, 6}, {6, 4}, {5, 5}, {2, 3}, {8, 8}, {1, 4}};

/// All of it is named, with room to spare.
symmetry_algebra explained(replay const& rule, shape s) {
    const symmetry_algebra found = discover(rule, s.m, s.n);
    CAPTURE(found.text());
    CHECK(found.clear());
    CHECK(found.gap < 1e13);
    CHECK(found.unnamed.empty());
    index_t sum = 0;
    for (algebra_part const& p : found.parts) sum += p.dimension;
    CHECK(sum == found.dimension);
    return found;
}
void check_dimension(char const* what, replay const& rule, index_t (*expected)(shape)) {
    CAPTURE(what);
    for (shape s : shapes) {
        CAPTURE(s.m);
        CAPTURE(s.n);
        CHECK(explained(rule, s).dimension == expected(s));
    }
}
std::string name(replay const& rule, index_t m, index_t n) { return explained(rule, {m, n}).name(); }

const replay frobenius_sgd = of([](specimen g) {
    const double norm = item_norm(g, 0);
    for (double& v : g.values) v /= norm;
    return g;
});

}  // namespace

TEST_CASE("discover: linear rules have all of gl(m) + gl(n), and so have rules that are constant in pieces") {
    check_dimension("sgd", updates_of<double>(identity{}), [](shape s) { return s.gl(); });
    check_dimension("momentum, first step", updates_of<double>(momentum{}), [](shape s) { return s.gl(); });
    check_dimension("signSGD", updates_of<double>(sign{}), [](shape s) { return s.gl(); });
    check_dimension("Adam without eps, first step", updates_of<double>(adam{.eps = 0}), [](shape s) { return s.gl(); });
    CHECK(name(updates_of<double>(identity{}), 4, 6) == "sl(4) + sl(6) + scale^1");
    CHECK(name(updates_of<double>(identity{}), 2, 3) == "sl(2) + sl(3) + scale^1");
    CHECK(name(updates_of<double>(identity{}), 1, 1) == "scale^1");
    CHECK(name(updates_of<double>(sign{}), 4, 6) == "locally constant");
    CHECK(name(updates_of<double>(sign{}), 1, 1) == "locally constant");
}

TEST_CASE("discover: SGD over its Frobenius norm, where a sample takes a single direction away") {
    // G<G, AG + GB> = c G |G|^2 for all G leaves the skew parts and the two scales.
    check_dimension("normalised sgd", frobenius_sgd, [](shape s) { return s.so_m() + s.so_n() + 1; });
    const symmetry_algebra found = discover(frobenius_sgd, 4, 6);
    CHECK(found.name() == "so(4) + so(6) + scale");
    // 10 + 21 symmetric parts of A and B and the number c, one condition a sample.
    CHECK(found.samples > 31);
    CHECK(found.evaluations >= found.samples * (8 * 24 + 1));
}

TEST_CASE("discover: unit rows and unit columns") {
    // Rotations of the other side, and a factor for every row; for a row of length 1 nothing but its sign.
    check_dimension("row norm", updates_of<double>(row_norm{}), [](shape s) { return s.so_n() + s.m; });
    check_dimension("column norm", updates_of<double>(column_norm{}), [](shape s) { return s.m == 1 ? s.gl() : s.so_m() + s.n; });
    CHECK(name(updates_of<double>(row_norm{}), 4, 6) == "so(6) + row scales");
    CHECK(name(updates_of<double>(row_norm{}), 5, 5) == "so(5) of columns + row scales");
    CHECK(name(updates_of<double>(row_norm{}), 1, 4) == "so(4) + scale");
    CHECK(name(updates_of<double>(column_norm{}), 4, 6) == "so(4) + column scales");
    // Degree 1: |g_i| g_i / |g_i| is linear.
    CHECK(name(updates_of<double>(row_norm{.alpha = 1}), 4, 6) == "so(6) + scale^1");
}

TEST_CASE("discover: polar factors") {
    const auto rotations = [](shape s) { return s.so_m() + s.so_n() + 1; };
    check_dimension("polar, by accuracy", updates_of<double>(polar<>{.accuracy = 1e-10}), rotations);
    check_dimension("polar, exact", updates_of<double>(polar<exact_svd>{}), rotations);
    check_dimension("Muon's five steps", updates_of<double>(polar{newton_schulz{keller}}), rotations);
    // L = GG', R = G'G: L^(-1/4) G R^(-1/4) is the polar factor.
    check_dimension("Shampoo, first step",
                    of_matrix([](Eigen::MatrixXd const& g) { return Eigen::MatrixXd(power(g * g.transpose(), -0.25) * g * power(g.transpose() * g, -0.25)); }),
                    rotations);
    // (GG' + e)^(-1/2) G: e is as large as GG', and takes the scale away.
    check_dimension("damped root", updates_of<double>(polar<gram_root>{{.damping = 1}}), [](shape s) { return s.so_m() + s.so_n(); });
    // A polar factor that is not tall has unit rows already; a tall one loses the rotations of rows.
    check_dimension("unit rows of the polar factor", updates_of<double>(polar<exact_svd>{} | row_norm{}),
                    [](shape s) { return (s.m > s.n ? 0 : s.so_m()) + s.so_n() + 1; });
    CHECK(name(updates_of<double>(polar<exact_svd>{}), 4, 6) == "so(4) + so(6) + scale");
    CHECK(name(updates_of<double>(polar<exact_svd>{}), 5, 5) == "so(5) of rows + so(5) of columns + scale");
    CHECK(name(updates_of<double>(polar<exact_svd>{{}, 1}), 4, 6) == "so(4) + so(6) + scale^1");
    CHECK(name(updates_of<double>(polar<exact_svd>{} | row_norm{}), 6, 4) == "so(4) + scale");
}

TEST_CASE("discover: so(2) is abelian, and may turn the output by another angle") {
    CHECK(name(updates_of<double>(polar<exact_svd>{}), 2, 3) == "so(2) + so(3) + scale");
    CHECK(name(updates_of<double>(polar<exact_svd>{}), 2, 1) == "so(2) + scale");
    CHECK(name(updates_of<double>(column_norm{}), 2, 3) == "so(2) + column scales");
    CHECK(name(updates_of<double>(row_norm{}), 2, 2) == "so(2) of columns + row scales");
    CHECK(name(updates_of<double>(polar<exact_svd>{}), 2, 2) == "so(2) of rows + so(2) of columns + scale");
    // Columns as complex numbers, squared. Three degrees of the columns' scales hold that of the common one.
    const replay squares = of([](specimen g) {
        for (index_t j = 0; j < g.cols; ++j) {
            double &a = g.panel(0, 0)(0, j), &b = g.panel(0, 0)(1, j), real = a * a - b * b;
            b *= 2 * a, a = real;
        }
        return g;
    });
    CHECK(name(squares, 2, 3) == "so(2)^2 + column scales^2");
}

TEST_CASE("discover: degrees, and algebras that act on the output in other ways") {
    // 4 + 6 diagonal entries, the scale in both.
    const replay root = entry_wise([](double v) { return std::copysign(std::sqrt(std::fabs(v)), v); });
    const symmetry_algebra found = explained(root, {4, 6});
    CHECK(found.name() == "row scales^0.5 + column scales^0.5");
    REQUIRE(found.parts.size() == 2);
    CHECK(found.parts[0].dimension == 4);
    CHECK(found.parts[1].dimension == 5);
    // Entry-wise scales are not there without the entry-wise: |G| G.
    CHECK(name(of([](specimen g) {
                   const double norm = item_norm(g, 0);
                   for (double& v : g.values) v *= norm;
                   return g;
               }),
               4, 6) == "so(4) + so(6) + scale^2");
    // (GG')^-1 G is moved by A'^-1 when G is moved by A.
    const replay newton = of_matrix([](Eigen::MatrixXd const& g) { return Eigen::MatrixXd(power(g * g.transpose(), -1) * g); });
    CHECK(name(newton, 4, 6) == "sl(4)* + so(6) + scale^-1");
    CHECK(name(newton, 3, 3) == "sl(3)* of rows + sl(3)* of columns + scale^-1");
    // A row that only depends on G'G.
    const replay gram = of_matrix([](Eigen::MatrixXd const& g) {
        Eigen::MatrixXd y = Eigen::MatrixXd::Ones(g.rows(), g.cols());
        const Eigen::MatrixXd s = g.transpose() * g;
        for (Eigen::Index i = 0; i < g.rows(); ++i)
            for (Eigen::Index j = 0; j < g.cols(); ++j) y(i, j) = s(i, j) + 0.3 * double(i + 1) * s(j, j) * s(0, j);
        return y;
    });
    const symmetry_algebra invariant = explained(gram, {3, 4});
    CHECK(invariant.name() == "so(3)^0");
}

TEST_CASE("discover: a rule in pieces, of which a few samples see a few") {
    // h/G at the largest entry, for h = AG + GB, is one number wherever that entry is: A and B are diagonal, a_i + b_j constant.
    const replay largest = of([](specimen g) {
        double most = 0;
        for (double v : g.values) most = std::fmax(most, std::fabs(v));
        for (double& v : g.values) v /= most;
        return g;
    });
    CHECK(name(largest, 4, 6) == "scale");
    CHECK(name(largest, 2, 3) == "scale");
}

TEST_CASE("discover: an eps breaks it, and what it breaks is told") {
    const symmetry_algebra broken = discover(adam{.eps = 1e-10}, 4, 6), rounding = discover(adam{.eps = 1e-15}, 4, 6);
    CHECK(broken.clear());
    CHECK(broken.dimension == 0);
    REQUIRE(broken.nearly.size() == 1);
    CHECK(broken.nearly[0].name() == "locally constant");
    CHECK(broken.nearly[0].dimension == 51);
    CHECK(broken.nearly[0].size < 1e-3);
    CHECK(broken.text().find("nearly, to") != std::string::npos);
    CHECK(rounding.name() == "locally constant");
    CHECK(rounding.nearly.empty());
}

TEST_CASE("discover: a cubic polynomial has none") {
    const replay cubic = of([](specimen const& g) {
        random_stream random(5);
        specimen y = g;
        for (double& sum : y.values) {
            sum = 0;
            for (double v : g.values) sum += v * (random.normal() + v * (random.normal() + v * random.normal()));
        }
        return y;
    });
    check_dimension("cubic", cubic, [](shape) { return index_t{0}; });
    CHECK(discover(cubic, 2, 3).name() == "none");
}

TEST_CASE("discover: a planted symmetry that has no name is counted and handed over") {
    // f(G) = H polar(H^-1 G) has H so(4) H^-1 on the left.
    Eigen::MatrixXd h(4, 4);
    h << 2, 1, 0, -1, 0, 3, 1, 0, 1, 0, 2, 1, -1, 1, 0, 4;
    const Eigen::MatrixXd back = h.inverse();
    const symmetry_algebra found = discover(of_matrix([&](Eigen::MatrixXd const& g) { return Eigen::MatrixXd(h * factor(back * g)); }), 4, 6);
    CAPTURE(found.text());
    CHECK(found.clear());
    CHECK(found.dimension == 22);
    CHECK(found.name() == "so(6) + scale + 6 unnamed");
    CHECK(found.text().find("6  unnamed") != std::string::npos);
    REQUIRE(found.unnamed.size() == 6);
    for (algebra_element const& g : found.unnamed) {
        const Eigen::MatrixXd a = as_eigen(g.rows.panel(0, 0)), turned = back * a * h;
        CHECK(a.norm() == doctest::Approx(std::sqrt(0.5)).epsilon(1e-6));
        CHECK((turned + turned.transpose()).norm() < 1e-5 * turned.norm());
        CHECK(distance(g.rows, g.rows_out) < 1e-6);
        CHECK(item_norm(g.cols, 0) < 1e-6);
        CHECK(item_norm(g.cols_out, 0) < 1e-6);
    }

    // Rows by Gram and Schmidt, as a Cholesky factor whitens them: 10 lower triangles, of which 4 are row scales.
    const replay rows_in_order = of([](specimen g) {
        for (index_t i = 0; i < g.rows; ++i) {
            double* x = g.values.data() + i * g.cols;
            for (index_t k = 0; k < i; ++k) {
                double const* q = g.values.data() + k * g.cols;
                double s = 0;
                for (index_t j = 0; j < g.cols; ++j) s += q[j] * x[j];
                for (index_t j = 0; j < g.cols; ++j) x[j] -= s * q[j];
            }
            double s = 0;
            for (index_t j = 0; j < g.cols; ++j) s += x[j] * x[j];
            for (index_t j = 0; j < g.cols; ++j) x[j] /= std::sqrt(s);
        }
        return g;
    });
    const symmetry_algebra whitened = discover(rows_in_order, 4, 6);
    CHECK(whitened.clear());
    CHECK(whitened.name() == "so(6) + row scales + 6 unnamed");
    for (algebra_element const& g : whitened.unnamed)
        for (index_t i = 0; i < 4; ++i)
            for (index_t j = i; j < 4; ++j) CHECK(std::fabs(g.rows.panel(0, 0)(i, j)) < 1e-6);

    // GG: (A, -A) moves the input and the output, n^2 - 1 without the identity, and the degree is 2. Both sides in one element.
    const symmetry_algebra square = discover(of_matrix([](Eigen::MatrixXd const& g) { return Eigen::MatrixXd(g * g); }), 3, 3);
    CHECK(square.clear());
    CHECK(square.name() == "scale^2 + 8 unnamed");
    for (algebra_element const& g : square.unnamed) {
        const Eigen::MatrixXd a = as_eigen(g.rows.panel(0, 0)), b = as_eigen(g.cols.panel(0, 0));
        CHECK(a.norm() == doctest::Approx(0.5).epsilon(1e-6));
        CHECK((a + b).norm() < 1e-6);
        CHECK(distance(g.rows, g.rows_out) < 1e-6);
        CHECK(distance(g.cols, g.cols_out) < 1e-6);
    }

    // Less the mean row, PG. P A = A' P + c P on what P keeps: m^2 - m + 1 of A, and m of A' on its kernel; n^2 of B and c; less 2.
    const symmetry_algebra centred = discover(of_matrix([](Eigen::MatrixXd const& g) { return Eigen::MatrixXd(g.rowwise() - g.colwise().mean()); }), 4, 6);
    CHECK(centred.clear());
    CHECK(centred.dimension == 16 + 36);
    CHECK(centred.name() == "sl(6) + scale^1 + 16 unnamed");
}

TEST_CASE("discover: the same from any seed, and from the step of float with less of a gap") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CHECK(discover(row_norm{}, 3, 4, {.seed = seed}).name() == "so(4) + row scales");
        CHECK(discover(polar<exact_svd>{}, 4, 3, {.seed = seed}).name() == "so(4) + so(3) + scale");
    }
    const symmetry_algebra coarse = discover<float>(row_norm{}, 3, 4);
    CAPTURE(coarse.text());
    CHECK(coarse.name() == "so(4) + row scales");
    CHECK(coarse.gap > 10);
    CHECK(coarse.text().find("not clear") != std::string::npos);
    CHECK(coarse.gap < discover(row_norm{}, 3, 4).gap);
}

TEST_CASE("discover: what cannot be differentiated is an error") {
    const replay not_finite = entry_wise([](double) { return std::nan(""); });
    const replay zero = entry_wise([](double) { return 0.; });
    const replay other_shape = of([](specimen const&) { return specimen(1, 1); });
    random_stream random(3);
    const replay noisy = of([&](specimen g) {
        for (double& v : g.values) v += 1e-3 * random.normal();
        return g;
    });
    CHECK_THROWS_WITH_AS(discover(not_finite, 2, 3), "isotypic: discover: the rule is not finite at a sample, 2 x 3", std::runtime_error);
    CHECK_THROWS_WITH_AS(discover(zero, 2, 3), "isotypic: discover: the rule is zero at a sample, 2 x 3", std::runtime_error);
    CHECK_THROWS_WITH_AS(discover(noisy, 2, 3), "isotypic: discover: the rule has no derivative at most samples, 2 x 3", std::runtime_error);
    CHECK_THROWS_WITH_AS(discover(other_shape, 2, 3), "isotypic: discover: the rule returned another shape than it was given", std::runtime_error);
    CHECK_THROWS_AS(discover(zero, 0, 3), error);
}
