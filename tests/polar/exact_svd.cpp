// SPDX-License-Identifier: MIT
#include "engines.hpp"
#include <isotypic/norm/spectral.hpp>
#include <isotypic/polar/exact_svd.hpp>

using namespace engines;

TEST_CASE("exact_svd: the golden polar factors, to rounding times condition") {
    for_each_golden([](double condition, double, dense const& a, dense const& polar) {
        CHECK(distance(factor<double>(exact_svd{}, a), polar) <= 1e-14 * condition);
        if (condition < 1e4) CHECK(distance(factor<float>(exact_svd{}, a), polar) <= 2e-7 * condition);
    });
}

TEST_CASE("exact_svd: the dual of the spectral norm is the nuclear norm") {
    for_each_golden([](double, double nuclear, dense const& a, dense const&) {
        cpu device;
        Eigen::MatrixXd copy = a;
        const auto x = as_blocks(copy);
        CHECK(std::abs(spectral<exact_svd>{}.dual(device, x) - nuclear) <= 1e-13 * nuclear);
    });
}

TEST_CASE("exact_svd: what every engine owes") {
    keep_their_word<double>(exact_svd{}, formulas::exact_polar, [](dense const&) { return 1e-12; });
    keep_their_word<float>(exact_svd{}, formulas::exact_polar, [](dense const&) { return 1e-6; });
    CHECK(same_at_every_address<float>(exact_svd{}));
    CHECK(same_at_every_address<double>(exact_svd{}));
}

TEST_CASE("exact_svd: a partial isometry of the same rank") {
    const dense a = formulas::gaussian(20, 5, 1) * formulas::gaussian(5, 12, 2);
    for (dense const& u : {factor<double>(exact_svd{}, a), factor<double>(exact_svd{}, a.transpose())}) {
        const auto s = Eigen::JacobiSVD<dense>(u).singularValues();
        for (index_t k = 0; k < s.size(); ++k) CHECK(std::abs(s(k) - (k < 5)) <= 1e-12);
    }
    CHECK(distance(factor<float>(exact_svd{}, a), formulas::exact_polar(a)) <= 1e-4);
}

TEST_CASE("exact_svd: values under the cutoff map to 0") {
    const dense q = formulas::exact_polar(formulas::gaussian(6, 6, 3)), p = formulas::exact_polar(formulas::gaussian(6, 6, 4));
    const Eigen::VectorXd s = (Eigen::VectorXd(6) << 1, 0.5, 1e-3, 1e-5, 1e-7, 0).finished();
    const dense a = q * s.asDiagonal() * p.transpose();
    auto rank = [&](double cutoff) { return int(std::round(factor<double>(exact_svd{.cutoff = cutoff}, a).squaredNorm())); };
    CHECK(rank(0) == 5);
    CHECK(rank(1e-6) == 4);
    CHECK(rank(1e-4) == 3);
    CHECK(rank(0.7) == 1);
}
