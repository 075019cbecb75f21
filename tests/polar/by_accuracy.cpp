// SPDX-License-Identifier: MIT
#include "engines.hpp"
#include <isotypic/norm/spectral.hpp>
#include <isotypic/polar/by_accuracy.hpp>
#include <Eigen/QR>

using namespace engines;

namespace {

dense orthonormal(index_t m, index_t n, std::uint64_t which) {
    return Eigen::HouseholderQR<dense>(formulas::gaussian(m, n, which)).householderQ() * dense::Identity(m, n);
}

/// Gaussian; log-spaced to 1e-6; clustered at 1, 0.01 and 0.001; of rank k/4.
dense input(int family, index_t k, index_t n) {
    if (family == 0) return formulas::gaussian(k, n, 1);
    Eigen::VectorXd s(k);
    for (index_t i = 0; i < k; ++i)
        s(i) = family == 1 ? std::pow(1e-6, double(i) / double(k - 1)) : family == 2 ? (2 * i < k ? 1 : i % 2 ? 0.001 : 0.01) : double(4 * i < k);
    return orthonormal(k, k, 2) * s.asDiagonal() * orthonormal(n, k, 3).transpose();
}

/// In long double: Jacobi's own rounding is more than the promise in double.
Eigen::VectorXd singular_values(dense const& x) {
    using wide = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    return Eigen::JacobiSVD<wide>(x.cast<long double>()).singularValues().cast<double>();
}

template <class T>
void keeps_its_promise(by_accuracy const& engine, bool asked) {
    for (auto const& shape : {std::pair<index_t, index_t>{8, 8}, {40, 40}, {30, 90}, {60, 24}}) {
        const index_t k = shape.first;
        const index_t n = shape.second;
        const polar_plan plan = engine.plan<T>(k, n);
        INFO(engine.accuracy << " above " << engine.above << ", " << k << " x " << n << ", seed " << seed());
        CHECK((plan.accuracy <= engine.accuracy) == asked);
        for (int family = 0; family < 4; ++family) {
            const dense a = (k < n ? input(family, k, n) : dense(input(family, n, k).transpose())).template cast<T>().template cast<double>();
            const Eigen::VectorXd before = singular_values(a), after = singular_values(factor<T>(engine, a));
            double worst = 0;
            for (index_t i = 0; i < before.size(); ++i)
                if (before(i) >= engine.above * before(0)) worst = std::max(worst, std::abs(1 - after(i)));
            CHECK(worst <= plan.accuracy * 1.01);
            CHECK(after(0) <= 1 + plan.accuracy * 1.01);
            // The bound is no alibi: the input that is known to be the worst for the scale comes near to it.
            if (family == 1 && plan.accuracy > 1e-3) CHECK(worst > 0.2 * plan.accuracy);
        }
    }
}

}  // namespace

TEST_CASE("by_accuracy: the promise holds on four families of spectra") {
    for (double accuracy : {0.2, 0.05, 1e-3, 1e-5})
        for (double above : {0.1, 1e-2, 1e-3, 1e-4}) keeps_its_promise<float>({accuracy, above}, true);
    for (double accuracy : {0.05, 1e-3, 1e-6, 1e-12})
        for (double above : {0.1, 1e-3, 1e-6}) keeps_its_promise<double>({accuracy, above}, true);
}

TEST_CASE("by_accuracy: what cannot be had is said beforehand") {
    CHECK(by_accuracy{.accuracy = 0.1, .above = 1e-8}.plan<float>(64, 64).accuracy == 1);  // below the matrix's own rounding
    CHECK(by_accuracy{.accuracy = 0.1, .above = 1e-8}.plan<double>(64, 64).accuracy <= 0.1);
    keeps_its_promise<float>({1e-9, 1e-2}, false);
    keeps_its_promise<double>({1e-17, 1e-2}, false);
    CHECK(by_accuracy{1e-9, 1e-2}.plan<float>(40, 40).accuracy < 1e-5);
}

TEST_CASE("by_accuracy: no single pass, and no pair of passes, does it for less") {
    for (by_accuracy const& wish : {by_accuracy{0.05, 0.01}, {1e-3, 1e-3}, {1e-6, 1e-2}, {1e-10, 1e-4}})
        for (auto const& shape : {std::pair<index_t, index_t>{64, 64}, {512, 512}, {512, 4096}}) {
            const index_t k = shape.first;
            const index_t n = shape.second;
            const polar_plan plan = wish.plan<double>(k, n);
            const double low = wish.above / std::pow(double(k), 0.25), cubes = double(k * k * k), product = double(k) * double(k * n);
            auto cost = [&](int terms) { return terms * (1 + 120 / double(k)) * cubes + (3.1 + 40 / double(k)) * product; };
            for (int r = 1; r <= 8; ++r) {
                const zolotarev_map f = best_map(r, low);
                if (f.error <= 0.9 * wish.accuracy) CHECK(plan.flops <= cost(r));
                for (int q = 1; q <= 8; ++q)
                    if (best_map(q, (1 - f.error) / (1 + f.error)).error <= 0.9 * wish.accuracy) CHECK(plan.flops <= cost(r) + cost(q));
            }
        }
}

TEST_CASE("by_accuracy: a row is divided by its norm, and the plan's cost does not know tall from wide") {
    const dense a = formulas::gaussian(1, 9, 1);
    CHECK(distance(factor<double>(by_accuracy{0.5, 0.5}, a), a / a.norm()) < 1e-15);
    CHECK(by_accuracy{}.plan<float>(9, 40).flops == by_accuracy{}.plan<float>(40, 9).flops);
    CHECK(by_accuracy{}.plan<float>(0, 4).accuracy < 1e-6);
}

TEST_CASE("by_accuracy: what every engine owes") {
    for (by_accuracy const& engine : {by_accuracy{}, by_accuracy{1e-6, 1e-3}}) {
        keep_their_word<double>(engine, formulas::exact_polar, [](dense const&) { return 2e-5; });
        keep_their_word<float>(engine, formulas::exact_polar, [](dense const&) { return 2e-4; });
        CHECK(same_at_every_address<float>(engine));
    }
    CHECK(distance(factor<double>(by_accuracy{1e-12, 1e-3}, formulas::gaussian(20, 30, 5)), formulas::exact_polar(formulas::gaussian(20, 30, 5))) < 1e-11);
}

TEST_CASE("by_accuracy: a bound that is none is refused, and the block keeps its numbers") {
    const dense a = formulas::gaussian(3, 5, 1);
    dense u = a;
    cpu device;
    for (by_accuracy const& engine : {by_accuracy{0, 0.1}, {std::nan(""), 0.1}, {0.1, 0}, {0.1, -1}}) {
        CHECK_THROWS_AS(engine(device, view<double const>(as_view(a)), as_view(u)), error);
        CHECK(u == a);
    }
    CHECK_THROWS_WITH_AS((by_accuracy{0, 0.1}.plan<float>(3, 5)), "isotypic: by_accuracy takes a positive accuracy and a positive share of sigma_1, here 0.000000 and 0.100000", error);
}
