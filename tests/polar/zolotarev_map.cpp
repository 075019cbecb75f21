// SPDX-License-Identifier: MIT
#include <isotypic/polar/zolotarev_map.hpp>
#include <doctest/doctest.h>
#include <algorithm>
#include <vector>

using namespace isotypic;

namespace {

/// Computed apart from this code with 40 digits.
struct known {
    double least, error, scale;
    std::vector<double> shift, weight;
};
const known table[] = {
    {1e-2, 6.50e-2, 0.7620653628, {2.269502135e-4, 3.364974222e-2}, {3.616763276e-2, 3.735527398e-1}},
    {1e-2,
     2.41e-3,
     0.4238176317,
     {5.126780341e-5, 1.308567566e-3, 1.959908158e-2, 3.223322079e-1},
     {2.459882587e-2, 7.511087197e-2, 2.834442837e-1, 1.305928778}},
    {1e-3,
     1.89e-2,
     0.5866317334,
     {1.118638604e-6, 6.249901836e-5, 2.515871049e-3, 1.054852537e-1},
     {2.911110423e-3, 1.593775229e-2, 1.004629916e-1, 6.829743713e-1}},
    {1e-3,
     1.62e-4,
     0.3105974777,
     {2.575283116e-7, 4.182733487e-6, 3.237237039e-5, 2.309158061e-4, 1.629694987e-3, 1.15319812e-2, 8.407700862e-2, 7.719640701e-1},
     {2.242791685e-3, 4.55313306e-3, 1.155395183e-2, 3.046108069e-2, 8.08295125e-2, 2.160183263e-1, 6.038113483e-1, 2.339140327}},
    {1e-4,
     6.05e-2,
     0.7488729516,
     {2.157753663e-8, 2.919024146e-6, 3.246413207e-4, 3.669102535e-2},
     {3.554013918e-4, 3.422883402e-3, 3.604201526e-2, 3.900629029e-1}},
};

}  // namespace

TEST_CASE("zolotarev_map: the coefficients to ten digits") {
    for (known const& k : table) {
        const zolotarev_map f = best_map(int(k.shift.size()), k.least);
        CHECK(f.scale == doctest::Approx(k.scale).epsilon(2e-10));
        CHECK(f.error == doctest::Approx(k.error).epsilon(5e-3));
        for (std::size_t j = 0; j < k.shift.size(); ++j) {
            CHECK(f.shift[j] == doctest::Approx(k.shift[j]).epsilon(1e-9));
            CHECK(f.weight[j] == doctest::Approx(k.weight[j]).epsilon(1e-9));
        }
    }
}

TEST_CASE("zolotarev_map: 2 r + 2 equal alternating errors on [least, 1], so no map of its type is better") {
    for (double least : {1e-6, 1e-3, 0.1, 0.29, 0.31, 0.9})
        for (int terms = 0; terms <= zolotarev_map::most_terms; ++terms) {
            const zolotarev_map f = best_map(terms, least);
            if (f.error < 1e-9) continue;
            INFO(terms, " terms from ", least);
            int alternations = 0;
            double sign = 0, extreme = 0, worst = 0;
            auto close = [&] { alternations += std::abs(extreme) > 0.99 * f.error; };
            for (int i = 0; i <= 200000; ++i) {
                const double off = f(std::pow(least, 1 - i / 200000.)) - 1;
                worst = std::max(worst, std::abs(off));
                if (off * sign < 0) close(), extreme = 0;
                sign = off != 0 ? off : sign, extreme = std::abs(off) > std::abs(extreme) ? off : extreme;
            }
            close();
            CHECK(alternations == 2 * terms + 2);
            CHECK(worst <= f.error * (1 + 1e-6) + 1e-14);
        }
}

TEST_CASE("zolotarev_map: odd, increasing from 0 with the slope it states, without a pole above 1") {
    const zolotarev_map f = best_map(4, 1e-3);
    CHECK(f(0) == 0);
    CHECK(f(-0.3) == -f(0.3));
    CHECK(f(1e-9) / 1e-9 == doctest::Approx(f.slope()).epsilon(1e-6));
    CHECK(f.slope() == doctest::Approx(1704).epsilon(1e-3));
    for (double x = 1e-8; x < 1e-3; x *= 1.1) CHECK((f(x) > 0 && f(x) < f(1.1 * x)));
    for (double x = 1; x < 1e3; x *= 1.1) CHECK((f(x) > 0.9 && f(x) < 1 + f.error + 2 * x));
}

TEST_CASE("zolotarev_map: ends of the range") {
    CHECK(best_map(3, 1)(1) == doctest::Approx(1).epsilon(1e-14));
    for (double least : {1e-12, 1e-16}) {
        const zolotarev_map f = best_map(8, least);
        CHECK((f.error > 0 && f.error < 1));
        CHECK(f(least) == doctest::Approx(1 - f.error).epsilon(1e-9));
    }
}

TEST_CASE("zolotarev_map: what there is no map for is refused") {
    const char* sentence = "isotypic: best_map takes 0 to 8 terms and 0 < least <= 1, here 9 and 0.100000";
    CHECK_THROWS_WITH_AS(best_map(9, 0.1), sentence, error);
    CHECK_THROWS_AS(best_map(-1, 0.1), error);
    for (double least : {0., -1., 2., std::nan("")}) CHECK_THROWS_AS(best_map(2, least), error);
}
