// SPDX-License-Identifier: MIT
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cuda_standardize_derivative.cuh>
#include <isotypic/normalization/group_norm.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <limits>
#ifndef __CUDACC__
#include <stand_in/counts.hpp>
#include <stand_in/order.hpp>
#endif

using namespace isotypic;

namespace {

struct shape {
    index_t rows, cols, items;
};
const shape shapes[] = {{1, 1, 1}, {3, 5, 1}, {37, 64, 1}, {70, 37, 3}, {130, 1000, 1}, {3, 6001, 1}, {5, 9000, 1}, {200, 4, 2}, {0, 4, 1}, {4, 0, 1}};

template <class T>
storage<T> numbers(shape s, order o, std::uint64_t which, double size = 1) {
    storage<T> x(s.rows, s.cols, o, 0, s.items);
    x.fill(which, size);
    return x;
}

/// How far the GPU's y, dx and dt, and the gradients of gain and shift, are from the CPU's.
struct errors {
    double y = 0, vjp = 0, jvp = 0, gain = 0, shift = 0;
    double most() const { return (std::max)({y, vjp, jvp, gain, shift}); }
};

template <class T, class Core>
errors apart(Core core, shape s, order o, double centre = 0) {
    storage<T> x = numbers<T>(s, o, 1), y = numbers<T>(s, o, 9), t = numbers<T>(s, o, 2), out = numbers<T>(s, o, 9), moved = numbers<T>(s, o, 9);
    for (index_t k = 0; k < s.items; ++k)
        for (index_t i = 0; i < s.rows; ++i)
            for (index_t j = 0; j < s.cols; ++j) x.all.panel(k)(i, j) += T(centre);
    storage<T> g = numbers<T>({1, s.cols, 1}, order::rows, 3), b = numbers<T>({1, s.cols, 1}, o, 4), dg = numbers<T>({1, s.cols, 1}, o, 5), db = numbers<T>({1, s.cols, 1}, o, 5);
    storage<T> y2 = numbers<T>(s, o, 8), out2 = numbers<T>(s, o, 8), moved2 = numbers<T>(s, o, 8), dg2 = numbers<T>({1, s.cols, 1}, o, 6), db2 = numbers<T>({1, s.cols, 1}, o, 6);
    on_gpu<T> gx(x), gy(y2), gt(t), gout(out2), gmoved(moved2), gg(g), gb(b), gdg(dg2), gdb(db2);

    normalizer mine(core, "norm");
    normalizer theirs(core, "norm", cuda());
    const auto a = per_feature(g.one(), b.one());
    const auto ga = per_feature(gg.all.first, gb.all.first);
    mine.forward(x.all, a, y.all), theirs.forward(gx.all, ga, gy.all);
    mine.vjp(x.all, a, t.all, out.all, per_feature(dg.one(), db.one()));
    theirs.vjp(gx.all, ga, gt.all, gout.all, per_feature(gdg.all.first, gdb.all.first));
    mine.jvp(x.all, a, t.all, per_feature(b.one(), g.one()), moved.all);
    theirs.jvp(gx.all, ga, gt.all, per_feature(gb.all.first, gg.all.first), gmoved.all);
    gy.read(), gout.read(), gmoved.read(), gdg.read(), gdb.read();
    auto far = [](auto const& u, auto const& v) { return distance(blocks<T const>(u.all), blocks<T const>(v.all)); };
    return {far(y, y2), far(out, out2), far(moved, moved2), far(dg, dg2), far(db, db2)};
}

template <class Core>
void agrees(Core core, double centre = 0) {
    for (shape s : shapes)
        for (order o : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.items, " x ", s.rows, " x ", s.cols, " in order ", int(o));
            const double scale = std::sqrt(double(s.rows * s.items) + 1) * (1 + centre);
            CHECK(apart<float>(core, s, o, centre).most() <= 2e-6 * scale);
            CHECK(apart<double>(core, s, o, centre).most() <= 1e-13 * scale);
        }
}

/// What a layer norm writes on the GPU, forward and back, for numbers that begin `shift` after an aligned address; y on x and dx on dy if `in_place`.
template <class T>
std::vector<T> results(shape s, order o, index_t shift, bool in_place) {
    storage<T> x(s.rows, s.cols, o, 0, s.items), t(s.rows, s.cols, o, 0, s.items), g(1, s.cols), dg(2, s.cols);
    x.fill(1), t.fill(2), g.fill(3), dg.fill(4);
    const index_t size = s.items * (3 * s.rows + 1) * (2 * s.cols + 1);
    auto memory = detail::gpu_memory::allocate(sizeof(T) * std::size_t(5 * size + 5));
    T* next = reinterpret_cast<T*>(memory.get());
    const auto place = [&](storage<T> const& from) {
        blocks<T, gpu> b(view<T, gpu>(next + shift, s.rows, s.cols, from.all.first.row_stride, from.all.first.col_stride), s.items, from.all.stride);
        detail::check(cudaMemcpy(b.first.data, from.all.first.data, sizeof(T) * std::size_t(size), cudaMemcpyHostToDevice), "write");
        return next += size, b;
    };
    const auto gx = place(x), gt = place(t), gy = in_place ? gx : place(x), gdx = in_place ? gt : place(t);
    on_gpu<T> gg(g), gdg(dg);
    const auto gain = per_feature(gg.all.first);
    const auto sums = per_feature(gdg.all.first.part(0, 0, 1, s.cols));
    cuda device;
    normalizer norm(layer_norm{.eps = 1e-5}, "norm", device);
    norm.forward(gx, gain, in_place ? place(x) : gy);
    norm.vjp(gx, gain, gt, gdx, sums);
    if (in_place) norm.forward(gx, gain, gy);
    gdg.read();
    std::vector<T> all = elements(dg.one().part(0, 0, 1, s.cols));
    for (auto const& b : {gy, gdx}) {
        detail::check(cudaMemcpy(x.all.first.data, b.first.data, sizeof(T) * std::size_t(size), cudaMemcpyDeviceToHost), "read");
        for (index_t k = 0; k < s.items; ++k)
            for (T v : elements(x.all.panel(k))) all.push_back(v);
    }
    return all;
}

/// A norm of numbers of 16 bits, beside the CPU's of the same numbers in double.
template <class T, class Core>
double short_apart(Core core, shape s, order o) {
    storage<T> x(s.rows, s.cols, o), y(s.rows, s.cols, o), t(s.rows, s.cols, o), dx(s.rows, s.cols, o);
    storage<double> wide(s.rows, s.cols, o), wide_t(s.rows, s.cols, o), wide_y(s.rows, s.cols, o), wide_dx(s.rows, s.cols, o), g(1, s.cols), dg(1, s.cols);
    storage<float> short_g(1, s.cols), short_dg(1, s.cols);
    x.fill(1), t.fill(2), short_g.fill(3), short_dg.fill(4), dg.fill(4);
    for (index_t j = 0; j < s.cols; ++j) g.one()(0, j) = double(short_g.one()(0, j));
    for (index_t i = 0; i < s.rows; ++i)
        for (index_t j = 0; j < s.cols; ++j) wide.one()(i, j) = double(float(x.one()(i, j))), wide_t.one()(i, j) = double(float(t.one()(i, j)));
    on_gpu<T> gx(x), gy(y), gt(t), gdx(dx);
    on_gpu<float> gg(short_g), gdg(short_dg);
    normalizer mine(core, "norm");
    normalizer theirs(core, "norm", cuda());
    mine.forward(wide.all, per_feature(g.one()), wide_y.all), theirs.forward(gx.all, per_feature(gg.all.first), gy.all);
    mine.vjp(wide.all, per_feature(g.one()), wide_t.all, wide_dx.all, per_feature(dg.one()));
    theirs.vjp(gx.all, per_feature(gg.all.first), gt.all, gdx.all, per_feature(gdg.all.first));
    gy.read(), gdx.read(), gdg.read();
    return (std::max)({distance(blocks<T const>(y.all), blocks<double const>(wide_y.all)), distance(blocks<T const>(dx.all), blocks<double const>(wide_dx.all)),
                       1e3 * distance(blocks<float const>(short_dg.all), blocks<double const>(dg.all))});
}

}  // namespace

TEST_CASE("a norm on the GPU has the CPU's values, derivatives and gradients of gain and shift, to rounding") {
    SUBCASE("") { agrees(rms_norm{.eps = 1e-6}); }
    SUBCASE("") { agrees(layer_norm{.eps = 1e-5}); }
    SUBCASE("") { agrees(layer_norm{.eps = 1e-5}, 30); }
    SUBCASE("") { agrees(unit_norm{.eps = 1e-5}); }
}

TEST_CASE("groups and heads are lines on the GPU as on the CPU") {
    for (shape s : {shape{37, 64, 1}, shape{70, 12, 3}, shape{0, 4, 1}, shape{3, 6000, 1}})
        for (order o : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.items, " x ", s.rows, " x ", s.cols, " in order ", int(o));
            CHECK(apart<double>(group_norm{.groups = 4, .eps = 1e-5}, s, o).most() <= 1e-13 * std::sqrt(double(s.rows * s.items) + 1));
            CHECK(apart<double>(group_norm{.groups = 2, .eps = 0.5}, s, o).most() <= 1e-13 * std::sqrt(double(s.rows * s.items) + 1));
        }
}

TEST_CASE("groups without parameters are lines on the GPU as on the CPU") {
    for (shape s : {shape{37, 64, 1}, shape{7, 20, 3}})
        for (order o : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.items, " x ", s.rows, " x ", s.cols, " in order ", int(o));
            storage<double> x = numbers<double>(s, o, 1), t = numbers<double>(s, o, 2), mine = numbers<double>(s, o, 8), theirs = numbers<double>(s, o, 9);
            on_gpu<double> gx(x), gt(t), gtheirs(theirs);
            normalizer here(group_norm{.groups = 4, .eps = 1e-5});
            normalizer there(group_norm{.groups = 4, .eps = 1e-5}, "norm", cuda());
            const auto apart = [&] { return gtheirs.read(), distance(blocks<double const>(mine.all), blocks<double const>(theirs.all)); };
            CHECK(apart() > 1e-3);
            here.forward(x.all, mine.all), there.forward(gx.all, gtheirs.all);
            CHECK(apart() <= 1e-13);
            here.vjp(x.all, t.all, mine.all), there.vjp(gx.all, gt.all, gtheirs.all);
            CHECK(apart() <= 1e-13);
            here.jvp(x.all, t.all, mine.all), there.jvp(gx.all, gt.all, gtheirs.all);
            CHECK(apart() <= 1e-13);
        }
}

TEST_CASE("a result may lie at another pitch than its argument") {
    for (index_t d : {37, 1000}) {
        INFO("ISOTYPIC_SEED=", seed(), ", ", d, " features");
        storage<float> x(5, d + 7), y(5, d), wide(5, d + 7), t(5, d), mine(5, d);
        x.fill(1), y.fill(2), wide.fill(3), t.fill(4), mine.fill(5);
        on_gpu<float> gx(x), gy(y), gwide(wide), gt(t);
        normalizer here(layer_norm{});
        normalizer there(layer_norm{}, "norm", cuda());
        const auto from = x.one().part(0, 0, 5, d), part = wide.one().part(0, 3, 5, d);
        const auto gfrom = gx.all.first.part(0, 0, 5, d), gpart = gwide.all.first.part(0, 3, 5, d);
        const auto far = [&](view<float> to) { return gy.read(), gwide.read(), distance(blocks<float const>(mine.all), blocks<float const>(to)); };
        here.forward(from, mine.one()), there.forward(gfrom, gy.all.first), there.forward(gfrom, gpart);
        CHECK(far(y.one()) < 1e-6);
        CHECK(far(part) < 1e-6);
        here.vjp(from, t.one(), mine.one()), there.vjp(gfrom, gt.all.first, gpart);
        CHECK(far(y.one()) > 1e-3);
        CHECK(far(part) < 1e-6);
    }
}

TEST_CASE("lines that go on through all items, and results in another layout, are as on the CPU") {
    for (order o : orders)
        for (order other : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", orders ", int(o), " and ", int(other));
            const shape s{6, 40, 3}, lines{2, 6, 1};
            storage<double> x = numbers<double>(s, o, 1), t = numbers<double>(s, other, 2), mine = numbers<double>(s, other, 3), theirs = numbers<double>(s, other, 4);
            storage<double> a = numbers<double>(lines, order::rows, 5), b = numbers<double>(lines, order::rows, 6), found = numbers<double>(lines, order::rows, 7);
            storage<double> sums = numbers<double>(lines, order::rows, 8), gathered = numbers<double>(lines, order::rows, 8);
            on_gpu<double> gx(x), gt(t), gtheirs(theirs), ga(a), gb(b), gfound(found), ggathered(gathered);
            const auto gains = [](auto const& of) { return line_affine<double>{of.first.data, of.first.data + 6, 0, true}; };
            const auto statistics = [](auto const& of) { return line_statistics<double>{of.first.data, of.first.data + 6}; };
            const auto known = [](auto const& of) { return line_statistics<double const>{of.first.data, of.first.data + 6}; };
            const auto far = [&] { return gtheirs.read(), distance(blocks<double const>(mine.all), blocks<double const>(theirs.all)); };
            const standardization how{.eps = 1e-5, .centred = true, .together = true};
            cpu here;
            cuda there;
            CHECK(far() > 1e-3);
            standardize<double>(here, how, x.all, mine.all, statistics(found.all), gains(a.all));
            standardize<double>(there, how, gx.all, gtheirs.all, statistics(gfound.all), gains(ga.all));
            CHECK(far() < 1e-13);
            standardize_derivative<double>(here, how, known(found.all), x.all, t.all, mine.all, gains(a.all), {sums.one().data, sums.one().data + 6});
            standardize_derivative<double>(there, how, known(gfound.all), gx.all, gt.all, gtheirs.all, gains(ga.all),
                                           {ggathered.all.first.data, ggathered.all.first.data + 6});
            CHECK(far() < 1e-13);
            ggathered.read();
            CHECK(distance(blocks<double const>(sums.all), blocks<double const>(gathered.all)) < 1e-12);
            move_by<double>(here, known(found.all), x.all, mine.all, gains(a.all), gains(b.all));
            move_by<double>(there, known(gfound.all), gx.all, gtheirs.all, gains(ga.all), gains(gb.all));
            CHECK(far() < 1e-13);
        }
}

TEST_CASE("numbers of 16 bits are normalized to their rounding") {
    for (shape s : {shape{3, 5, 1}, shape{37, 64, 1}, shape{20, 1032, 1}, shape{2, 9001, 1}})
        for (order o : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o));
            CHECK(short_apart<__half>(rms_norm{.eps = 1e-6}, s, o) <= 4e-3);
            CHECK(short_apart<__half>(layer_norm{.eps = 1e-5}, s, o) <= 4e-3);
            CHECK(short_apart<__nv_bfloat16>(rms_norm{.eps = 1e-6}, s, o) <= 3e-2);
            CHECK(short_apart<__nv_bfloat16>(layer_norm{.eps = 1e-5}, s, o) <= 3e-2);
        }
}

TEST_CASE_TEMPLATE("a norm's bits depend on shape and layout alone, and are the same where results lie on arguments", T, float, double) {
    for (shape s : {shape{37, 64, 1}, shape{20, 37, 2}, shape{6, 1000, 1}, shape{2, 9000, 1}, shape{2, 9001, 1}})
        for (order o : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o));
            const auto first = results<T>(s, o, 0, false);
            CHECK(same_bits(first, results<T>(s, o, 1, false)));
            CHECK(same_bits(first, results<T>(s, o, 0, true)));
#ifndef __CUDACC__
            const auto before = stand_in::order_seed;
            for (unsigned k = 2; k < 5; ++k) {
                stand_in::order_seed = k;
                CHECK(same_bits(first, results<T>(s, o, k % 2, k > 3)));
            }
            stand_in::order_seed = before;
#endif
        }
}

TEST_CASE("a sample of zeros stays zero, one that is not finite is NaN, and neither touches the others") {
    for (order o : orders) {
        storage<float> x(5, 40, o), y(5, 40, o), dx(5, 40, o), clean(5, 40, o);
        x.fill(1), clean.fill(1), y.fill(2), dx.fill(2);
        for (index_t j = 0; j < 40; ++j) x.one()(1, j) = 0;
        x.one()(3, 7) = std::numeric_limits<float>::quiet_NaN(), x.one()(4, 0) = -std::numeric_limits<float>::infinity();
        on_gpu<float> gx(x), gy(y), gdx(dx), gc(clean);
        normalizer norm(layer_norm{}, "norm", cuda());
        norm.forward(gx.all, gy.all), norm.vjp(gx.all, gc.all, gdx.all);
        gy.read(), gdx.read();
        normalizer mine(layer_norm{});
        storage<float> expected(5, 40, o), derived(5, 40, o);
        mine.forward(clean.all, expected.all), mine.vjp(clean.all, clean.all, derived.all);
        for (index_t j = 0; j < 40; ++j) {
            CHECK(y.one()(1, j) == 0);
            CHECK(dx.one()(1, j) == 0);
            CHECK(std::isnan(y.one()(3, j)));
            CHECK(std::isnan(y.one()(4, j)));
            CHECK(std::isnan(dx.one()(3, j)));
            for (index_t i : {0, 2}) {
                CHECK(std::fabs(y.one()(i, j) - expected.one()(i, j)) < 1e-6f);
                CHECK(std::fabs(dx.one()(i, j) - derived.one()(i, j)) < 1e-6f);
            }
        }
    }
}

TEST_CASE("a norm has the whole range of double, and constant samples are zeros") {
    for (double size : {1e-300, 1e-160, 1e160, 1e300})
        for (order o : orders) {
            storage<double> x(3, 50, o), y(3, 50, o), expected(3, 50, o);
            x.fill(1, size);
            for (index_t j = 0; j < 50; ++j) x.one()(2, j) = 0.7 * size;
            on_gpu<double> gx(x), gy(y);
            normalizer theirs(layer_norm{}, "norm", cuda());
            normalizer mine(layer_norm{});
            theirs.forward(gx.all, gy.all), mine.forward(x.all, expected.all);
            gy.read();
            INFO("ISOTYPIC_SEED=", seed(), ", size ", size);
            CHECK(distance(blocks<double const>(y.all), blocks<double const>(expected.all)) < 1e-12);
            CHECK(y.one()(2, 9) == 0);
            CHECK(std::fabs(y.one()(0, 0)) > 1e-3);
        }
}

TEST_CASE("what does not fit is refused, and a derivative needs a forward pass") {
    storage<float> x(3, 4);
    on_gpu<float> gx(x.fill(1));
    normalizer norm(rms_norm{}, "first norm", cuda());
    CHECK_THROWS_WITH_AS(norm.vjp(gx.all, gx.all, gx.all), "isotypic: first norm: a derivative at an input of 3 x 4 without a forward pass there", error);
    CHECK_THROWS_WITH_AS(norm.forward(gx.all, gx.all.first.part(0, 0, 2, 4)), "isotypic: first norm: the result is 2 x 4, the input 3 x 4", error);
    CHECK_THROWS_WITH_AS(norm.forward(gx.all, per_feature(gx.all.first.part(0, 0, 1, 3)), gx.all), "isotypic: first norm: a gain of 1 x 3 for 4 features", error);
}

#ifndef __CUDACC__
TEST_CASE("a norm on the GPU waits for nothing, and allocates nothing for a shape that it has seen") {
    storage<float> x(37, 64), y(37, 64), g(1, 64), dg(1, 64);
    x.fill(1), y.fill(2), g.fill(3), dg.fill(4);
    on_gpu<float> gx(x), gy(y), gg(g), gdg(dg);
    normalizer norm(layer_norm{}, "norm", cuda());
    const auto both = [&] {
        norm.forward(gx.all, per_feature(gg.all.first), gy.all);
        norm.vjp(gx.all, per_feature(gg.all.first), gx.all, gy.all, per_feature(gdg.all.first));
    };
    both();
    stand_in::counts = {};
    both();
    CHECK(stand_in::counts.launches > 0);
    CHECK(stand_in::counts.allocations == 0);
    CHECK(stand_in::counts.synchronisations == 0);
    CHECK(stand_in::counts.copies_to_host == 0);
}
#endif
