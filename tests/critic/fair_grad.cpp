// SPDX-License-Identifier: MIT
#include "critic/random_grams.hpp"
#include <doctest/doctest.h>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <isotypic/check/seed.hpp>
#include <isotypic/critic/combiner.hpp>
#include <isotypic/critic/fair_grad.hpp>

using namespace isotypic;
using namespace random_grams;

namespace {

struct answer {
    fairness_report report;
    Eigen::VectorXd w;
};
template <class Rule>
answer solved(Rule const& rule, square const& a) {
    workspace scratch;
    answer x{{}, Eigen::VectorXd(a.rows())};
    x.report = rule.solve(as_view(a.data(), a.rows(), a.rows()), {x.w.data(), std::size_t(a.rows())}, scratch);
    return x;
}
square ridged(square a, double ridge) {
    a.diagonal() *= 1 + ridge;
    return a;
}
double condition(square const& a) {
    const Eigen::VectorXd d = a.diagonal().cwiseSqrt().cwiseInverse();
    const Eigen::VectorXd e = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(d.asDiagonal() * a * d.asDiagonal(), Eigen::EigenvaluesOnly).eigenvalues();
    return e.maxCoeff() / std::fmax(e.minCoeff(), 1e-300);
}

}  // namespace

TEST_CASE("10000 Gram matrices, many of them singular or opposed, are solved to 1e-10 in ten Newton steps, and in few more where nearly singular") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    const double ridge = 1e-6, bound = 10 + std::log2(1 / std::sqrt(ridge));
    int well = 0, ill = 0, off = 0;
    index_t near_singular = 0;
    for (int draw = 0; draw < 10000; ++draw) {
        const double alpha = std::array{0.5, 1.0, 2.0, 4.0}[std::size_t(draw) % 4];
        const square a = gram_of(random_gradients(random, kinds[std::size_t(random.below(index_t(std::size(kinds))))]));
        const answer x = solved(fair_grad{alpha, ridge}, a);
        const bool easy = condition(ridged(a, ridge)) < 1e4;
        near_singular += !easy;
        (easy ? well : ill) = (std::max)(easy ? well : ill, x.report.steps);
        off += !(x.report.residual <= 1e-10) || !(x.w.minCoeff() > 0);
    }
    CHECK(off == 0);
    CHECK(well <= 10);
    CHECK(ill <= bound);
    CHECK(near_singular > 3000);
}

TEST_CASE("the residual that is reported is that of the weights, as far as double says") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    for (double alpha : {0.5, 1.0, 3.0})
        for (int draw = 0; draw < 20; ++draw) {
            const square a = gram_of(random_gradients(random, kind::plain, 6, 40));
            const answer x = solved(fair_grad{alpha, 0}, a);
            const Eigen::VectorXd aim = x.w.array().pow(-1 / alpha);
            CHECK(((a * x.w - aim).array() / aim.array()).abs().maxCoeff() < 1e-10);
            CHECK(((a * (1.001 * x.w) - aim).array() / aim.array()).abs().maxCoeff() > 1e-4);
        }
}

TEST_CASE("orthogonal gradients have the weights |g_k|^(-2 a / (1 + a))") {
    const square a = Eigen::Vector3d(1e-4, 1, 900).asDiagonal();
    for (double alpha : {0.5, 1.0, 2.0}) {
        const answer x = solved(fair_grad{alpha, 0}, a);
        for (index_t k = 0; k < 3; ++k) CHECK(std::abs(x.w(k) / std::pow(a(k, k), -alpha / (1 + alpha)) - 1) < 1e-10);
    }
}

TEST_CASE("with a = 1 the direction forgets each gradient's length and has sqrt(K) of its own") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    for (int draw = 0; draw < 20; ++draw) {
        const index_t tasks = 2 + random.below(8);
        const square g = random_gradients(random, kind::plain, tasks, 30);
        Eigen::VectorXd s(tasks);
        for (double& v : s) v = std::pow(10, 12 * random.uniform() - 6);
        const square scaled = s.asDiagonal() * g;
        const Eigen::VectorXd d = g.transpose() * solved(nash_mtl{0}, gram_of(g)).w, e = scaled.transpose() * solved(nash_mtl{0}, gram_of(scaled)).w;
        CHECK((d - e).norm() < 1e-9 * d.norm());
        CHECK(std::abs(d.squaredNorm() - double(tasks)) < 1e-9);
        const Eigen::VectorXd two = g.transpose() * solved(fair_grad{2, 0}, gram_of(g)).w,
                              other = scaled.transpose() * solved(fair_grad{2, 0}, gram_of(scaled)).w;
        CHECK((two.normalized() - other.normalized()).norm() > 1e-3);
    }
}

TEST_CASE("a common factor s of the gradients is one of s^((1 - a) / (1 + a))") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    const square g = random_gradients(random, kind::plain, 5, 12);
    for (double alpha : {0.5, 1.0, 2.0, 4.0})
        for (double s : {1e-12, 3.0, 1e9}) {
            const square scaled = s * g;
            const Eigen::VectorXd d = g.transpose() * solved(fair_grad{alpha}, gram_of(g)).w,
                                  e = scaled.transpose() * solved(fair_grad{alpha}, gram_of(scaled)).w;
            CHECK((e - std::pow(s, (1 - alpha) / (1 + alpha)) * d).norm() < 1e-9 * e.norm());
        }
}

TEST_CASE("every task gains, by w^(-1/a), also where tasks are repeated or opposed") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    for (kind k : kinds)
        for (int draw = 0; draw < 20; ++draw) {
            const square g = random_gradients(random, k), a = gram_of(g);
            const answer x = solved(nash_mtl{}, a);
            const Eigen::VectorXd ridge = 1e-6 * a.diagonal().cwiseProduct(x.w), gain = a * x.w + ridge;
            const Eigen::VectorXd size = a.cwiseAbs() * x.w;
            CHECK((gain.array() > -1e-13 * size.array()).all());
            CHECK(((gain.cwiseProduct(x.w).array() - 1).abs() < 1e-9 + 1e-14 * size.cwiseProduct(x.w).array()).all());
        }
}

TEST_CASE("a task without a gradient is left out, and one task alone is normalised") {
    square a = square::Zero(3, 3);
    a(0, 0) = 4, a(2, 2) = 9, a(0, 2) = a(2, 0) = -3;
    const answer x = solved(nash_mtl{}, a);
    CHECK(x.w(1) == 0);
    square rest(2, 2);
    rest << 4, -3, -3, 9;
    const answer y = solved(nash_mtl{}, rest);
    CHECK((x.w(0) == y.w(0) && x.w(2) == y.w(1)));
    CHECK(solved(nash_mtl{}, square::Zero(2, 2)).w.isZero(0));
    CHECK(std::abs(solved(nash_mtl{0}, square::Constant(1, 1, 16)).w(0) - 0.25) < 1e-12);
}

TEST_CASE("float gradients that are nearly one direction get weights, by a larger ridge where rounding hides the equation") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    int raised = 0;
    for (index_t tasks : {2, 16, 50})
        for (double noise : {0.0, 1e-5, 1e-4, 1e-3})
            for (bool opposed : {false, true}) {
                const square common = normal(random, 1, 4096), own = normal(random, tasks, 4096);
                Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> g(tasks, 4096);
                Eigen::RowVectorXf d(4096);
                for (index_t k = 0; k < tasks; ++k) g.row(k) = ((opposed && k % 2 ? -1 : 1) * common + noise * own.row(k)).cast<float>();
                combiner balance(nash_mtl{}, tasks);
                balance.combine(g, d);
                std::vector<double> w(static_cast<std::size_t>(tasks));
                workspace scratch;
                const fairness_report found = nash_mtl{}.solve(balance.gram().matrix(), w, scratch);
                CHECK(found.residual <= 1e-8);
                CHECK(found.ridge < 1e-3);
                CHECK(d.allFinite());
                raised += found.ridge > 1e-6;
            }
    CHECK(raised < 24);
}

TEST_CASE("where there is no answer without a ridge one is taken, and what rounding keeps from any answer is an error") {
    square a(2, 2);
    a << 1, -2, -2, 4;
    const answer x = solved(nash_mtl{0}, a);
    CHECK((x.report.ridge > 0 && x.report.ridge < 1e-6 && x.report.residual <= 1e-8));
    CHECK(x.w.minCoeff() > 0);
    CHECK(solved(nash_mtl{0}, square::Identity(2, 2)).report.ridge == 0);
    const square far = Eigen::Vector3d(1e-200, 1, 1e200).asDiagonal();
    CHECK_THROWS_WITH(solved(fair_grad{.alpha = 0.01}, far),
                      "isotypic: FairGrad: no weights found for alpha = 0.010000: the gradients differ too much in length for it");
}

TEST_CASE("gradients over four decades of lengths take more steps where a is not 1, and are solved too") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    int most = 0;
    for (int draw = 0; draw < 2000; ++draw) {
        square g = random_gradients(random, kinds[std::size_t(random.below(index_t(std::size(kinds))))]);
        for (index_t k = 0; k < g.rows(); ++k) g.row(k) *= std::pow(10, 4 * random.uniform() - 2);
        const answer x = solved(fair_grad{.alpha = std::array{0.5, 1.0, 2.0, 4.0}[std::size_t(draw) % 4]}, gram_of(g));
        most = (std::max)(most, x.report.steps);
        CHECK(x.report.residual <= 1e-8);
    }
    CHECK(most <= 60);
}

TEST_CASE("numbers that make no sense are refused") {
    const square a = square::Identity(2, 2);
    CHECK_THROWS_WITH(solved(fair_grad{0}, a), "isotypic: FairGrad: alpha = 0.000000, and has to be above 0");
    CHECK_THROWS_AS(solved(fair_grad{-1}, a), error);
    CHECK_THROWS_AS(solved(fair_grad{std::nan("")}, a), error);
    CHECK_THROWS_AS(solved(fair_grad{1, -1}, a), error);
}
