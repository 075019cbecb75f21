// SPDX-License-Identifier: MIT
#include <isotypic/critic/simplex_program.hpp>
#include "allocations.hpp"
#include "gradients.hpp"
using namespace gradients;

namespace {

struct answer {
    numbers w;
    simplex_report report;
};
answer solve(numbers const& a, numbers const& b, workspace& scratch) {
    const auto k = static_cast<index_t>(b.size());
    auto scope = scratch.open();
    detail::simplex_program program(as_view(a.data(), k, k), scratch);
    answer found{numbers(b.size()), program.solve(b.data(), 1)};
    program.read(found.w.data());
    return found;
}
double value(numbers const& a, numbers const& b, numbers const& w) {
    const std::size_t k = w.size();
    double sum = dot(b, w);
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < k; ++j) sum += w[i] * a[i * k + j] * w[j] / 2;
    return sum;
}
/// By how much the least value may be below that of w: at most the largest <w - e_k, Aw + b>.
double gap(numbers const& a, numbers const& b, numbers const& w) {
    const std::size_t k = w.size();
    double of_w = 0, least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < k; ++i) {
        double slope = b[i];
        for (std::size_t j = 0; j < k; ++j) slope += a[i * k + j] * w[j];
        of_w += w[i] * slope, least = std::fmin(least, slope);
    }
    return of_w - least;
}
numbers linear(index_t k, std::uint64_t which, double size) {
    random_stream random(seed(), which);
    numbers b(static_cast<std::size_t>(k));
    for (double& x : b) x = size * random.normal();
    return b;
}
double largest(numbers const& a, numbers const& b) {
    double most = 0;
    for (double x : a) most = std::fmax(most, std::abs(x));
    for (double x : b) most = std::fmax(most, std::abs(x));
    return most;
}

}  // namespace

TEST_CASE("the answer lies on the simplex, and both certificates say that it is the least, singular matrices among them") {
    INFO("ISOTYPIC_SEED=", seed());
    workspace scratch;
    for (int family = 0; family < families; ++family)
        for (index_t k : {1, 2, 3, 5, 10, 50, 120})
            for (int draw = 0; draw < (k > 50 ? 2 : 40); ++draw) {
                CAPTURE(family);
                CAPTURE(k);
                CAPTURE(draw);
                const auto which = std::uint64_t(10000 * family + draw);
                const task_gradients g = of_family(family, k, draw % 2 ? 3 * k : 6, which);
                const numbers a = gram(g), b = linear(k, which, draw % 4 < 2 ? 0.1 : 3);
                const answer found = solve(a, b, scratch);
                double sum = 0;
                for (double x : found.w) {
                    CHECK(x >= 0);
                    sum += x;
                }
                CHECK(std::abs(sum - 1) < 1e-13);
                CHECK(found.report.violation < 1e-12);
                CHECK(found.report.steps <= 10 * k);
                CHECK(gap(a, b, found.w) < 1e-12 * largest(a, b));
                if (k > 2) {  // teeth: another point of the simplex shows
                    numbers off(found.w);
                    off[std::size_t(draw) % off.size()] += 0.1;
                    for (double& x : off) x /= 1.1;
                    if (family < 3 && value(a, b, off) > value(a, b, found.w) + 1e-6) CHECK(gap(a, b, off) > 1e-7);
                }
            }
}

TEST_CASE("no point of a fine grid is lower") {
    INFO("ISOTYPIC_SEED=", seed());
    workspace scratch;
    for (int family = 0; family < families; ++family)
        for (int draw = 0; draw < 20; ++draw) {
            const numbers a = gram(of_family(family == 1 ? 0 : family, 3, 4, std::uint64_t(draw))), b = linear(3, std::uint64_t(draw), 1);
            const answer found = solve(a, b, scratch);
            double least = std::numeric_limits<double>::infinity();
            for (int i = 0; i <= 200; ++i)
                for (int j = 0; i + j <= 200; ++j) least = std::fmin(least, value(a, b, {i / 200.0, j / 200.0, (200 - i - j) / 200.0}));
            const double size = largest(a, b);
            CHECK(value(a, b, found.w) < least + 1e-13 * size);
            CHECK(value(a, b, found.w) > least - 1e-3 * size);
        }
}

TEST_CASE("sizes of 1e-30 and 1e30, and both at once") {
    INFO("ISOTYPIC_SEED=", seed());
    workspace scratch;
    for (double size : {1e-30, 1e-10, 1e10, 1e30})
        for (index_t k : {2, 5, 20}) {
            const task_gradients plain = normal(k, 7, std::uint64_t(k)), scaled = normal(k, 7, std::uint64_t(k), 0, size);
            const numbers none(std::size_t(k), 0.0), at_one = solve(gram(plain), none, scratch).w, at_size = solve(gram(scaled), none, scratch).w;
            CHECK(distance(at_one, at_size) < 1e-11);
        }
    // Orthogonal gradients of lengths l_k: w_k is 1 / l_k^2, over the sum.
    const numbers lengths{1e-30, 1e-15, 1, 1e15, 1e30}, none(5, 0.0);
    numbers a(25, 0.0);
    for (std::size_t k = 0; k < 5; ++k) a[6 * k] = lengths[k] * lengths[k];
    const answer found = solve(a, none, scratch);
    for (std::size_t k = 0; k < 5; ++k) CHECK(found.w[k] / std::pow(1e-30 / lengths[k], 2) == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("a program that goes on from its last answer ends where a new one does") {
    INFO("ISOTYPIC_SEED=", seed());
    workspace scratch;
    for (int draw = 0; draw < 20; ++draw) {
        const numbers a = gram(normal(8, 20, std::uint64_t(draw))), b = linear(8, std::uint64_t(draw), 1);
        auto scope = scratch.open();
        detail::simplex_program warm(as_view(a.data(), 8, 8), scratch);
        for (double by : {0.0, 0.5, 4.0, 1000.0, 2.0, -3.0}) {
            numbers scaled(b), w(8);
            for (double& x : scaled) x *= by;
            CHECK(warm.solve(b.data(), by).violation < 1e-12);
            warm.read(w.data());
            CHECK(distance(w, solve(a, scaled, scratch).w) < 1e-11);
        }
    }
}

TEST_CASE("its tangent is the answer's derivative") {
    INFO("ISOTYPIC_SEED=", seed());
    workspace scratch;
    for (int draw = 0; draw < 20; ++draw) {
        const numbers a = gram(normal(6, 20, std::uint64_t(draw))), b = linear(6, std::uint64_t(draw), 1);
        auto scope = scratch.open();
        detail::simplex_program program(as_view(a.data(), 6, 6), scratch);
        numbers t(6), up(6), down(6), middle(6), slope(6);
        program.solve(b.data(), 2), program.read(middle.data());
        const auto [drift, bend] = program.tangent(b.data(), 1, t.data());
        program.solve(b.data(), 2 + 1e-5), program.read(up.data());
        program.solve(b.data(), 2 - 1e-5), program.read(down.data());
        double of_w = 0, of_t = 0;
        for (std::size_t i = 0; i < 6; ++i) {
            slope[i] = (up[i] - down[i]) / 2e-5;
            for (std::size_t j = 0; j < 6; ++j) of_w += middle[i] * a[6 * i + j] * t[j], of_t += t[i] * a[6 * i + j] * t[j];
        }
        bool same_face = true;
        for (std::size_t i = 0; i < 6; ++i) same_face = same_face && (up[i] > 0) == (down[i] > 0);
        if (same_face) CHECK(distance(slope, t) < 1e-8 * (1 + norm(t)));
        CHECK(drift == doctest::Approx(of_w).epsilon(1e-10));
        CHECK(bend == doctest::Approx(of_t).epsilon(1e-10));
    }
}

TEST_CASE("nothing is allocated once a shape has been seen, and numbers that are none end the search") {
    workspace scratch;
    const numbers a = gram(normal(20, 30, 1)), b(20, 0.0);
    numbers w(20);
    auto once = [&] {
        auto scope = scratch.open();
        detail::simplex_program program(as_view(a.data(), 20, 20), scratch);
        program.solve(b.data(), 1), program.read(w.data());
    };
    once();
    const std::size_t before = allocations();
    once();
    CHECK(allocations() == before);
    numbers bad(a);
    bad[7] = bad[140] = std::numeric_limits<double>::quiet_NaN();
    solve(bad, b, scratch);
}
