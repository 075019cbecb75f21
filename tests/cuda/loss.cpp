// SPDX-License-Identifier: MIT
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cuda_class_rows.cuh>
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/focal.hpp>
#include <isotypic/loss/gce.hpp>
#include <isotypic/loss/symmetrise.hpp>
#include <limits>
#include <span>
#ifndef __CUDACC__
#include <stand_in/counts.hpp>
#include <stand_in/order.hpp>
#endif

using namespace isotypic;

/// A loss of one's own.
struct squared_log {
    static constexpr char const* name = "squared log";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    constexpr loss_curve at(double u) const { return {u * u, 2 * u, 2}; }
};

namespace {

struct shape {
    index_t rows, cols, items;
};
const shape shapes[] = {{1, 1, 1}, {3, 5, 1}, {37, 64, 1}, {20, 37, 3}, {130, 1000, 1}, {3, 6001, 1}, {5, 9000, 1}, {200, 4, 2}};

/// Whole numbers or weights in the GPU's memory.
template <class T>
struct list {
    std::vector<T> host;
    detail::gpu_memory::owner memory;
    view<T const, gpu> there;

    explicit list(std::vector<T> v) : host(std::move(v)), memory(detail::gpu_memory::allocate(sizeof(T) * host.size())) {
        detail::check(cudaMemcpy(memory.get(), host.data(), sizeof(T) * host.size(), cudaMemcpyHostToDevice), "write");
        there = view<T const, gpu>(reinterpret_cast<T const*>(memory.get()), index_t(host.size()), 1);
    }
    view<T const> here() const { return {host.data(), index_t(host.size()), 1}; }
};

template <class Y>
list<Y> some_labels(index_t n, index_t classes) {
    std::vector<Y> v;
    for (index_t i = 0; i < n; ++i) v.push_back(Y((i * 7 + i / 3) % classes));
    return list<Y>(std::move(v));
}
list<double> some_weights(index_t n) {
    std::vector<double> v;
    for (index_t i = 0; i < n; ++i) v.push_back(i % 5 == 4 ? 0 : 0.5 + double(i % 3));
    return list<double>(std::move(v));
}

struct errors {
    double value = 0, gradient = 0, values = 0;
    double most() const { return (std::max)({value, gradient, values}); }
};

template <class T, class Y, class L>
errors apart(L rule, shape s, order o, bool weighted, reduction how) {
    storage<T> x(s.rows, s.cols, o, 0, s.items), mine(s.rows, s.cols, o, 0, s.items), theirs(s.rows, s.cols, o, 0, s.items);
    x.fill(1, 8), mine.fill(2), theirs.fill(3);
    const index_t n = s.rows * s.items;
    const auto labels = some_labels<Y>(n, s.cols);
    const auto weights = some_weights(n);
    on_gpu<T> gx(x), gtheirs(theirs);
    criterion here(rule, {.reduce = how});
    criterion there(rule, {.reduce = how}, cuda());
    sample_options with;
    device_sample_options<gpu> gwith;
    if (weighted) with.weights = weights.host, gwith.weights = weights.there;

    const double value = here.gradient(x.all, labels.here(), mine.all, with);
    const double found = there.gradient(gx.all, labels.there, gtheirs.all, gwith).read(), again = there.value(gx.all, labels.there, gwith).read();
    gtheirs.read();
    std::vector<double> all(std::size_t(n), 0.0);
    list<double> gall{std::vector<double>(std::size_t(n), 1.0)};
    here.values(x.all, labels.here(), all, with);
    there.values(gx.all, labels.there, view<double, gpu>(reinterpret_cast<double*>(gall.memory.get()), n, 1), gwith);
    const auto gvalues = numbers_of(gall.there.data, n);
    const double samples = double(how == reduction::mean ? 1 : n);
    errors e{std::fabs(value - found) / (1 + std::fabs(value)) / samples};
    e.gradient = double(n) / samples * distance(blocks<T const>(mine.all), blocks<T const>(theirs.all));
    for (std::size_t i = 0; i < std::size_t(n); ++i) e.values = (std::max)(e.values, std::fabs(all[i] - gvalues[i]) / (1 + std::fabs(all[i])));
    CHECK(found == again);
    return e;
}

template <class L>
void agrees(L rule, std::size_t first = 0, std::size_t last = std::size(shapes)) {
    for (shape s : std::span(shapes).subspan(first, last - first))
        for (order o : orders)
            for (bool weighted : {false, true}) {
                INFO("ISOTYPIC_SEED=", seed(), ", ", s.items, " x ", s.rows, " x ", s.cols, " in order ", int(o), weighted ? ", weighted" : "");
                if (weighted && s.rows * s.items < 2) continue;
                CHECK(apart<float, std::int32_t>(rule, s, o, weighted, weighted ? reduction::sum : reduction::mean).most() <= 4e-6);
                CHECK(apart<double, std::int64_t>(rule, s, o, weighted, reduction::mean).most() <= 1e-12);
            }
}

/// Loss and gradient on the GPU, of scores that begin `shift` after an aligned address; the gradient where they are if `in_place`.
template <class T, class L>
std::vector<T> results(L rule, shape s, order o, index_t shift, bool in_place) {
    storage<T> x(s.rows, s.cols, o);
    x.fill(1, 8);
    const index_t size = (3 * s.rows + 1) * (2 * s.cols + 1);
    auto memory = detail::gpu_memory::allocate(sizeof(T) * std::size_t(2 * size + 1));
    T* at = reinterpret_cast<T*>(memory.get()) + shift;
    const auto like = x.one();
    const view<T, gpu> scores(at, s.rows, s.cols, like.row_stride, like.col_stride), other(at + size, s.rows, s.cols, like.row_stride, like.col_stride);
    detail::check(cudaMemcpy(at, like.data, sizeof(T) * std::size_t(size), cudaMemcpyHostToDevice), "write");
    const auto labels = some_labels<int>(s.rows, s.cols);
    criterion loss(rule, {}, cuda());
    const double found = loss.gradient(scores, labels.there, in_place ? scores : other).read();
    detail::check(cudaMemcpy(like.data, in_place ? at : at + size, sizeof(T) * std::size_t(size), cudaMemcpyDeviceToHost), "read");
    auto all = elements(like);
    all.push_back(T(found)), all.push_back(T((found - double(T(found))) * 1e6));
    return all;
}

template <class T, class L>
double short_apart(L rule, shape s, order o) {
    storage<T> x(s.rows, s.cols, o), g(s.rows, s.cols, o);
    storage<double> wide(s.rows, s.cols, o), wide_g(s.rows, s.cols, o);
    x.fill(1, 8), g.fill(2);
    for (index_t i = 0; i < s.rows; ++i)
        for (index_t j = 0; j < s.cols; ++j) wide.one()(i, j) = double(float(x.one()(i, j)));
    on_gpu<T> gx(x), gg(g);
    const auto labels = some_labels<int>(s.rows, s.cols);
    criterion mine(rule, {.reduce = reduction::sum});
    criterion theirs(rule, {.reduce = reduction::sum}, cuda());
    const double value = mine.gradient(wide.all, labels.here(), wide_g.all), found = theirs.gradient(gx.all, labels.there, gg.all).read();
    gg.read();
    return (std::max)(1e2 * std::fabs(value - found) / (1 + std::fabs(value)), distance(blocks<T const>(g.all), blocks<double const>(wide_g.all)));
}

const double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a loss of classes on the GPU has the CPU's value and gradient, to rounding") {
    SUBCASE("") { agrees(cross_entropy{}); }
    SUBCASE("") { agrees(gce{.q = 0.7}, 0, 4); }
    SUBCASE("") { agrees(mae{}, 0, 4); }
    SUBCASE("") { agrees(focal{}, 0, 4); }
    SUBCASE("") { agrees(squared_log{}, 0, 4); }
    SUBCASE("") { agrees(symmetrise(gce{.q = 0.3})); }
    SUBCASE("") { agrees(symmetrise(gce{.q = 0.01}), 0, 4); }
    SUBCASE("") { agrees(symmetrise(gce{.q = 1}), 0, 4); }
    SUBCASE("") { agrees(symmetrise(mae{}), 0, 4); }
    SUBCASE("") { agrees(symmetrise(cross_entropy{}), 0, 4); }
    SUBCASE("") { agrees(class_insensitive(gce{.q = 0.5}), 0, 4); }
    SUBCASE("") { agrees(class_insensitive(cross_entropy{}), 0, 4); }
    SUBCASE("") { agrees(smooth_labels(cross_entropy{}, 0.1), 0, 4); }
    SUBCASE("") { agrees(smooth_labels(gce{.q = 0}, 0.2), 0, 4); }
}

TEST_CASE("the bits of a loss depend on shape and layout alone, and are the same where the gradient lies on the scores") {
    for (shape s : {shape{1, 1, 1}, shape{37, 64, 1}, shape{6, 1000, 1}, shape{2, 9000, 1}, shape{2, 9001, 1}})
        for (order o : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o));
            const auto rule = symmetrise(gce{.q = 0.3});
            const auto first = results<float>(rule, s, o, 0, false);
            CHECK(same_bits(first, results<float>(rule, s, o, 1, false)));
            CHECK(same_bits(first, results<float>(rule, s, o, 0, true)));
            CHECK(same_bits(results<double>(rule, s, o, 0, false), results<double>(rule, s, o, 1, true)));
#ifndef __CUDACC__
            const auto before = stand_in::order_seed;
            for (unsigned k = 2; k < 5; ++k) {
                stand_in::order_seed = k;
                CHECK(same_bits(first, results<float>(rule, s, o, k % 2, k > 3)));
            }
            stand_in::order_seed = before;
#endif
        }
}

TEST_CASE("scores of 16 bits have the loss of their values, and a gradient to their rounding") {
    for (shape s : {shape{3, 5, 1}, shape{37, 64, 1}, shape{20, 1032, 1}, shape{2, 9001, 1}})
        for (order o : orders) {
            INFO("ISOTYPIC_SEED=", seed(), ", ", s.rows, " x ", s.cols, " in order ", int(o));
            CHECK(short_apart<__half>(cross_entropy{}, s, o) <= 6e-4);
            CHECK(short_apart<__half>(symmetrise(gce{.q = 0.3}), s, o) <= 6e-4);
            CHECK(short_apart<__nv_bfloat16>(cross_entropy{}, s, o) <= 5e-3);
            CHECK(short_apart<__nv_bfloat16>(symmetrise(gce{.q = 0.3}), s, o) <= 5e-3);
        }
}

TEST_CASE("classes of score -infinity are excluded, on the GPU as on the CPU") {
    for (order o : orders) {
        storage<double> x(12, 40, o), mine(12, 40, o), theirs(12, 40, o);
        x.fill(1, 4), mine.fill(2), theirs.fill(3);
        const auto labels = some_labels<int>(12, 40);
        for (index_t i = 0; i < 12; ++i)
            for (index_t j = 0; j < 40; ++j)
                if ((i + j) % 3 == 0 && j != labels.host[std::size_t(i)]) x.one()(i, j) = -infinity;
        on_gpu<double> gx(x), gtheirs(theirs);
        const auto each = [&](auto rule) {
            criterion here(rule);
            criterion there(rule, {}, cuda());
            const double value = here.gradient(x.all, labels.here(), mine.all), found = there.gradient(gx.all, labels.there, gtheirs.all).read();
            gtheirs.read();
            INFO("ISOTYPIC_SEED=", seed());
            CHECK(std::fabs(value - found) < 1e-13);
            CHECK(distance(blocks<double const>(mine.all), blocks<double const>(theirs.all)) < 1e-13);
            CHECK(theirs.one()(0, 3) == 0);
            CHECK(theirs.one()(0, 4) != 0);
        };
        each(cross_entropy{}), each(symmetrise(gce{.q = 0.3})), each(symmetrise(gce{.q = 0.05})), each(smooth_labels(cross_entropy{}, 0.1));
        each(symmetrise(cross_entropy{}));
    }
}

TEST_CASE("a score that is not finite and a label that is no class make their sample NaN, unless it has weight 0") {
    const auto each = [](auto rule) {
        for (order o : orders) {
            storage<float> x(6, 40, o), g(6, 40, o), clean(6, 40, o);
            x.fill(1), g.fill(2), clean.fill(3);
            const list<int> labels({1, 40, -1, 3, 7, 0});
            const float high = std::numeric_limits<float>::infinity();
            x.one()(0, 0) = high, x.one()(3, 5) = high - high, x.one()(5, 0) = -high;
            list<double> weights({0, 0, 0, 0, 1, 0});
            on_gpu<float> gx(x), gg(g);
            criterion loss(rule, {}, cuda());
            CHECK(std::isnan(loss.gradient(gx.all, labels.there, gg.all).read()));
            gg.read();
            for (index_t i : {0, 1, 2, 3, 5})
                for (index_t j = 1; j < 40; ++j) CHECK(std::isnan(g.one()(i, j)));
            for (index_t j = 0; j < 40; ++j) CHECK(std::isfinite(g.one()(4, j)));
            const double found = loss.gradient(gx.all, labels.there, gg.all, {.weights = weights.there}).read();
            gg.read();
            for (index_t i : {0, 1, 2, 3, 5})
                for (index_t j = 0; j < 40; ++j) CHECK(g.one()(i, j) == 0);
            criterion mine(rule);
            CHECK(std::fabs(found - mine.gradient(x.one().part(4, 0, 1, 40), std::vector<int>{7}, clean.one().part(4, 0, 1, 40))) < 1e-5);
            CHECK(distance(blocks<float const>(g.one().part(4, 0, 1, 40)), blocks<float const>(clean.one().part(4, 0, 1, 40))) < 1e-6);
        }
    };
    each(cross_entropy{}), each(symmetrise(gce{})), each(symmetrise(cross_entropy{}));
}

TEST_CASE("scores of any size have the CPU's loss") {
    for (double size : {1e-30, 1e2, 1e4, 1e30})
        for (order o : orders) {
            storage<float> x(5, 70, o), mine(5, 70, o), theirs(5, 70, o);
            x.fill(1, size), mine.fill(2), theirs.fill(3);
            on_gpu<float> gx(x), gtheirs(theirs);
            const auto labels = some_labels<int>(5, 70);
            const auto each = [&](auto rule) {
                criterion here(rule);
                criterion there(rule, {}, cuda());
                const double value = here.gradient(x.all, labels.here(), mine.all), found = there.gradient(gx.all, labels.there, gtheirs.all).read();
                gtheirs.read();
                INFO("ISOTYPIC_SEED=", seed(), ", size ", size);
                CHECK(std::fabs(value - found) <= 1e-6 * (1 + std::fabs(value)));
                CHECK(distance(blocks<float const>(mine.all), blocks<float const>(theirs.all)) < 1e-6);
            };
            each(cross_entropy{}), each(symmetrise(gce{.q = 0.3}));
        }
}

TEST_CASE("batches that do not fit are refused in the loss's name") {
    storage<float> x(3, 4);
    on_gpu<float> gx(x.fill(1));
    const auto labels = some_labels<int>(2, 4);
    criterion loss(cross_entropy{}, {}, cuda());
    CHECK_THROWS_WITH_AS(loss.value(gx.all, labels.there), "isotypic: cross-entropy: 2 labels for 3 samples", error);
    CHECK_THROWS_WITH_AS(loss.gradient(gx.all, labels.there, gx.all.first.part(0, 0, 2, 4)), "isotypic: cross-entropy: the result is 2 x 4, the scores 3 x 4", error);
    CHECK_THROWS_WITH_AS(loss.value(gx.all.first.part(0, 0, 0, 4), labels.there), "isotypic: cross-entropy: the mean over no samples: take the sum", error);
    criterion sum(cross_entropy{}, {.reduce = reduction::sum}, cuda());
    CHECK(sum.value(gx.all.first.part(0, 0, 0, 4), view<int const, gpu>(labels.there.data, 0, 1)).read() == 0);
}

#ifndef __CUDACC__
TEST_CASE("a loss on the GPU waits only to be read, and allocates nothing for a shape that it has seen") {
    storage<float> x(37, 64), g(37, 64);
    on_gpu<float> gx(x.fill(1)), gg(g.fill(2));
    const auto labels = some_labels<int>(37, 64);
    const auto weights = some_weights(37);
    cuda device;
    criterion loss(symmetrise(gce{}), {}, device);
    const auto once = [&] { return loss.gradient(gx.all, labels.there, gg.all, {.weights = weights.there}); };
    once();
    stand_in::counts = {};
    const auto found = once();
    CHECK(stand_in::counts.launches > 0);
    CHECK(stand_in::counts.allocations == 0);
    CHECK(stand_in::counts.synchronisations == 0);
    CHECK(stand_in::counts.copies_to_host == 0);
    CHECK(std::isfinite(found.read()));
    CHECK(stand_in::counts.copies_to_host == 1);
}
#endif
