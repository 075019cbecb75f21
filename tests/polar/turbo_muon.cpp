// SPDX-License-Identifier: MIT
#include "products.hpp"
#include <isotypic/group/signed_permutation.hpp>
#include <isotypic/polar/turbo_muon.hpp>

using namespace engines;

namespace {

/// diag(s) a on the short side
dense scaled(dense const& a) {
    if (a.rows() > a.cols()) return scaled(a.transpose()).transpose();
    dense x = a;
    const Eigen::VectorXd sums = (x * x.transpose()).cwiseAbs().rowwise().sum();
    for (index_t i = 0; i < a.rows(); ++i)
        if (sums(i) > 0) x.row(i) /= std::sqrt(sums(i));
    return x;
}
dense formula(dense const& a, coefficients const& set) {
    return formulas::by_values(scaled(a), [&](double s) { return set(s); });
}

template <class G>
dense drawn(index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> g(n, n);
    G::sample(view<double>(g.data(), n, n), random);
    return g;
}

}  // namespace

TEST_CASE("turbo_muon: the map of the singular values of diag(s) M") {
    for (coefficients const& set : {turbo_positive, turbo, polar_express_101, cubic5}) {
        auto want = [&](dense const& a) { return formula(a, set); };
        keep_their_word<double>(turbo_muon{set}, want, [&](dense const& a) { return 1e-14 * slope(scaled(a), set); });
        keep_their_word<float>(turbo_muon{set}, want, [&](dense const& a) { return 1e-6 * slope(scaled(a), set); });
    }
}

TEST_CASE("turbo_muon: no singular value above 1 before the steps, and a better start than |M|_F gives") {
    for (index_t n : {20, 60, 300}) {
        const dense a = formulas::gaussian(20, n, 5), x = scaled(a);
        CHECK(formulas::largest(x) <= 1 + 1e-12);
        CHECK(x.norm() > 1.5);
    }
}

TEST_CASE("turbo_muon: commutes with signed permutations of both sides and rotations of the long one, not of the short one") {
    for (auto shape : {std::pair{6, 15}, {15, 6}}) {
        const index_t m = shape.first, n = shape.second;
        const dense a = formulas::gaussian(m, n, 8), u = factor<double>(turbo_muon{}, a);
        auto off = [&](dense const& g, dense const& h) { return distance(factor<double>(turbo_muon{}, g * a * h.transpose()), g * u * h.transpose()); };
        CHECK(off(drawn<signed_permutation>(m, 1), drawn<signed_permutation>(n, 2)) <= 1e-12);
        const double rows = off(drawn<orthogonal>(m, 3), dense::Identity(n, n)), cols = off(dense::Identity(m, m), drawn<orthogonal>(n, 4));
        CHECK((m < n ? cols : rows) <= 1e-12);
        CHECK((m < n ? rows : cols) > 1e-2);
    }
}

TEST_CASE("turbo_muon: many steps end at the polar factor of diag(s) M, that of M where its rows are orthogonal") {
    const turbo_muon engine{polar_express};
    const dense a = formulas::gaussian(6, 15, 2);
    CHECK(distance(factor<double>(engine, a), formulas::exact_polar(scaled(a))) <= 1e-6);
    CHECK(distance(factor<double>(engine, a), formulas::exact_polar(a)) > 1e-2);
    const dense b = Eigen::VectorXd::LinSpaced(6, 1, 1e3).asDiagonal() * formulas::exact_polar(a);
    CHECK(distance(factor<double>(engine, b), formulas::exact_polar(a)) <= 1e-12);
}

TEST_CASE("turbo_muon: a block of rank one keeps its direction with turbo_positive and is reversed by turbo") {
    const dense p = formulas::gaussian(5, 1, 1), q = formulas::gaussian(1, 12, 2), a = p * q;
    CHECK(formulas::inner(factor<float>(turbo_muon{}, a), a) > 0);
    CHECK(formulas::inner(factor<float>(turbo_muon{turbo}, a), a) < 0);
}

TEST_CASE("turbo_muon: rows of very different size, zero rows") {
    dense a = formulas::gaussian(5, 12, 6);
    a.row(1) *= 1e-12, a.row(3).setZero();
    const dense u = factor<float>(turbo_muon{}, a);
    CHECK(distance(u.row(1), formula(a, turbo_positive).row(1)) <= 1e-4);
    CHECK(u.row(3).norm() == 0);
    const dense apart = Eigen::Vector3d(1, 1e-12, 1e-18).asDiagonal();
    CHECK(factor<float>(turbo_muon{}, apart)(1, 1) == doctest::Approx(turbo_positive(1)).epsilon(1e-4));
    CHECK(factor<float>(turbo_muon{}, apart)(2, 2) == 0);
}

TEST_CASE("turbo_muon: addresses, powers of two, allocations, threads") {
    CHECK(same_at_every_address<float>(turbo_muon{}));
    CHECK(same_at_every_address<double>(turbo_muon{}));
    CHECK(scales_exactly<float>(turbo_muon{}, 60));
    CHECK(scales_exactly<double>(turbo_muon{}, 300));
    CHECK(allocates_nothing<float>(turbo_muon{}));
    CHECK(same_for_threads<float>(turbo_muon{}));
}
