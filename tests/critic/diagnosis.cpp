// SPDX-License-Identifier: MIT
#include <isotypic/critic/diagnosis.hpp>
#include "gradients.hpp"
using namespace gradients;

namespace {
constexpr double infinite = std::numeric_limits<double>::infinity();
task_diagnosis of(numbers const& a, double cutoff = singular_to_rounding) {
    const auto k = static_cast<index_t>(std::lround(std::sqrt(double(a.size()))));
    return diagnose(as_view(a.data(), k, k), cutoff);
}
}  // namespace

TEST_CASE("of two gradients all is known in closed form") {
    for (double cosine : {-0.9, -0.1, 0.0, 0.5, 0.999}) {
        const task_diagnosis e = of({4, 2 * cosine, 2 * cosine, 1});
        CHECK(e.scale_spread == doctest::Approx(4));
        CHECK(e.collapse == doctest::Approx((1 + std::abs(cosine)) / (1 - std::abs(cosine))).epsilon(1e-12));
        const double half = 2.5, root = std::sqrt(half * half - 4 * (1 - cosine * cosine));
        CHECK(e.condition == doctest::Approx((half + root) / (half - root)).epsilon(1e-12));
        const double p = (1 + cosine) / 2, q = (1 - cosine) / 2;
        CHECK(e.effective_rank == doctest::Approx(std::exp(-p * std::log(p) - q * std::log(q))).epsilon(1e-12));
        CHECK(e.mean_cosine == doctest::Approx(cosine));
        CHECK(e.conflicts == (cosine < 0 ? 1 : 0));
        CHECK(e.tasks == 2);
        CHECK(e.without == 0);
    }
}

TEST_CASE("the condition is at most spread times collapse, is Eigen's where that can tell, and reaches the product") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int family : {0, 1, 2, 7})
        for (index_t k : {2, 3, 10, 50})
            for (int draw = 0; draw < 10; ++draw) {
                const task_gradients g = of_family(family, k, 2 * k, std::uint64_t(draw));
                const numbers a = gram(g);
                const task_diagnosis e = of(a);
                CHECK(e.condition <= e.scale_spread * e.collapse * (1 + 1e-9));
                CHECK(e.condition >= 1);
                if (family == 0 || family == 2) {
                    Eigen::MatrixXd m(k, k);
                    for (index_t i = 0; i < k * k; ++i) m.data()[i] = a[std::size_t(i)];
                    const Eigen::VectorXd spectrum = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(m).eigenvalues();
                    CHECK(e.condition == doctest::Approx(spectrum(k - 1) / spectrum(0)).epsilon(1e-8));
                    if (k >= 10) CHECK(e.condition < e.scale_spread * e.collapse * 0.999);
                }
            }
    const task_diagnosis diagonal = of({1e-40, 0, 0, 0, 1, 0, 0, 0, 1e40});
    CHECK(diagonal.condition == doctest::Approx(1e80).epsilon(1e-12));
    CHECK(diagonal.collapse == doctest::Approx(1));
}

TEST_CASE("the size of a task changes the spread alone, directions the rest alone") {
    INFO("ISOTYPIC_SEED=", seed());
    task_gradients g = normal(6, 20, 1);
    const task_diagnosis plain = of(gram(g));
    for (index_t j = 0; j < 20; ++j) g(2, j) *= 1e3;
    const task_diagnosis larger = of(gram(g));
    CHECK(larger.scale_spread > 1e4 * plain.scale_spread);
    CHECK(larger.condition > 1e4 * plain.condition);
    CHECK(larger.collapse == doctest::Approx(plain.collapse).epsilon(1e-11));
    CHECK(larger.effective_rank == doctest::Approx(plain.effective_rank).epsilon(1e-12));
    CHECK(larger.mean_cosine == doctest::Approx(plain.mean_cosine).epsilon(1e-12));
    for (double size : {1e-30, 1e30}) {
        const task_diagnosis at_size = of(gram(normal(6, 20, 1, 0, size)));
        CHECK(at_size.condition == doctest::Approx(plain.condition).epsilon(1e-10));
        CHECK(at_size.scale_spread == doctest::Approx(plain.scale_spread).epsilon(1e-12));
    }
    const task_diagnosis common = of(gram(of_family(2, 6, 20, 1)));
    CHECK(common.collapse > 2 * plain.collapse);
    CHECK(common.effective_rank < 0.5 * plain.effective_rank);
    CHECK(common.mean_cosine > 0.5);
}

TEST_CASE("what is singular to rounding is infinite, by the cutoff that is asked for") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int family : {4, 5})
        for (index_t k : {2, 7, 50}) {
            const task_diagnosis e = of(gram(of_family(family, k, 2 * k, 1)));
            CHECK(e.collapse == infinite);
            CHECK(e.condition == infinite);
        }
    CHECK(of(gram(normal(8, 5, 1))).collapse == infinite);
    CHECK(of(gram(normal(5, 8, 1))).collapse < 1e6);
    const numbers near{1, 1 - 1e-7, 1 - 1e-7, 1};
    CHECK(of(near).collapse == doctest::Approx(2e7).epsilon(1e-6));
    CHECK(of(near, 1e-6).collapse == infinite);
}

TEST_CASE("orthogonal gradients have the full rank, equal ones rank 1, and tasks without one are left out and counted") {
    const task_diagnosis full = of({2, 0, 0, 0, 2, 0, 0, 0, 2});
    CHECK(full.effective_rank == doctest::Approx(3));
    CHECK(full.condition == doctest::Approx(1));
    CHECK(full.conflicts == 0);
    CHECK(of({1, 1, 1, 1}).effective_rank == doctest::Approx(1));
    const task_diagnosis gap = of({4, 0, 2, 0, 0, 0, 2, 0, 4}), without = of({4, 2, 2, 4});
    CHECK(gap.tasks == 2);
    CHECK(gap.without == 1);
    CHECK(gap.condition == without.condition);
    CHECK(gap.mean_cosine == without.mean_cosine);
    const task_diagnosis one = of({9}), none = of({0, 0, 0, 0});
    CHECK(one.condition == 1);
    CHECK(one.effective_rank == 1);
    CHECK(one.mean_cosine == 0);
    CHECK(none.tasks == 0);
    CHECK(none.without == 2);
    CHECK(none.condition == 1);
    CHECK_THROWS_WITH(of({1, infinite, infinite, 1}), "isotypic: diagnosis: the product of tasks 0 and 1 is not finite");
    CHECK_THROWS_WITH(diagnose(as_view(static_cast<double const*>(nullptr), 2, 3)), "isotypic: diagnosis: a Gram matrix of 2 x 3");
}

TEST_CASE("worst-k takes each seed's own worst tasks, not those of the mean") {
    const Eigen::MatrixXd success{{0, 1, 1, 0.5}, {1, 0, 1, 0.25}};
    CHECK(worst_k(success, 1) == 0);
    CHECK(worst_k(success, 2) == doctest::Approx((0.25 + 0.125) / 2));
    CHECK(worst_k(success, 4) == doctest::Approx(4.75 / 8));
    const Eigen::RowVectorXd of_mean = success.colwise().mean();
    CHECK(std::abs(worst_k(success, 2) - worst_k(of_mean, 2)) > 0.1);
    const Eigen::MatrixXf rates{{0.5f, 0.25f}};
    CHECK(worst_k(rates, 1) == 0.25);
    CHECK(worst_k(Eigen::VectorXd(success.row(0)), 2) == 0.25);
    CHECK_THROWS_WITH(worst_k(success, 0), "isotypic: worst-k success: the 0 worst of 4 tasks");
    CHECK_THROWS(worst_k(success, 5));
    const Eigen::MatrixXd nothing(0, 4), lost{{0, std::nan("")}};
    CHECK_THROWS_WITH(worst_k(nothing, 1), "isotypic: worst-k success of no seed");
    CHECK_THROWS(worst_k(lost, 1));
}
