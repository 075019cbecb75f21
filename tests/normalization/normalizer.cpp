// SPDX-License-Identifier: MIT
#include "allocations.hpp"
#include "normalization/prove_core.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/normalization/group_norm.hpp>
#include <xtensor/xtensor.hpp>
#include <cstring>

using namespace isotypic;
using namespace proof;

namespace {

template <class F>
void for_each_core(F const& f) {
    f(unit_norm{}), f(rms_norm{.eps = 0.1}), f(layer_norm{.eps = 0.1}), f(group_norm{.groups = 4, .eps = 0.1}), f(batch_norm{.eps = 0.1});
}

using vector_of_doubles = Eigen::VectorXd;

/// y, dx, dgain, dshift and a JVP, in a row.
template <class Core>
std::vector<double> everything(Core core, matrix_of_doubles const& x, matrix_of_doubles const& t, executor_ref threads = {}) {
    normalizer<Core> norm(core, "norm", threads);
    const index_t wide = x.cols();
    const vector_of_doubles gain = vector_of_doubles::LinSpaced(wide, 0.5, 2), shift = vector_of_doubles::LinSpaced(wide, -1, 1);
    vector_of_doubles dgain(wide), dshift(wide);
    matrix_of_doubles y = x, dx = x, jt = x;
    norm.forward(x, per_feature(gain, shift), y);
    norm.vjp(x, per_feature(gain, shift), t, dx, per_feature(dgain, dshift));
    norm.jvp(x, per_feature(gain, shift), t, per_feature(shift, gain), jt);
    std::vector<double> all;
    for (auto* m : {&y, &dx, &jt}) all.insert(all.end(), m->data(), m->data() + m->size());
    for (auto* v : {&dgain, &dshift}) all.insert(all.end(), v->data(), v->data() + v->size());
    return all;
}

}  // namespace

TEST_CASE("with gain and shift: the JVP is that of differences, the VJP its transpose") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_core([](auto core) {
        random_stream random(seed(), 3);
        const matrix_of_doubles x = random_matrix(random), t = random_matrix(random), s = random_matrix(random);
        const vector_of_doubles gain = random_matrix(random, d, 1), shift = random_matrix(random, d, 1), tgain = random_matrix(random, d, 1), tshift = random_matrix(random, d, 1);
        normalizer norm(core);
        matrix_of_doubles y = x, jt = x, dx = x, up = x, down = x;
        vector_of_doubles dgain(d), dshift(d);
        norm.forward(x, per_feature(gain, shift), y);
        norm.jvp(x, per_feature(gain, shift), t, per_feature(tgain, tshift), jt);
        norm.vjp(x, per_feature(gain, shift), s, dx, per_feature(dgain, dshift));
        auto at = [&](double h, matrix_of_doubles& to) {
            const matrix_of_doubles moved = x + h * t;
            const vector_of_doubles g = gain + h * tgain, b = shift + h * tshift;
            norm.forward(moved, per_feature(g, b), to);
        };
        const double h = 1e-6;
        at(h, up), at(-h, down);
        CHECK(((up - down) / (2 * h) - jt).norm() < 1e-8 * jt.norm());
        const double left = s.cwiseProduct(jt).sum(), right = dx.cwiseProduct(t).sum() + dgain.dot(tgain) + dshift.dot(tshift);
        CHECK(left == doctest::Approx(right).epsilon(1e-12));
    });
}

TEST_CASE("one gain for all features: derivatives are those of differences, the VJP the JVP's transpose") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_core([](auto core) {
        random_stream random(seed(), 4);
        const matrix_of_doubles x = random_matrix(random), t = random_matrix(random), s = random_matrix(random);
        double gain = 1.7, tgain = -0.6, dgain = 0;
        normalizer norm(core);
        matrix_of_doubles y = x, jt = x, plain_jt = x, dx = x, expected = x;
        norm.forward(x, one_gain(gain), y);
        norm.jvp(x, one_gain(gain), t, one_gain(tgain), jt), norm.jvp(x, t, plain_jt);
        norm.vjp(x, one_gain(gain), s, dx, one_gain(dgain));
        CHECK(s.cwiseProduct(jt).sum() == doctest::Approx(dx.cwiseProduct(t).sum() + dgain * tgain).epsilon(1e-12));

        const auto slope = [&](matrix_of_doubles const& along, double more) {
            const double h = 1e-6, up = gain + h * more, down = gain - h * more;
            matrix_of_doubles above = x, below = x;
            norm.forward(matrix_of_doubles(x + h * along), one_gain(up), above);
            norm.forward(matrix_of_doubles(x - h * along), one_gain(down), below);
            return matrix_of_doubles((above - below) / (2 * h));
        };
        CHECK(gap(slope(t, tgain), jt) < 1e-8);
        CHECK(gap(gain * plain_jt, jt) > 1e-3);
        CHECK(dgain == doctest::Approx(s.cwiseProduct(slope(0 * x, 1)).sum()).epsilon(1e-8));
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < d; ++j) {
                matrix_of_doubles axis = 0 * x;
                axis(i, j) = 1;
                expected(i, j) = s.cwiseProduct(slope(axis, 0)).sum();
            }
        CHECK(gap(dx, expected) < 1e-8);
    });
}

TEST_CASE("one gain for all features: its gradient is the sum, and rotations of the features stay") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random), s = random_matrix(random), q = element<orthogonal>(random, d);
    normalizer<rms_norm, orthogonal> norm;
    double gain = 1.7, dgain = 0;
    matrix_of_doubles y = x, dx = x, plain = x;
    norm.forward(x, plain);
    norm.forward(x, one_gain(gain), y);
    CHECK((y - 1.7 * plain).norm() < 1e-14);
    norm.vjp(x, one_gain(gain), s, dx, one_gain(dgain));
    CHECK(dgain == doctest::Approx(s.cwiseProduct(plain).sum()));
    matrix_of_doubles turned = x;
    norm.forward(matrix_of_doubles(x * q), one_gain(gain), turned);
    CHECK((turned - y * q).norm() < 1e-13);
}

TEST_CASE("a gain per feature commutes with sign flips and with rotations among features of equal gain, not with others") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 9);
    const matrix_of_doubles x = random_matrix(random);
    const auto error = [&](vector_of_doubles const& gain, matrix_of_doubles const& g) {
        normalizer<rms_norm, signs> norm;
        matrix_of_doubles y = x, moved = x;
        norm.forward(x, per_feature(gain), y), norm.forward(matrix_of_doubles(x * g), per_feature(gain), moved);
        return gap(moved, y * g);
    };
    vector_of_doubles equal_in_three(d);
    equal_in_three << 0.5, 0.5, 0.5, 2, 2, -1, -1, -1;
    const vector_of_doubles all_different = vector_of_doubles::LinSpaced(d, 0.5, 2);
    const matrix_of_doubles among = block_diagonal({element<orthogonal>(random, 3), element<orthogonal>(random, 2), element<orthogonal>(random, 3)});
    const matrix_of_doubles flips = element<signs>(random, d), any = element<orthogonal>(random, d);
    CHECK(error(all_different, flips) < 1e-13);
    CHECK(error(all_different, among) > 1e-3);
    CHECK(error(equal_in_three, flips) < 1e-13);
    CHECK(error(equal_in_three, among) < 1e-13);
    CHECK(error(equal_in_three, any) > 1e-3);
}

TEST_CASE("signs leave a gain per feature, not a shift") {
    normalizer<rms_norm, signs> norm(rms_norm{}, "final norm");
    matrix_of_doubles x = matrix_of_doubles::Random(4, 3), y = x;
    vector_of_doubles g = vector_of_doubles::Ones(3);
    norm.forward(x, per_feature(g), y);
    CHECK_THROWS_WITH(norm.forward(x, per_feature(g, g), y),
                      "isotypic: final norm: a shift per feature does not commute with sign flips, which this normalizer is declared to do");
}

TEST_CASE("three axes without a copy: the samples of all items, the last axis being the features") {
    for_each_core([](auto core) {
        xt::xtensor<double, 3> x({2, 6, std::size_t(d)}), y = x, t = x, out = x;
        matrix_of_doubles flat(12, d), expected = flat, direction = flat, derivative = flat;
        random_stream random(seed());
        for (index_t i = 0; i < 12; ++i)
            for (index_t j = 0; j < d; ++j) {
                const auto a = std::size_t(i / 6), b = std::size_t(i % 6), c = std::size_t(j);
                x(a, b, c) = flat(i, j) = random.normal(), t(a, b, c) = direction(i, j) = random.normal();
            }
        normalizer norm(core);
        norm.forward(flat, expected), norm.jvp(flat, direction, derivative);
        norm.forward(x, y), norm.jvp(x, t, out);
        double worst = 0;
        for (index_t i = 0; i < 12; ++i)
            for (index_t j = 0; j < d; ++j) {
                const auto a = std::size_t(i / 6), b = std::size_t(i % 6), c = std::size_t(j);
                worst = std::max({worst, std::abs(y(a, b, c) - expected(i, j)), std::abs(out(a, b, c) - derivative(i, j))});
            }
        CHECK(worst < 1e-14);
    });
}

TEST_CASE("the same bits for every number of threads") {
    for_each_core([](auto core) {
        random_stream random(seed());
        const matrix_of_doubles x = random_matrix(random, 900, 160), t = random_matrix(random, 900, 160);
        const auto plain = everything(core, x, t);
        for (index_t threads : {2, 3, 7}) {
            thread_pool pool(threads);
            const auto other = everything(core, x, t, pool);
            CHECK(std::memcmp(plain.data(), other.data(), sizeof(double) * plain.size()) == 0);
        }
    });
}

TEST_CASE("nothing is allocated for a shape that has been seen") {
    if (!allocations_counted) return;
    for_each_core([](auto core) {
        matrix_of_doubles x = matrix_of_doubles::Random(300, 160), y = x, dx = x;
        vector_of_doubles g = vector_of_doubles::Ones(160), dg = g;
        normalizer norm(core);
        std::size_t before = 0;
        for (int k = 0; k < 3; ++k) {
            if (k == 2) before = allocations();
            norm.forward(x, per_feature(g, g), y);
            norm.vjp(x, per_feature(g, g), y, dx, per_feature(dg, dg));
            norm.jvp(x, per_feature(g, g), y, per_feature(g, g), dx);
        }
        CHECK(allocations() == before);
    });
}

TEST_CASE("bad input is refused with the norm's name, what, and the shapes") {
    normalizer<layer_norm> norm({}, "first norm of block 3");
    matrix_of_doubles x = matrix_of_doubles::Random(4, 3), y = x, small(2, 3);
    vector_of_doubles g = vector_of_doubles::Ones(4), three = vector_of_doubles::Ones(3);
    auto said = [](auto const& f) {
        try {
            f();
        } catch (error const& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    const std::string who = "isotypic: first norm of block 3: ";
    CHECK(said([&] { norm.vjp(x, x, y); }) == who + "a derivative at an input of 4 x 3 without a forward pass there");
    CHECK(said([&] { norm.forward(x, small); }) == who + "the result is 2 x 3, the input 4 x 3");
    norm.forward(x, y);
    CHECK(said([&] { norm.vjp(x, small, y); }) == who + "the cotangent is 2 x 3, the input 4 x 3");
    CHECK(said([&] { norm.jvp(x, small, y); }) == who + "the direction is 2 x 3, the input 4 x 3");
    CHECK(said([&] { norm.forward(x, per_feature(g), y); }) == who + "a gain of 4 x 1 for 3 features");
    CHECK(said([&] { norm.vjp(x, per_feature(three), y, y, per_feature(three, three)); }) ==
          who + "parameters and their gradients or tangents differ: gains of 3 and 3, shifts of 0 and 3");
    CHECK(said([&] { norm.forward(joined(x, x), joined(y, y)); }) == who + "a joined pair is two arrays: normalize one after the other");
    const matrix_of_doubles kept = y;
    matrix_of_doubles square(2, 2), tall(6, 3);
    vector_of_doubles dg = three;
    CHECK(said([&] { norm.vjp(x, per_feature(three, three), x, y, per_feature(dg, square.col(0))); }) ==
          who + "parameters and their gradients or tangents differ: gains of 3 and 3, shifts of 3 and 2");
    CHECK(said([&] { norm.vjp(x, affine<double const>{as_view(square.data(), 2, 2), {}}, x, y, affine<double>{as_view(square), {}}); }) ==
          who + "a gain's gradient or tangent of 2 x 2 for 3 features");
    CHECK(y == kept);
    tall.setRandom();
    CHECK(said([&] { norm.forward(tall.topRows(4), tall.bottomRows(4)); }) == who + "input and result share some memory, but not all of it");
    CHECK(said([&] { norm.forward(tall.topRows(3), as_view(tall.bottomRows(1).data(), 3, tall.cols(), 0, tall.colStride())); }) == who + "the result repeats its own memory");
    norm.forward(tall, tall);
    norm.forward(x, y);
    CHECK(said([&] { norm.jvp(x, per_feature(three), y, per_feature(three), x); }) ==
          who + "a JVP with parameters reads the input to the end: give its result other memory");
    CHECK(said([&] { normalizer<group_norm>({.groups = 0}, "N").forward(x, y); }) == "isotypic: N: 3 features cannot be cut into 0 equal groups");
    x(2, 1) = std::numeric_limits<double>::quiet_NaN();
    CHECK(said([&] { norm.forward(x, y); }) == who + "the input is not finite at (2, 1)");
    x.setZero(), x(2, 1) = std::numeric_limits<double>::quiet_NaN();  // beside zeros alone
    for_each_core([&](auto core) { CHECK(said([&] { normalizer(core, "N").forward(x.leftCols(2), y.leftCols(2)); }) != ""); });
    CHECK(said([&] { norm.forward(x, y); }) == who + "the input is not finite at (2, 1)");
    CHECK(said([&] { normalizer<layer_norm>({.eps = -1}, "N"); }) == "isotypic: N: eps = -1.000000");
    CHECK(said([&] { normalizer<batch_norm>({.momentum = 5}, "N"); }) == "isotypic: N: momentum = 5.000000");
}

TEST_CASE("numbers far below eps are divided by its root") {
    Eigen::MatrixXd x(1, 3), y(1, 3);
    x << 1e-310, 2e-310, 6e-310;
    normalizer<layer_norm>({.eps = 4}).forward(x, y);
    CHECK(y(0, 0) == doctest::Approx(-1e-310).epsilon(1e-9));
    normalizer<rms_norm>({.eps = 4}).forward(x, y);
    CHECK(y(0, 2) == doctest::Approx(3e-310).epsilon(1e-9));
}

TEST_CASE("nothing comes of nothing") {
    for_each_core([](auto core) {
        matrix_of_doubles x(0, d), y(0, d);
        normalizer norm(core);
        norm.forward(x, y), norm.vjp(x, x, y);
        CHECK(y.size() == 0);
    });
}
