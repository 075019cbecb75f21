// SPDX-License-Identifier: MIT
#include "rational.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/norm/spectral.hpp>
#include <isotypic/polar/zolo_pd.hpp>

using namespace engines;

namespace {

template <class T>
int terms(double condition) {
    const auto maps = zolo_pd{1 / condition}.maps<T>();
    CHECK(maps[0].terms == maps[1].terms);
    return maps[0].terms;
}

template <class T>
std::vector<T> with_threads(index_t threads, index_t m, index_t n) {
    thread_pool pool(threads);
    cpu device(pool);
    storage<T> x(m, n), u(m, n);
    x.fill(9);
    zolo_pd{}(device, view<T const>(x.one()), u.one());
    return elements(u.one());
}

}  // namespace

TEST_CASE("zolo_pd: terms by condition as in the authors' table") {
    const double known[] = {6.5, 180, 1.5e4, 2e6, 1e9, 3e12};  // up to which 2, 3, .. 7 terms do
    for (int r = 2; r < 8; ++r) {
        CHECK(terms<double>(known[r - 2] / 1.5) == r);
        CHECK(terms<double>(known[r - 2] * 1.5) == r + 1);
    }
    CHECK(terms<double>(1e30) == 8);
    CHECK(terms<float>(1e30) == 4);
    CHECK(terms<float>(100) == 2);
}

TEST_CASE("zolo_pd: the first map keeps between f(least) and 1, the second ends at 1") {
    auto off = [](auto const& maps, double least) {
        double worst = 0;
        for (double x = least; x <= 1; x *= 1.01)
            worst = std::max({worst, (maps[0](x) - 1) / 1e6, (maps[0](least) / maps[0](x) - 1) / 1e6, std::abs(maps[1](maps[0](x)) - 1)});
        return worst;
    };
    CHECK(off(zolo_pd{}.maps<double>(), std::numeric_limits<double>::epsilon()) <= 2e-15);
    CHECK(off(zolo_pd{1e-4}.maps<double>(), 1e-4) <= 2e-15);
    CHECK(off(zolo_pd{}.maps<float>(), std::numeric_limits<float>::epsilon()) <= 1e-7);
}

TEST_CASE("zolo_pd: the golden polar factors, to rounding times condition") {
    for_each_golden([](double condition, double, dense const& a, dense const& polar) {
        CHECK(distance(factor<double>(zolo_pd{}, a), polar) <= 1e-14 * condition);
        if (condition < 1e4) CHECK(distance(factor<float>(zolo_pd{}, a), polar) <= 1e-6 * condition);
    });
}

TEST_CASE("zolo_pd: what every engine owes") {
    keep_their_word<double>(zolo_pd{}, formulas::exact_polar, [](dense const& a) { return 2e-15 * condition(a); });
    keep_their_word<float>(zolo_pd{}, formulas::exact_polar, [](dense const& a) { return 1e-6 * condition(a); });
    CHECK(same_at_every_address<float>(zolo_pd{}));
    CHECK(same_at_every_address<double>(zolo_pd{}));
    CHECK(scales_exactly<float>(zolo_pd{}, 60));
    CHECK(scales_exactly<double>(zolo_pd{}, 300));
}

TEST_CASE("zolo_pd: orthogonal and backward stable at any condition") {
    for (double most : {1e1, 1e6, 1e12, 1e14}) accurate_at<double>(zolo_pd{}, most, 1e-14);
    for (double most : {1e1, 1e3, 1e6}) accurate_at<float>(zolo_pd{}, most, 5e-6);
}

TEST_CASE("zolo_pd: values under `least` go where the scalar maps take them") {
    const spectrum known(30, 20, 1e9);
    const auto maps = zolo_pd{1e-3}.maps<double>();
    const double norm = known.s.norm();
    const dense want = formulas::by_values(known.matrix(), [&](double s) {
        const double x = maps[1](maps[0](s / norm));
        return x * (3 - x * x) / 2;
    });
    CHECK(want.squaredNorm() < 12);
    CHECK(distance(factor<double>(zolo_pd{1e-3}, known.matrix()), want) <= 1e-11);
}

TEST_CASE("zolo_pd: a bound next to 1 is one, a bound that is none is refused, on threads too") {
    cpu d;
    double x[] = {3, 4}, u[2];
    for (int i = 1; i < 300; ++i) CHECK_NOTHROW(zolo_pd{.least = 1 - 1e-7 * i}(d, view<double const>(x, 2, 1), view<double>(u, 2, 1)));
    CHECK(u[0] == doctest::Approx(0.6));
    thread_pool pool(2);
    cpu threads(pool);
    double two[] = {3, 0, 0, 1, 3, 0, 0, 1}, to[8];
    const blocks<double const> batch(view<double const>(two, 2, 2), 2, 4);
    CHECK_THROWS_AS(spectral<zolo_pd>{{.least = 1.5}}.steepest(threads, batch, blocks<double>(view<double>(to, 2, 2), 2, 4)), error);
}

TEST_CASE("zolo_pd: short rank") {
    keeps_rank<double>(zolo_pd{}, 1e-13);
    keeps_rank<float>(zolo_pd{}, 1e-4);
    keeps_zeros<double>(zolo_pd{}, 1e-13);
    keeps_zeros<float>(zolo_pd{}, 1e-4);
}

TEST_CASE("zolo_pd: same bits for any number of threads") {
    for (index_t threads : {2, 3, 7}) {
        CHECK(same_bits(with_threads<double>(threads, 130, 70), with_threads<double>(1, 130, 70)));
        CHECK(same_bits(with_threads<float>(threads, 60, 200), with_threads<float>(1, 60, 200)));
    }
}
