// SPDX-License-Identifier: MIT
#include <isotypic/normalization/sep_norm.hpp>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/normalization/group_norm.hpp>
#include "allocations.hpp"
#include "normalization/cubes.hpp"
#include "normalization/prove_core.hpp"
#include <xtensor/xtensor.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

constexpr index_t n = 4, length = 7, d = 6;

auto three_classes(executor_ref threads = {}, double eps = 1e-5) {
    return typed_norm("block 3", threads, first(1, batch_norm{.eps = eps}, "class token"), at({2, 3, 5}, rms_norm{.eps = eps}, "registers"),
                      rest(layer_norm{.eps = eps}, "patches"));
}

}  // namespace

TEST_CASE("every class has the bits that its core gives by itself") {
    for (order o : orders) {
        cube x = random_cube(1, n, length, d, o), y = random_cube(2, n, length, d, o), one = random_cube(3, n, length, d, o);
        sep_norm norm;
        norm.forward(x.all, y.all);
        normalizer<layer_norm> layer(layer_norm{.eps = 1e-5});
        layer.forward(x.all, one.all);
        for_each_entry(y.all, [&](index_t k, index_t i, index_t j, double v) { CHECK((i == 0 || v == one.all.panel(k)(i, j))); });
        normalizer<batch_norm> batch(batch_norm{.eps = 1e-5});
        auto token = [&](blocks<double> b) { return b.first = b.first.part(0, 0, 1, d), b; };
        batch.forward(token(x.all), token(one.all));
        CHECK(same(token(y.all), token(one.all)));
        CHECK(batch.running.mean == std::get<0>(norm.norms).running.mean);
        CHECK(batch.running.variance == std::get<0>(norm.norms).running.variance);
    }
}

TEST_CASE("gathered classes agree with the same positions side by side") {
    cube x = random_cube(1), y = like(x.all), t = random_cube(2), out = like(x.all);
    const index_t where[3] = {2, 3, 5};
    auto norm = three_classes();
    norm.forward(x.all, y.all);
    norm.jvp(x.all, t.all, out.all);
    cube part(3, d, order::rows, 0, n), along(3, d, order::rows, 0, n), result(3, d, order::rows, 0, n), slope(3, d, order::rows, 0, n);
    for_each_entry(
        part.all, [&](index_t k, index_t i, index_t j, double& v) { v = x.all.panel(k)(where[i], j), along.all.panel(k)(i, j) = t.all.panel(k)(where[i], j); });
    normalizer<rms_norm> rms(rms_norm{.eps = 1e-5});
    rms.forward(part.all, result.all);
    rms.jvp(part.all, along.all, slope.all);
    for_each_entry(result.all, [&](index_t k, index_t i, index_t j, double v) {
        CHECK(y.all.panel(k)(where[i], j) == v);
        CHECK(out.all.panel(k)(where[i], j) == slope.all.panel(k)(i, j));
    });
    CHECK(norm.positions(length).label == std::vector<index_t>{0, 2, 1, 1, 2, 1, 2});

    // A batch core over several positions takes them together, scattered or not; evenly spaced ones are not moved.
    typed_norm scattered("a", at({1, 2, 4}, batch_norm{}), rest(layer_norm{})), spaced("b", at({1, 3, 5}, batch_norm{}), rest(layer_norm{}));
    for (auto* b : {&scattered, &spaced}) {
        b->forward(x.all, y.all);
        double sum = 0, square = 0;
        for_each_entry(y.all, [&](index_t, index_t i, index_t j, double v) {
            if (j == 4 && b->positions(length).label[std::size_t(i)] == 0) sum += v, square += v * v;
        });
        CHECK(std::abs(sum) < 1e-13);
        CHECK(square == doctest::Approx(3 * n).epsilon(1e-13));
    }
}

TEST_CASE("what was written in place is what is written elsewhere") {
    for (int trained = 0; trained < 2; ++trained) {
        cube x = random_cube(1), y = like(x.all), t = random_cube(2), out = like(x.all);
        auto norm = three_classes();
        norm.forward(x.all, y.all);
        norm.training = trained;
        norm.forward(x.all, y.all);
        norm.jvp(x.all, t.all, out.all);
        norm.vjp(x.all, t.all, t.all);
        CHECK(same(t.all, out.all));
        if (trained) continue;
        norm.forward(x.all, x.all);
        CHECK(same(x.all, y.all));
    }
}

TEST_CASE("derivatives agree with differences, and VJP with JVP, with parameters of each class and without") {
    for (int trained = 0; trained < 2; ++trained)
        for (int plain = 0; plain < 2; ++plain) {
            cube x = random_cube(1), t = random_cube(2), dy = random_cube(3), out = like(x.all), dx = like(x.all), y = like(x.all);
            affine_values a(3, d, 4), ta(3, d, 5), da(3, d, 6), moved_a(3, d, 7);
            auto norm = three_classes();
            norm.forward(x.all, y.all);
            norm.training = trained;
            auto forward = [&](cube const& at, affine_values& with) { plain ? norm.forward(at.all, y.all) : norm.forward(at.all, with.three(), y.all); };
            forward(x, a);
            if (plain) {
                norm.jvp(x.all, t.all, out.all);
                norm.vjp(x.all, dy.all, dx.all);
                std::fill(ta.numbers.begin(), ta.numbers.end(), 0.0);
            } else {
                norm.jvp(x.all, a.three(), t.all, ta.three(), out.all);
                norm.vjp(x.all, a.three(), dy.all, dx.all, da.three());
            }
            double along = inner(dx.all, t.all);
            for (std::size_t k = 0; k < da.numbers.size(); ++k) along += da.numbers[k] * ta.numbers[k];
            CHECK(inner(dy.all, out.all) == doctest::Approx(along).epsilon(1e-13));
            // Of order four, so that h may be large.
            const double h = 2e-4, weight[4] = {1 / 12., -8 / 12., 8 / 12., -1 / 12.}, far[4] = {-2, -1, 1, 2};
            cube slope = like(x.all), moved = like(x.all);
            for_each_entry(slope.all, [](index_t, index_t, index_t, double& v) { v = 0; });
            for (int s = 0; s < 4; ++s) {
                for_each_entry(moved.all, [&](index_t k, index_t i, index_t j, double& v) { v = x.all.panel(k)(i, j) + h * far[s] * t.all.panel(k)(i, j); });
                for (std::size_t k = 0; k < a.numbers.size(); ++k) moved_a.numbers[k] = a.numbers[k] + h * far[s] * ta.numbers[k];
                // Evaluation reads statistics and leaves them, so that f is the same at all four places.
                forward(moved, moved_a);
                for_each_entry(slope.all, [&](index_t k, index_t i, index_t j, double& v) { v += weight[s] * y.all.panel(k)(i, j) / h; });
            }
            INFO("seed ", seed());
            CHECK(largest_difference(slope.all, out.all) < 1e-8 * std::sqrt(inner(out.all, out.all)));
        }
}

TEST_CASE("classes may have parameters of different kinds; a wrong one is named and changes no statistics") {
    cube x = random_cube(1), y = like(x.all), z = like(x.all);
    double gain = 3, dgain = 0;
    affine_values a(1, d, 2), da(1, d, 3), narrow(1, d - 1, 4);
    sep_norm norm({}, "N");
    norm.forward(x.all, y.all);
    norm.forward(x.all, std::tuple{one_gain(gain), a.of(0)}, z.all);
    for_each_entry(z.all, [&](index_t k, index_t i, index_t j, double v) {
        const double plain = y.all.panel(k)(i, j);
        CHECK(v == doctest::Approx(i ? a.of(0).gain(j, 0) * plain + a.of(0).shift(j, 0) : 3 * plain).epsilon(1e-13));
    });
    norm.vjp(x.all, std::tuple{one_gain(gain), a.of(0)}, y.all, z.all, std::tuple{one_gain(dgain), da.of(0)});
    double expected = 0;
    for_each_entry(y.all, [&](index_t, index_t i, index_t, double v) { expected += i ? 0 : v * v; });
    CHECK(dgain == doctest::Approx(expected).epsilon(1e-13));
    const auto mean = std::get<0>(norm.norms).running.mean;
    CHECK_THROWS_WITH_AS(norm.forward(x.all, std::tuple{one_gain(gain), narrow.of(0)}, z.all),
                         doctest::Contains("isotypic: N, class others: a gain of 5 x 1 for 6 features"), error);
    CHECK(mean == std::get<0>(norm.norms).running.mean);
}

TEST_CASE("three classes: the generators of their group commute, exchanges across classes do not") {
    cube x = random_cube(1), y = like(x.all), moved_y = like(x.all);
    auto norm = three_classes();
    const auto group = norm.positions(length);
    int across = 0;
    for (index_t a = 0; a < length; ++a)
        for (index_t b = 0; b < a; ++b) {
            storage<double> g(length, length);
            random_stream unused(seed());
            trivial::sample(g.one(), unused);
            g.one()(a, a) = g.one()(b, b) = 0, g.one()(a, b) = g.one()(b, a) = 1;
            norm.forward(x.all, y.all);
            norm.forward(permuted(x.all, g.one()).all, moved_y.all);
            const double defect = largest_difference(moved_y.all, permuted(y.all, g.one()).all);
            CHECK((defect == 0) == group.contains(g.one(), 0));
            across += defect > 0;
        }
    CHECK(across == 21 - 6);
    using all = decltype(norm)::commutes_with;
    static_assert(std::is_same_v<all::cols, permutation>);
    static_assert(std::is_same_v<typed_norm<rms_norm, unit_norm>::commutes_with::cols, orthogonal>);
    static_assert(std::is_same_v<typed_norm<rms_norm, batch_norm>::commutes_with::cols, signed_permutation>);
    static_assert(std::is_same_v<typed_norm<rms_norm, group_norm>::commutes_with::cols, trivial>);
}

TEST_CASE("of the features the smallest of the classes' groups commutes, and no larger one") {
    INFO("seed ", seed());
    random_stream random(seed(), 12);
    const auto x = proof::random_matrix(random, n * length, d);
    const auto error = [&](auto& norm, proof::matrix_of_doubles const& g) {
        return proof::gap(proof::over_sequences(norm, x * g, length), proof::over_sequences(norm, x, length) * g);
    };
    typed_norm lines("N", first(2, rms_norm{}), rest(unit_norm{}));
    typed_norm with_batch("M", first(2, rms_norm{}), rest(batch_norm{}));
    CHECK(error(lines, proof::element<decltype(lines)::commutes_with::cols>(random, d)) < 1e-12);
    CHECK(error(lines, proof::random_matrix(random, d, d)) > 1e-3);
    CHECK(error(with_batch, proof::element<decltype(with_batch)::commutes_with::cols>(random, d)) < 1e-12);
    CHECK(error(with_batch, proof::element<orthogonal>(random, d)) > 1e-3);
}

TEST_CASE("nothing is allocated for a shape that has been seen, and threads change no bit") {
    const index_t samples = 64, positions = 40, features = 96;
    cube x = random_cube(1, samples, positions, features), t = random_cube(2, samples, positions, features), y = like(x.all), out = like(x.all);
    affine_values a(3, features, 3), da(3, features, 4), first_da(3, features, 5);
    for (int threads = 1; threads <= 3; ++threads) {
        thread_pool pool(threads);
        auto norm = three_classes(pool);
        cube z = like(x.all), slope = like(x.all);
        for (int k = 0; k < 4; ++k) {
            const auto before = allocations();
            norm.training = k % 2;
            norm.forward(x.all, a.three(), z.all);
            norm.vjp(x.all, a.three(), t.all, slope.all, da.three());
            norm.jvp(x.all, t.all, slope.all);
            norm.vjp(x.all, a.three(), t.all, slope.all, da.three());
            CHECK((k < 2 || allocations() == before));
        }
        if (threads == 1) y = std::move(z), out = std::move(slope), first_da.numbers = da.numbers;
        if (threads == 1) continue;
        CHECK(same(z.all, y.all));
        CHECK(same(slope.all, out.all));
        CHECK(same_bits(da.numbers, first_da.numbers));
    }
}

TEST_CASE("arrays of xtensor with three axes, as floats, and a matrix for one sample") {
    xt::xtensor<float, 3> x = xt::zeros<float>({3, 5, 4}), y = x, out = x;
    random_stream random(seed());
    for (float& v : x) v = float(random.normal());
    sep_norm norm;
    norm.forward(x, y);
    norm.vjp(x, y, out);
    for (std::size_t j = 0; j < 4; ++j) CHECK(std::abs(double(y(0, 0, j) + y(1, 0, j) + y(2, 0, j))) < 1e-5);
    for (std::size_t i = 1; i < 5; ++i) CHECK(std::abs(double(y(1, i, 0) + y(1, i, 1) + y(1, i, 2) + y(1, i, 3))) < 1e-5);
    norm.training = false;
    storage<double> one(5, 4), result(5, 4);
    one.fill(3);
    norm.forward(one.one(), result.one());
    CHECK(std::abs(result.one()(2, 0) + result.one()(2, 1) + result.one()(2, 2) + result.one()(2, 3)) < 1e-12);
}

TEST_CASE("an error leaves the running statistics of all classes as they were") {
    typed_norm norm("N", first(1, batch_norm{}, "token"), next(1, batch_norm{}, "register"), rest(layer_norm{}, "patches"));
    cube x = random_cube(1, n, 5), y = like(x.all), dx = like(x.all);
    norm.forward(x.all, y.all);
    const auto a = std::get<0>(norm.norms).running, b = std::get<1>(norm.norms).running;
    auto unchanged = [&] {
        auto same_as = [](running_statistics const& u, running_statistics const& v) { return u.mean == v.mean && u.variance == v.variance; };
        return same_as(a, std::get<0>(norm.norms).running) && same_as(b, std::get<1>(norm.norms).running);
    };
    blocks<double> single(x.all.first), single_y(y.all.first);
    CHECK_THROWS_WITH_AS(norm.forward(single, single_y),
                         "isotypic: N, class token: a batch of one sample has no variance; train on two or more, or evaluate with the running statistics", error);
    CHECK(unchanged());
    CHECK_THROWS_WITH_AS(norm.vjp(x.all, y.all, dx.all), "isotypic: N: a derivative at an input of 4 x 5 x 6 without a forward pass there", error);
    x.all.panel(2)(3, 1) = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH_AS(norm.forward(x.all, y.all), "isotypic: N: class patches: the input is not finite at (2, 3, 1)", error);
    CHECK(unchanged());
    CHECK_THROWS_AS(norm.vjp(x.all, y.all, dx.all), error);
    cube good = random_cube(2, n, 5);
    const auto two_from = [](cube const& c, index_t item) { return blocks<double>(c.all.panel(item), 2, c.all.stride); };
    CHECK_THROWS_WITH_AS(norm.forward(two_from(good, 0), two_from(good, 1)), "isotypic: N: input and result share some memory, but not all of it", error);
    CHECK(unchanged());
    norm.forward(two_from(good, 0), two_from(y, 0));
    CHECK_THROWS_WITH_AS(norm.vjp(two_from(good, 0), two_from(y, 0), two_from(good, 1)), "isotypic: N: input and result share some memory, but not all of it", error);
    std::get<0>(norm.norms).running = a, std::get<1>(norm.norms).running = b;
    cube narrow = random_cube(1, n, 5, 3), narrow_y = like(narrow.all);
    CHECK_THROWS_WITH_AS(norm.forward(x.all, narrow_y.all), "isotypic: N: the result is 4 x 5 x 3, the input 4 x 5 x 6", error);
    norm.training = false;
    CHECK_THROWS_WITH_AS(norm.forward(narrow.all, narrow_y.all), doctest::Contains("isotypic: N, class token: statistics of 6 features"), error);
    CHECK(unchanged());
    norm.forward(single, single_y);  // one sample is enough to evaluate
    CHECK(unchanged());
    cube long_t = random_cube(1, n, 6);
    CHECK_THROWS_WITH_AS(norm.jvp(single, long_t.all, single_y), doctest::Contains("isotypic: N: the direction is 4 x 6 x 6, the input"), error);
}
