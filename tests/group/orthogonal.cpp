// SPDX-License-Identifier: MIT
#include <isotypic/group/orthogonal.hpp>
#include "group/samples.hpp"

using namespace isotypic;

TEST_CASE("samples are orthogonal to rounding, up to 200 positions") {
    for (index_t n : {0, 1, 2, 3, 10, 200}) CHECK(samples_in<orthogonal, orthogonal>(n, 2, 1e-13) == 2);
}

TEST_CASE("contains refuses what is not orthogonal") {
    const double shear[4] = {1, 0.1, 0, 1}, scaled[4] = {1.01, 0, 0, 1}, rotation[4] = {0.6, -0.8, 0.8, 0.6};
    const double nan[1] = {std::nan("")};
    CHECK(!orthogonal::contains(view<double const>(shear, 2, 2), 1e-3));
    CHECK(!orthogonal::contains(view<double const>(scaled, 2, 2), 1e-3));
    CHECK(orthogonal::contains(view<double const>(rotation, 2, 2), 1e-15));
    CHECK(!orthogonal::contains(view<double const>(nan, 1, 1), 1));
}

TEST_CASE("Haar: the moments of entries, trace and determinant") {
    // E g_ij = 0, E g_ij^2 = 1/n, E g_ij^4 = 3 / n(n+2), E tr^2 = 1, P(det = 1) = 1/2, whatever g is multiplied by.
    random_stream random(seed());
    const int draws = 20000;
    double first = 0, square = 0, fourth = 0, mixed = 0, trace = 0, proper = 0;
    for (int t = 0; t < draws; ++t) {
        storage<double> s(3, 3);
        const auto g = s.one();
        orthogonal::sample(g, random);
        const double a = g(2, 0), tr = g(0, 0) + g(1, 1) + g(2, 2);
        first += a, square += a * a, fourth += a * a * a * a, mixed += g(0, 0) * g(1, 1), trace += tr * tr;
        proper += g(0, 0) * (g(1, 1) * g(2, 2) - g(1, 2) * g(2, 1)) - g(0, 1) * (g(1, 0) * g(2, 2) - g(1, 2) * g(2, 0)) +
                          g(0, 2) * (g(1, 0) * g(2, 1) - g(1, 1) * g(2, 0)) > 0;
    }
    const double five = 5 / std::sqrt(double(draws));
    INFO("seed ", seed());
    CHECK(std::abs(first / draws) < five * 0.58);
    CHECK(std::abs(square / draws - 1 / 3.) < five * 0.3);
    CHECK(std::abs(fourth / draws - 0.2) < five * 0.27);
    CHECK(std::abs(mixed / draws) < five * 0.4);
    CHECK(std::abs(trace / draws - 1) < five * 1.8);
    CHECK(std::abs(proper / draws - 0.5) < five * 0.5);
}
