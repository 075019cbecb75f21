// SPDX-License-Identifier: MIT
#include "products.hpp"
#include "update/decompositions.hpp"
#include <isotypic/polar/gram_newton_schulz.hpp>

using namespace engines;

namespace {

std::vector<int> positions(std::bitset<64> const& at) {
    std::vector<int> p;
    for (int i = 0; i < 64; ++i)
        if (at[std::size_t(i)]) p.push_back(i);
    return p;
}
std::vector<int> restarts(coefficients const& set, double noise) { return positions(gram_restarts(set, noise)); }

/// By how much a step's factor is off at worst, where the Gram matrix has -1e-40 in the place of 0 after every restart.
double worst(coefficients const& set, std::bitset<64> const& at) {
    double r = 0, most = 0;
    for (int i = 0; i < set.steps; ++i) {
        const quintic q = set.step(i);
        if (i == 0 || at[std::size_t(i)]) r = -1e-40;
        most = std::max(most, std::abs((q.b * r + q.c * r * r) / q.a) / 1e-40);
        r *= std::pow(q.a + q.b * r + q.c * r * r, 2);
    }
    return most;
}

}  // namespace

TEST_CASE("gram_newton_schulz: restarts where the authors have them") {
    const std::vector<int> after_two{2}, never;
    for (coefficients const& set : {polar_express.with_steps(5), polar_express_105}) {
        CHECK(restarts(set, 4e-4) == after_two);
        CHECK(restarts(set, 2 * double(std::numeric_limits<float>::epsilon())) == never);
    }
    CHECK(restarts(polar_express, 2 * double(std::numeric_limits<float>::epsilon())) == std::vector<int>{3});
    CHECK(restarts(polar_express, 2 * std::numeric_limits<double>::epsilon()) == never);
    CHECK(gram_restarts(polar_express, 1, 262144).to_ulong() == 1 << 3);
    CHECK(restarts(polar_express.with_steps(1), 1) == never);
    CHECK(restarts(polar_express.with_steps(4), 1e3) == std::vector<int>{1, 2, 3});
    CHECK(gram_restarts(simple_quintic.with_steps(100), 1e-7).count() > 5);
}

TEST_CASE("gram_newton_schulz: no placement has fewer restarts within the bound, nor a smaller worst") {
    for (coefficients const& set : every_set)
        for (double noise : {4e-4, 1e-5, 2.4e-7, 4.4e-16}) {
            const coefficients some = set.with_steps(std::min(set.steps, 9));
            const auto chosen = gram_restarts(some, noise);
            double best = INFINITY;
            std::size_t fewest = 64;
            for (unsigned long bits = 0; bits < 1ul << some.steps; bits += 2) {
                const std::bitset<64> at(bits);
                const double off = noise * worst(some, at);
                if (off > 1. / 16 || at.count() > fewest) continue;
                best = at.count() < fewest ? off : std::min(best, off), fewest = at.count();
            }
            CHECK(chosen.count() == fewest);
            CHECK(noise * worst(some, chosen) == doctest::Approx(best).epsilon(1e-9));
        }
}

TEST_CASE("gram_newton_schulz: every set does to singular values what its scalar map says") {
    for (coefficients const& set : every_set) {
        auto formula = [&](dense const& a) { return formulas::iterated(a, set); };
        keep_their_word<double>(gram_newton_schulz{set}, formula, [&](dense const& a) { return 1e-14 * slope(a / a.norm(), set); });
        keep_their_word<float>(gram_newton_schulz{set}, formula, [&](dense const& a) { return 2e-6 * slope(a / a.norm(), set); });
        keep_their_word<double>(gram_newton_schulz{set, 1e-12}, formula, [&](dense const& a) { return 1e-14 * slope(a / a.norm(), set); });
    }
}

TEST_CASE("gram_newton_schulz: the golden polar factors as near as newton_schulz") {
    for_each_golden([](double, double, dense const& a, dense const& polar) {
        CHECK(distance(factor<double>(gram_newton_schulz{}, a), polar) <= distance(factor<double>(newton_schulz{}, a), polar) + 1e-10);
        CHECK(distance(factor<float>(gram_newton_schulz{}, a), polar) <= distance(factor<float>(newton_schulz{}, a), polar) + 5e-4);
    });
}

TEST_CASE("gram_newton_schulz: at short rank restarts keep what one Gram matrix for ten steps would destroy") {
    const dense a = formulas::gaussian(12, 5, 1) * formulas::gaussian(5, 40, 2), want = factor<double>(newton_schulz{deepseek}, a);
    CHECK(distance(factor<float>(gram_newton_schulz{deepseek}, a), want) <= 2e-2);
    CHECK_FALSE(distance(factor<float>(gram_newton_schulz{deepseek, 1e30}, a), want) <= 1);
}

TEST_CASE("gram_newton_schulz: rounding takes no eigenvalue 0 of a Gram matrix below -4 u of its largest") {
    cpu device;
    for (auto shape : {std::pair{40, 90}, {100, 300}, {60, 2000}})
        for (int rank : {1, 10, 30}) {
            const Eigen::MatrixXf x = (formulas::gaussian(shape.first, rank, 1) * formulas::gaussian(rank, shape.second, 2)).cast<float>();
            Eigen::MatrixXf c(shape.first, shape.first);
            multiply_symmetric<float>(device, 1, view<float const>(as_view(x)), 0, view<float>(as_view(c)));
            const auto values = Eigen::SelfAdjointEigenSolver<dense>(c.cast<double>()).eigenvalues();
            CHECK(values(0) >= -2 * double(std::numeric_limits<float>::epsilon()) * values(shape.first - 1));
        }
}

TEST_CASE("gram_newton_schulz: a square block takes the plain loop") {
    const dense a = formulas::gaussian(9, 9, 3);
    CHECK(factor<float>(gram_newton_schulz{you5}, a) == factor<float>(newton_schulz{you5}, a));
    CHECK_FALSE(gram_newton_schulz{keller.with_norm_eps(1e-7)}.scale_free());
}

TEST_CASE("gram_newton_schulz: addresses, powers of two, allocations, threads") {
    CHECK(same_at_every_address<float>(gram_newton_schulz{}));
    CHECK(same_at_every_address<double>(gram_newton_schulz{cubic5}));
    CHECK(scales_exactly<float>(gram_newton_schulz{}, 60));
    CHECK(scales_exactly<double>(gram_newton_schulz{}, 300));
    CHECK(allocates_nothing<float>(gram_newton_schulz{}));
    CHECK(same_for_threads<float>(gram_newton_schulz{}));
}
