// SPDX-License-Identifier: MIT
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cpu_symmetric.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_sums.cuh>

using namespace isotypic;

namespace {

struct shape {
    index_t rows, cols;
};
const shape shapes[] = {{1, 1}, {3, 5}, {37, 64}, {2, 5000}, {1100, 3}, {0, 4}, {4, 0}};

/// The numbers that `sums` gives on the GPU for x, with room for n.
template <class F>
std::vector<double> from_gpu(index_t n, F const& sums) {
    cuda d;
    const auto memory = detail::gpu_memory::allocate(sizeof(double) * std::size_t(n + 1));
    double* out = reinterpret_cast<double*>(memory.get());
    detail::check(cudaMemset(out, 0, sizeof(double) * std::size_t(n + 1)), "clear");
    sums(d, out);
    d.synchronize();
    return numbers_of(out, n);
}

double apart(std::vector<double> const& a, std::vector<double> const& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::fmax(most, std::fabs(a[i] - b[i]) / (1e-300 + std::fabs(b[i])));
    return most;
}

/// x and its transpose as a batch of 3, a pair joined along rows, and one stacked along columns.
template <class T, class F>
void with_forms(storage<T>& x, storage<T>& y, on_gpu<T>& gx, on_gpu<T>& gy, F const& f) {
    auto pair = [](auto a, auto const& b) { return a.joined = true, a.second = b.first.data, a; };
    f(x.all, gx.all), f(x.all.transposed(), gx.all.transposed());
    f(pair(x.all, y.all), pair(gx.all, gy.all)), f(pair(x.all, y.all).transposed(), pair(gx.all, gy.all).transposed());
}

#ifndef __CUDACC__
/// f's result for several orders in which the threads of a block run between their meetings.
template <class F>
bool any_order_of_threads(F const& f) {
    stand_in::order_seed = 1;
    const auto first = f();
    bool same = true;
    for (unsigned k = 2; k < 6; ++k) stand_in::order_seed = k, same = same && same_bits(first, f());
    stand_in::order_seed = 1;
    return same;
}
#endif

}  // namespace

TEST_CASE_TEMPLATE("sums and norms of rows and items are the CPU's, in every form and order of a block", T, float, double) {
    for (shape s : shapes)
        for (order o : orders) {
            storage<T> x(s.rows, s.cols, o, 0, 3), y(s.rows, s.cols, o, 0, 3);
            x.fill(1), y.fill(2);
            on_gpu<T> gx(x), gy(y);
            with_forms(x, y, gx, gy, [&](blocks<T const> h, blocks<T const, gpu> g) {
                INFO("ISOTYPIC_SEED=", seed(), ", ", h.rows(), " x ", h.cols(), " in order ", int(o));
                cpu d;
                std::vector<double> rows(std::size_t(row_count(h)), 0.0), items(3, 0.0);
                row_sums(d, detail::magnitude{}, h, rows.data());
                CHECK(apart(from_gpu(row_count(h), [&](cuda& c, double* out) { row_sums(c, detail::magnitude{}, g, out); }), rows) < 1e-13);
                row_norms(d, h, rows.data());
                CHECK(apart(from_gpu(row_count(h), [&](cuda& c, double* out) { row_norms(c, g, out); }), rows) < 1e-13);
                item_sums(d, detail::product{}, items.data(), h, h);
                CHECK(apart(from_gpu(3, [&](cuda& c, double* out) { item_sums(c, detail::product{}, out, g, g); }), items) < 1e-13);
            });
        }
}

TEST_CASE("norms of doubles whose squares are none") {
    for (double size : {1e-200, 1e-320, 1e200, 1e308}) {
        storage<double> x(3, 700);
        for (index_t j = 0; j < 700; ++j) x.one()(0, j) = 0, x.one()(1, j) = j == 5 ? -size : 0, x.one()(2, j) = j % 2 ? size / 30 : 0;
        on_gpu<double> g(x);
        const auto r = from_gpu(3, [&](cuda& c, double* out) { row_norms(c, g.all, out); });
        CHECK(r[0] == 0);
        CHECK(r[1] == size);
        CHECK(std::fabs(r[2] / (size / 30 * std::sqrt(350.)) - 1) < (size > 1e-310 ? 1e-12 : 0.1));
    }
}

#ifndef __CUDACC__
TEST_CASE("sums have the same bits in whatever order threads run") {
    for (shape s : {shape{3, 5000}, shape{1100, 3}})
        for (order o : orders) {
            storage<float> x(s.rows, s.cols, o);
            x.fill(1);
            on_gpu<float> g(x);
            const index_t n = s.rows;
            CHECK(any_order_of_threads([&] { return from_gpu(n, [&](cuda& c, double* out) { row_norms(c, g.all, out); }); }));
            CHECK(any_order_of_threads([&] { return from_gpu(1, [&](cuda& c, double* out) { item_sums(c, detail::squared_value{}, out, g.all); }); }));
        }
}
#endif

TEST_CASE("numbers of rows and items meet their elements, whatever lies contiguous") {
    for (order o : orders) {
        storage<float> x(5, 7, o, 0, 3), y(5, 7, o, 0, 3);
        x.fill(1), y.fill(2);
        on_gpu<float> gx(x), gy(y);
        std::vector<double> r(64);
        for (std::size_t i = 0; i < r.size(); ++i) r[i] = double(i) + 1;
        const auto memory = detail::gpu_memory::allocate(sizeof(double) * r.size());
        auto* gr = reinterpret_cast<double*>(memory.get());
        detail::check(cudaMemcpy(gr, r.data(), sizeof(double) * r.size(), cudaMemcpyHostToDevice), "write");
        with_forms(x, y, gx, gy, [&](blocks<float> h, blocks<float, gpu> g) {
            cpu d;
            cuda c;
            scale_rows(d, r.data(), blocks<float const>(h), h), scale_rows(c, gr, blocks<float const, gpu>(g), g);
            transform_items(d, detail::times{}, r.data(), blocks<float const>(h), h), transform_items(c, detail::times{}, gr, blocks<float const, gpu>(g), g);
            c.synchronize();
        });
        gx.read(), gy.read();
        storage<float> u(5, 7, o, 0, 3), v(5, 7, o, 0, 3);
        u.fill(1), v.fill(2);
        with_forms(u, v, gx, gy, [&](blocks<float> h, blocks<float, gpu>) {
            cpu d;
            scale_rows(d, r.data(), blocks<float const>(h), h), transform_items(d, detail::times{}, r.data(), blocks<float const>(h), h);
        });
        CHECK(distance(blocks<float const>(u.all), blocks<float const>(x.all)) == 0);
        CHECK(distance(blocks<float const>(v.all), blocks<float const>(y.all)) == 0);
    }
}

TEST_CASE_TEMPLATE("products in every layout, one and a batch", T, float, double, __half, __nv_bfloat16) {
    cuda d;
    for (order oa : orders)
        for (order ob : orders)
            for (order oc : {order::rows, order::columns}) {
                storage<T> a(6, 9, oa, 0, 2), b(9, 5, ob, 0, 2), c(6, 5, oc, 0, 2);
                a.fill(1), b.fill(2), c.fill(3);
                on_gpu<T> ga(a), gb(b), gc(c);
                storage<double> expected(6, 5, oc, 0, 2);
                for (index_t k = 0; k < 2; ++k)
                    for (index_t i = 0; i < 6; ++i)
                        for (index_t j = 0; j < 5; ++j) {
                            double sum = 0.5 * double(compute<T>(c.all.panel(k)(i, j)));
                            for (index_t l = 0; l < 9; ++l) sum += 2 * double(compute<T>(a.all.panel(k)(i, l))) * double(compute<T>(b.all.panel(k)(l, j)));
                            expected.all.panel(k)(i, j) = sum;
                        }
                multiply<T>(d, 2, ga.all, gb.all, compute<T>(0.5), gc.all);
                d.synchronize();
                gc.read();
                CHECK(distance(blocks<double const>(expected.all), blocks<T const>(c.all)) < 40 * unit_roundoff<T>);
            }
}

namespace {

template <class T>
void make_symmetric(storage<T>& s) {
    for (index_t k = 0; k < s.all.count; ++k)
        for (index_t i = 0; i < s.all.rows(); ++i)
            for (index_t j = 0; j < i; ++j) s.all.panel(k)(j, i) = s.all.panel(k)(i, j);
}

struct cut {
    index_t n;
    int levels;
};

}  // namespace

TEST_CASE_TEMPLATE("a symmetric product, beside another matrix and the identity, is symmetric to the last bit, cut or not", T, float, __half) {
    cuda d;
    for (cut of : {cut{7, 0}, cut{100, 0}, cut{48, 1}, cut{48, 2}, cut{64, 3}})
        for (order from : orders)
            for (order at : {order::rows, order::columns})
                for (bool in_place : {false, true}) {
                    const index_t n = of.n;
                    if (in_place && from != at) continue;
                    INFO("ISOTYPIC_SEED=", seed(), ", ", n, " rows, cut ", of.levels, " times, from order ", int(from), " to order ", int(at));
                    storage<T> a(n, 6, from, 0, 3), s(n, n, from, 0, 3), c(n, n, at, 0, 3);
                    a.fill(1), s.fill(2), c.fill(3), make_symmetric(s);
                    on_gpu<T> ga(a), gs(s), gc(c);
                    storage<double> expected(n, n, order::rows, 0, 3);
                    for (index_t k = 0; k < 3; ++k)
                        for (index_t i = 0; i < n; ++i)
                            for (index_t j = 0; j < n; ++j) {
                                double sum = -0.5 * double(compute<T>(s.all.panel(k)(i, j))) + (i == j ? 3 : 0);
                                for (index_t l = 0; l < 6; ++l) sum += double(compute<T>(a.all.panel(k)(i, l))) * double(compute<T>(a.all.panel(k)(j, l)));
                                expected.all.panel(k)(i, j) = sum;
                            }
                    on_gpu<T>& to = in_place ? gs : gc;
                    if (of.levels)
                        detail::multiply_cut<T>(d, of.levels, 1, ga.all, ga.all.transposed(), -0.5f, gs.all, 3, to.all);
                    else
                        multiply_symmetric<T>(d, 1, ga.all, ga.all.transposed(), -0.5f, gs.all, 3, to.all);
                    d.synchronize();
                    to.read();
                    const blocks<T const> result = to.host.all;
                    CHECK(distance(blocks<double const>(expected.all), result) < 20 * unit_roundoff<T>);
                    CHECK(distance(result, result.transposed()) == 0);
                }
}

TEST_CASE("a product, cut or not, reads nothing that beta = 0 forgets and writes every element") {
    for (int levels : {0, 1, 3}) {
        CAPTURE(levels);
        storage<float> a(48, 5), s(48, 48), c(48, 48);
        a.fill(1);
        for (index_t i = 0; i < 48; ++i)
            for (index_t j = 0; j < 48; ++j) s.one()(i, j) = c.one()(i, j) = std::nanf("");
        on_gpu<float> ga(a), gs(s), gc(c);
        auto finite = [&](float beta) {
            cuda d;
            detail::multiply_cut<float>(d, levels, 1, ga.all, ga.all.transposed(), beta, gs.all, 0, gc.all);
            d.synchronize();
            gc.read();
            index_t n = 0;
            for (float x : elements(c.one())) n += std::isfinite(x);
            return n;
        };
        CHECK(finite(0) == 48 * 48);
        CHECK(finite(1) == 0);
    }
}

TEST_CASE("a symmetric product to a matrix without contiguous rows or columns throws before it writes, cut or not") {
    for (int levels : {0, 1}) {
        storage<float> a(16, 5), s(16, 16), c(16, 16, order::strided);
        a.fill(1), s.fill(2), c.fill(3);
        const auto before = elements(c.one());
        on_gpu<float> ga(a), gs(s), gc(c);
        cuda d;
        CHECK_THROWS_AS(detail::multiply_cut<float>(d, levels, 1, ga.all, ga.all.transposed(), 1, gs.all, 0, gc.all), error);
        d.synchronize();
        gc.read();
        CHECK(same_bits(elements(c.one()), before));
        CHECK_NOTHROW(detail::multiply_cut<float>(d, levels, 1, ga.all, ga.all.transposed(), 1, gc.all, 0, gs.all));
    }
}

TEST_CASE("the model cuts a symmetric product as often as takes the fewest waves of tiles, and where squares are aligned") {
    const index_t table[][4] = {{1, 2, 3, 4}, {4, 3, 3, 4}, {16, 12, 10, 9}};
    for (index_t i : {0, 1, 2})
        for (int l : {0, 1, 2, 3}) CHECK(detail::waves(2048 << i, 1, l) == table[i][l]);
    for (index_t n : {0, 1, 7, 100, 1024, 2048}) CHECK(detail::levels(n, 1) == 0);
    CHECK(detail::levels(4096, 1) == 1);
    CHECK(detail::levels(8192, 1) == 3);
    CHECK(detail::levels(8192 + 8, 1) == 0);
    CHECK(detail::levels(8192 + 16, 1) == 1);
    CHECK(detail::waves(2048, 8, 0) == 8);
    CHECK(detail::waves(2048, 8, 1) == 6);
    CHECK(detail::levels(2048, 8) == 1);
    CHECK(detail::levels(1024, 64) == 0);
}

#ifndef __CUDACC__
TEST_CASE("an item of a cut batch has the bits that it has alone and uncut, and as many calls are made as the model counts") {
    storage<float> a(48, 7, order::rows, 0, 3), s(48, 48, order::rows, 0, 3), c(48, 48, order::columns, 0, 3);
    a.fill(1), s.fill(2), make_symmetric(s);
    on_gpu<float> ga(a), gs(s), gc(c);
    auto product = [&](int levels, index_t first, index_t items, std::size_t calls) {
        auto some = [&](auto x) { return decltype(x)(x.panel(first), items, x.stride); };
        cuda d;
        stand_in::counts = {};
        detail::multiply_cut<float>(d, levels, 2, some(ga.all), some(ga.all.transposed()), 0.3f, some(gs.all), 1, some(gc.all));
        d.synchronize();
        CHECK(stand_in::counts.toolkit_calls == calls);
        gc.read();
    };
    product(0, 0, 3, 1);
    std::vector<float> uncut[3];
    for (index_t k = 0; k < 3; ++k) uncut[k] = elements(c.all.panel(k));
    CHECK(!same_bits(uncut[0], uncut[1]));
    // In turn 1, 2 and 4 squares of each item, then those on the diagonal.
    const std::size_t calls[] = {1, 1 + 2, 1 + 2 + 3, 1 + 2 + 3 + 3};
    for (int levels : {1, 2, 3}) {
        CAPTURE(levels);
        c.fill(4), gc.write();
        product(levels, 0, 3, calls[levels]);
        for (index_t k = 0; k < 3; ++k) CHECK(same_bits(elements(c.all.panel(k)), uncut[k]));
        c.fill(4), gc.write();
        product(levels, 1, 1, std::size_t(levels) + 1);
        CHECK(same_bits(elements(c.all.panel(1)), uncut[1]));
        CHECK(!same_bits(elements(c.all.panel(0)), uncut[0]));
    }
}
#endif
