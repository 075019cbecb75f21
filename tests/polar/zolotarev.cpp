// SPDX-License-Identifier: MIT
#include "engines.hpp"
#include "allocations.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/norm/spectral.hpp>
#include <isotypic/polar/zolotarev.hpp>

using namespace engines;

namespace {

/// The maps on singular values in double: the first divided by the Schatten-4 norm, the others by what the last one left.
dense by_maps(zolotarev const& engine, dense const& a) {
    if (std::min(a.rows(), a.cols()) == 1) return a / a.norm();
    const Eigen::VectorXd s = Eigen::JacobiSVD<dense>(a).singularValues();
    double scale = std::pow(s.array().pow(4).sum(), 0.25);
    return formulas::by_values(a, [&](double v) {
        v /= scale;
        double error = 0;
        for (zolotarev_map const& map : engine.passes)
            if (map.terms) v = map(v / (1 + error)), error = map.error;
        return v;
    });
}

const zolotarev twice{best_map(2, 1e-3), best_map(2, 0.66)};

}  // namespace

TEST_CASE("zolotarev: does to singular values what its scalar maps say") {
    for (zolotarev const& engine : {zolotarev{}, zolotarev{best_map(1, 0.1)}, zolotarev{best_map(8, 1e-2)}, twice}) {
        auto formula = [&](dense const& a) { return by_maps(engine, a); };
        keep_their_word<double>(engine, formula, [](dense const&) { return 1e-10; });
        keep_their_word<float>(engine, formula, [](dense const&) { return 2e-2; });
        CHECK(same_at_every_address<float>(engine));
        CHECK(same_at_every_address<double>(engine));
    }
    CHECK(distance(by_maps(zolotarev{}, formulas::gaussian(5, 12, 7)), by_maps(twice, formulas::gaussian(5, 12, 7))) > 1e-3);
}

TEST_CASE("zolotarev: a second pass is orthogonal to rounding") {
    const dense a = formulas::gaussian(40, 90, 1);
    const dense u = factor<float>(twice, a), v = factor<double>(zolotarev{best_map(3, 1e-3), best_map(4, 0.88)}, a);
    CHECK((u * u.transpose() - dense::Identity(40, 40)).norm() < 2e-5);
    CHECK((v * v.transpose() - dense::Identity(40, 40)).norm() < 1e-13);
    CHECK(distance(v, formulas::exact_polar(a)) < 1e-12);
}

TEST_CASE("zolotarev: no scale is special, and powers of two leave no trace") {
    const dense a = formulas::gaussian(9, 14, 2).cast<float>().cast<double>();
    const dense u = factor<float>(zolotarev{}, a);
    for (int e : {-100, -30, -1, 1, 30, 90}) CHECK(factor<float>(zolotarev{}, std::ldexp(1., e) * a) == u);
    for (double scale : {1e-35, 1e-20, 1e20, 1e35}) CHECK(distance(factor<float>(zolotarev{}, scale * a), u) < 1e-5);
}

TEST_CASE("zolotarev: signs are kept, whatever the rank") {
    for (index_t rank : {1, 2, 7}) {
        const dense a = formulas::gaussian(20, rank, 3) * formulas::gaussian(rank, 31, 4);
        for (zolotarev const& engine : {zolotarev{}, twice, zolotarev{best_map(8, 1e-6)}}) {
            const dense u = factor<float>(engine, a);
            CHECK(u.allFinite());
            CHECK(formulas::inner(u, a) > 0.5 * formulas::nuclear(a));
            CHECK(formulas::inner(u, formulas::exact_polar(a)) > 0.5 * double(rank));
        }
    }
    dense one = dense::Zero(6, 9);
    one(2, 3) = -7;
    const dense u = factor<float>(zolotarev{}, one);
    CHECK(u(2, 3) == doctest::Approx(-1).epsilon(0.02));
    CHECK((u - u(2, 3) / one(2, 3) * one).norm() < 1e-6);
}

TEST_CASE("zolotarev: the same bits for any threads, and for a batch as for its members") {
    cpu serially;
    for (auto const& shape : {std::pair<index_t, index_t>{1024, 1024}, {20000, 64}}) {
        const index_t m = shape.first;
        const index_t n = shape.second;
        storage<float> x(m, n), u(m, n), again(m, n);
        x.fill(1);
        zolotarev{}(serially, view<float const>(x.one()), u.one());
        for (index_t threads : {2, 3, 7}) {
            thread_pool pool(threads);
            cpu d(pool);
            zolotarev{}(d, view<float const>(x.one()), again.one());
            CHECK(same_bits(elements(u.one()), elements(again.one())));
        }
    }
}

TEST_CASE_TEMPLATE("zolotarev: a batch has the bits of its members, whatever the threads, also around a zero", T, float, double) {
    cpu serially;
    for (order o : orders)
        for (auto const& shape : {std::pair<index_t, index_t>{48, 70}, {64, 64}, {65, 17}, {1, 9}, {130, 140}})
            for (index_t count : {2, 5, 19}) {
                const index_t m = shape.first, n = shape.second;
                INFO("seed ", seed(), ", ", count, " of ", m, " x ", n, " in order ", int(o));
                storage<T> x(m, n, o, 0, count), u(m, n, o, 0, count), alone(m, n, o);
                x.fill(2);
                if (count == 5) scale(serially, 0, blocks<T const>(x.all.panel(3)), blocks<T>(x.all.panel(3)));
                scale(serially, 1e-9, blocks<T const>(x.all.panel(1)), blocks<T>(x.all.panel(1)));
                for (index_t threads : {1, 2, 7}) {
                    thread_pool pool(threads);
                    cpu d(pool);
                    spectral<zolotarev>{twice}.steepest(d, blocks<T const>(x.all), u.all);
                    for (index_t k = 0; k < count; ++k) {
                        twice(serially, view<T const>(x.all.panel(k)), alone.one());
                        CHECK(same_bits(elements(u.all.panel(k)), elements(alone.one())));
                    }
                    CHECK(!same_bits(elements(u.all.panel(0)), elements(u.all.panel(1))));
                }
            }
}

TEST_CASE("zolotarev: no memory is asked for the second time") {
    if (!allocations_counted) return;
    cpu d;
    for (index_t n : {50, 200}) {
        storage<float> x(n, 70), u(n, 70);
        x.fill(1);
        twice(d, view<float const>(x.one()), u.one());
        const auto before = allocations();
        twice(d, view<float const>(x.one()), u.one());
        CHECK(allocations() == before);
    }
    thread_pool pool(2);
    cpu two(pool);
    storage<float> x(48, 70, order::rows, 0, 19), u(48, 70, order::rows, 0, 19);
    x.fill(1);
    // Either thread may have come too late for the first group.
    for (int i = 0; i < 3; ++i) spectral<zolotarev>{}.steepest(two, blocks<float const>(x.all), u.all);
    const auto before = allocations();
    spectral<zolotarev>{}.steepest(two, blocks<float const>(x.all), u.all);
    CHECK(allocations() == before);
}
