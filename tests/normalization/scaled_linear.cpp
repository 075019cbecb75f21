// SPDX-License-Identifier: MIT
// Linear maps with scale vectors behind one norm: formula, derivatives, sharing, memory, threads, errors.
#include "../allocations.hpp"
#include "parameters.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/normalization/group_norm.hpp>
#include <isotypic/normalization/scale_direction.hpp>
#include <isotypic/normalization/scaled_linear.hpp>
#include <xtensor/xtensor.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

std::vector<double> gather(blocks<double> const& x) {
    std::vector<double> all;
    for (index_t k = 0; k < x.count; ++k)
        for (double v : elements(x.panel(k))) all.push_back(v);
    return all;
}
void spread(std::vector<double> const& from, blocks<double> const& x) {
    std::size_t i = 0;
    for (index_t k = 0; k < x.count; ++k)
        for (index_t r = 0; r < x.rows(); ++r)
            for (index_t c = 0; c < x.cols(); ++c) x.panel(k)(r, c) = from[i++];
}
std::vector<double> together(std::vector<double> a, std::vector<double> const& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// One array for each branch.
struct outputs_for_test {
    std::vector<storage<double>> memory;
    std::vector<blocks<double>> list;
    outputs_for_test(branch_shapes const& s, index_t items, index_t rows, order layout) {
        for (index_t n : s.outputs) memory.emplace_back(rows, n, layout, 0, items), list.push_back(memory.back().all);
    }
    std::vector<double> numbers() const {
        std::vector<double> all;
        for (auto const& y : list) all = together(std::move(all), gather(y));
        return all;
    }
    void set(std::vector<double> const& from) {
        auto at = from.begin();
        for (auto const& y : list) spread({at, at + y.size()}, y), at += y.size();
    }
};

/// A layer with all it works on, as a function of one list of numbers: x, then the parameters.
template <class Core, class In, class Out, class Mid>
struct bench {
    branch_shapes shapes;
    scaled_linear<Core, In, Out, Mid> layer;
    storage<double> x, dx;
    branches_for_test<In, Out> w, dw;
    outputs_for_test y;

    explicit bench(branch_shapes s, scaled_linear_settings<Core, Mid> set = {}, index_t items = 2, index_t rows = 3, order layout = order::rows,
                   executor_ref threads = {})
        : shapes(s),
          layer(set, "L", threads),
          x(rows, s.inputs, layout, 0, items),
          dx(rows, s.inputs, layout, 0, items),
          w(s, 1),
          dw(s, 0),
          y(s, items, rows, layout) {
        x.fill(2);
    }
    std::vector<double> here() { return together(gather(x.all), w.numbers); }
    std::vector<double> forward() {
        layer.forward(x.all, w.list, y.list);
        return y.numbers();
    }
    std::vector<double> operator()(std::vector<double> const& at) {
        const auto before = here();
        set(at);
        auto result = forward();
        set(before);
        return result;
    }
    void set(std::vector<double> const& at) {
        spread({at.begin(), at.begin() + x.all.size()}, x.all);
        std::copy(at.begin() + x.all.size(), at.end(), w.numbers.begin());
    }
    /// Of x and the parameters, at the last forward pass.
    std::vector<double> vjp(std::vector<double> const& dy) {
        std::fill(dw.numbers.begin(), dw.numbers.end(), 0.0);
        y.set(dy);
        layer.vjp(x.all, w.list, y.list, dw.list, dx.all);
        return together(gather(dx.all), dw.numbers);
    }
    std::vector<double> jvp(std::vector<double> const& t) {
        spread({t.begin(), t.begin() + x.all.size()}, dx.all);
        std::copy(t.begin() + x.all.size(), t.end(), dw.numbers.begin());
        layer.jvp(x.all, w.list, dx.all, dw.list, y.list);
        return y.numbers();
    }
};

template <class Core, class In, class Out, class Mid>
void check_derivatives(branch_shapes const& s, scaled_linear_settings<Core, Mid> set = {}, order layout = order::rows) {
    INFO("seed ", seed(), ": ", std::string(Core::name), ", ", std::string(In::name), ", ", std::string(Out::name), ", ", std::string(Mid::name));
    bench<Core, In, Out, Mid> f(s, set, 2, 3, layout);
    const auto at = f.here(), t = random_numbers(at.size(), 5), dy = random_numbers(f.forward().size(), 6);
    const auto slope = central_difference(f, at, t), gradient = gradient_by_differences([&](auto const&p) { return inner(dy, f(p)); }, at);
    f.forward();
    const auto jt = f.jvp(t), back = f.vjp(dy);
    CHECK(distance(jt, slope) < 1e-8);
    CHECK(distance(back, gradient) < 1e-8);
    CHECK(inner(dy, jt) == doctest::Approx(inner(back, t)).epsilon(1e-12));
}

/// The layer by its formula, one number at a time; Mid is RMS norm where there is one.
template <class In, class Out>
std::vector<double> by_hand(blocks<double> const& x, std::vector<branch<double>> const& list, bool middle, double eps) {
    std::vector<double> all;
    for (auto const& w : list) {
        const auto d = std::size_t(w.weight.cols), n = std::size_t(w.weight.rows), h = n / std::size_t(w.heads);
        std::vector<double> v(d), u(n);
        In{}.value(w.in, v), Out{}.value(w.out, u);
        for (index_t k = 0; k < x.count; ++k)
            for (index_t r = 0; r < x.rows(); ++r) {
                auto rms = [&](auto const& f, std::size_t from, std::size_t size) {
                    double sum = 0;
                    for (std::size_t j = from; j < from + size; ++j) sum += f(j) * f(j);
                    return std::sqrt(sum / double(size) + eps);
                };
                auto in = [&](std::size_t j) { return x.panel(k)(r, index_t(j)); };
                std::vector<double> z(n);
                for (std::size_t i = 0; i < n; ++i)
                    for (std::size_t j = 0; j < d; ++j) z[i] += w.weight(index_t(i), index_t(j)) * v[j] * in(j) / rms(in, 0, d);
                for (std::size_t i = 0; i < n; ++i) all.push_back(u[i] * z[i] / (middle ? rms([&](std::size_t j) { return z[j]; }, i / h * h, h) : 1));
            }
    }
    return all;
}

/// What W -> c diag(r)^-1 W diag(s)^-1, v -> s o v, u -> r o u of each branch, with r and s of any sign where they move, make of the function.
template <class Out, class Mid>
double change_by(bool r_moves, bool s_moves, double c) {
    bench<rms_norm, plain_scale, Out, Mid> f({{6, 4}, 5, false, 2});
    const auto before = f.forward();
    for (std::size_t b = 0; b < 2; ++b) {
        auto factors = [b](bool move, index_t count, std::uint64_t which) {
            auto all = random_numbers(std::size_t(count), 2 * b + which);
            for (double& v : all) v = move ? v + std::copysign(0.5, v) : 1;
            return all;
        };
        auto const& w = f.w.list[b];
        const auto r = factors(r_moves, w.weight.rows, 5), s = factors(s_moves, 5, 6);
        for (std::size_t i = 0; i < r.size(); ++i)
            for (std::size_t j = 0; j < s.size(); ++j) w.weight(index_t(i), index_t(j)) *= c / (r[i] * s[j]);
        for (std::size_t j = 0; j < s.size(); ++j) detail::entry(w.in.vector, j) *= s[j];
        if constexpr (Out::has_vector)
            for (std::size_t i = 0; i < r.size(); ++i) detail::entry(w.out.vector, i) *= r[i];
    }
    return distance(f.forward(), before);
}

}  // namespace

TEST_CASE("the formula, for every layout, with and without a middle norm") {
    INFO("seed ", seed());
    for (order layout : orders)
        for (index_t items : {1, 2})
            for (index_t rows : {1, 3}) {
                bench<rms_norm, plain_scale, plain_scale, no_norm> dp({{6, 2, 4}, 5, true}, {.core = {.eps = 0.1}}, items, rows, layout);
                CHECK(distance(dp.forward(), by_hand<plain_scale, plain_scale>(dp.x.all, dp.w.list, false, 0.1)) < 1e-14);
                bench<rms_norm, product_scale, plain_scale, rms_norm> dnp({{6, 2, 4}, 5, false, 2}, {.core = {.eps = 0.1}, .middle = {.eps = 0.1}}, items, rows,
                                                                          layout);
                CHECK(distance(dnp.forward(), by_hand<product_scale, plain_scale>(dnp.x.all, dnp.w.list, true, 0.1)) < 1e-14);
                // Heads do count.
                for (auto& w : dnp.w.list) w.heads = 1;
                const auto whole = dnp.forward();
                for (auto& w : dnp.w.list) w.heads = 2;
                CHECK(distance(whole, by_hand<product_scale, plain_scale>(dnp.x.all, dnp.w.list, true, 0.1)) > 1e-3);
            }
}

TEST_CASE("derivatives by differences, and VJP with JVP: every core, placement and kind of scale") {
    check_derivatives<rms_norm, plain_scale, no_scale, no_norm>({{4}, 5});
    check_derivatives<rms_norm, plain_scale, plain_scale, no_norm>({{4, 3}, 5, true}, {.core = {.eps = 0.01}});
    check_derivatives<layer_norm, product_scale, exponential_scale, rms_norm>({{4, 6}, 5, false, 2}, {.core = {.eps = 0.01}, .middle = {.eps = 0.1}});
    check_derivatives<rms_norm, unit_direction, log_simplex, layer_norm>({{4, 3}, 5, true}, {.middle = {.eps = 0.1}});
    check_derivatives<unit_norm, log_simplex, unit_direction, no_norm>({{2, 3}, 4});
    check_derivatives<no_norm, no_scale, product_scale, rms_norm>({{4}, 5, false, 2}, {.core = {}, .middle = {.eps = 0.1}});
    check_derivatives<no_norm, exponential_scale, no_scale, unit_norm>({{4}, 5});
    check_derivatives<no_norm, no_scale, no_scale, no_norm>({{4, 2}, 3});
    check_derivatives<group_norm, plain_scale, plain_scale, layer_norm>({{4, 3}, 6, true}, {.core = {.groups = 2, .eps = 0.1}, .middle = {.eps = 0.1}});
    for (order layout : orders) {
        check_derivatives<rms_norm, plain_scale, plain_scale, rms_norm>({{4, 2}, 5, true, 2, order::columns}, {}, layout);
        check_derivatives<layer_norm, plain_scale, plain_scale, no_norm>({{4, 2}, 5, false, 1, order::columns}, {}, layout);
        check_derivatives<batch_norm, plain_scale, product_scale, group_norm>({{12, 8}, 5, false, 2},
                                                                              {.core = {.eps = 0.1}, .middle = {.groups = 2, .eps = 0.1}}, layout);
    }
}

TEST_CASE("gauges: v trades with columns, u with rows of W; behind a middle norm the size of W is one, and rows are none") {
    INFO("seed ", seed());
    CHECK(change_by<no_scale, no_norm>(false, true, 1) < 1e-12);
    CHECK(change_by<no_scale, no_norm>(false, true, 1.7) > 1e-3);
    CHECK(change_by<no_scale, no_norm>(true, true, 1) > 1e-3);
    CHECK(change_by<plain_scale, no_norm>(true, true, 1) < 1e-12);
    CHECK(change_by<plain_scale, no_norm>(true, true, 1.7) > 1e-3);
    CHECK(change_by<plain_scale, rms_norm>(false, true, 1) < 1e-12);
    CHECK(change_by<plain_scale, rms_norm>(false, true, 1.7) < 1e-12);
    CHECK(change_by<plain_scale, rms_norm>(false, true, -1.7) > 1e-3);
    CHECK(change_by<plain_scale, rms_norm>(true, false, 1) > 1e-3);
}

TEST_CASE("a shared scale gets the sum of what scales of its own would get") {
    for (std::size_t which : {std::size_t{0}, std::size_t{2}}) {
        using layer_of = bench<rms_norm, product_scale, plain_scale, rms_norm>;
        layer_of one({{4, 2, 6}, 5, true, 2}), own({{4, 2, 6}, 5, false, 2});
        for (std::size_t b = 0; b < 3; ++b)
            for (index_t j = 0; j < 5; ++j) {
                auto const &from = one.w.list[b], &to = own.w.list[b];
                for (index_t i = 0; i < from.weight.rows; ++i) to.weight(i, j) = from.weight(i, j);
                detail::entry(to.in.vector, std::size_t(j)) = detail::entry(from.in.vector, std::size_t(j));
                to.in.magnitude(0, 0) = from.in.magnitude(0, 0);
                for (std::size_t i = 0; i < std::size_t(from.weight.rows); ++i) detail::entry(to.out.vector, i) = detail::entry(from.out.vector, i);
            }
        CHECK(one.forward() == own.forward());
        const auto dy = random_numbers(one.y.numbers().size(), 7);
        one.vjp(dy), own.vjp(dy);
        CHECK(gather(one.dx.all) == gather(own.dx.all));
        double magnitude = 0, largest_part = 0;
        for (std::size_t j = 0; j < 5; ++j) {
            double sum = 0;
            for (auto const& d : own.dw.list)
                sum += detail::entry(d.in.vector, j), largest_part = (std::max)(largest_part, std::abs(detail::entry(d.in.vector, j)));
            CHECK(detail::entry(one.dw.list[which].in.vector, j) == doctest::Approx(sum).epsilon(1e-14));
        }
        for (auto const& d : own.dw.list) magnitude += d.in.magnitude(0, 0);
        CHECK(std::abs(one.dw.list[1].in.magnitude(0, 0) - magnitude) < 1e-13);
        CHECK(largest_part > 1e-3);
        // Once more: gradients add up, dx does not.
        const auto before = one.dw.numbers, dx = gather(one.dx.all);
        one.y.set(dy);
        one.layer.vjp(one.x.all, one.w.list, one.y.list, one.dw.list, one.dx.all);
        CHECK(distance(one.dw.numbers, moved(before, 1, before)) < 1e-15);
        CHECK(gather(one.dx.all) == dx);
    }
}

TEST_CASE("behind a middle norm without eps the size of W and v has no gradient") {
    bench<rms_norm, plain_scale, plain_scale, rms_norm> f({{6}, 5, false, 1});
    auto sizes = [&](auto& g) {
        g.vjp(g.forward());
        auto dot = [](view<double> a, view<double> b) { return std::abs(inner(elements(a), elements(b))); };
        auto const &w = g.w.list[0], &d = g.dw.list[0];
        return std::array{dot(w.weight, d.weight), dot(w.in.vector, d.in.vector), dot(w.out.vector, d.out.vector)};
    };
    const auto exact = sizes(f);
    CHECK(exact[0] < 1e-13);
    CHECK(exact[1] < 1e-13);
    CHECK(exact[2] > 1e-2);
    bench<rms_norm, plain_scale, plain_scale, rms_norm> with_eps({{6}, 5}, {.middle = {.eps = 0.1}});
    CHECK(sizes(with_eps)[0] > 1e-4);
    CHECK(sizes(with_eps)[1] > 1e-4);
    bench<rms_norm, plain_scale, plain_scale, no_norm> without({{6}, 5});
    CHECK(sizes(without)[0] > 1e-2);
    // By heads: each band of W by itself.
    bench<rms_norm, plain_scale, no_scale, rms_norm> heads({{6}, 5, false, 3});
    heads.vjp(random_numbers(heads.forward().size(), 7));
    for (index_t h = 0; h < 3; ++h)
        CHECK(std::abs(inner(elements(heads.w.list[0].weight.part(2 * h, 0, 2, 5)), elements(heads.dw.list[0].weight.part(2 * h, 0, 2, 5)))) < 1e-13);
}

TEST_CASE("nothing is allocated for a shape that has been seen, and threads change no bit") {
    std::vector<double> first;
    for (index_t threads = 1; threads <= 3; ++threads) {
        thread_pool pool(threads);
        bench<rms_norm, product_scale, plain_scale, rms_norm> f({{420, 60}, 390, true, 4}, {.core = {.eps = 1e-6}, .middle = {.eps = 1e-6}}, 2, 210,
                                                                order::rows, pool);
        bench<layer_norm, plain_scale, plain_scale, no_norm> g({{420, 60}, 390, true, 4}, {.core = {.eps = 1e-6}}, 2, 210, order::rows, pool);
        std::vector<double> all;
        auto run = [&](auto& b) {
            std::fill(b.dw.numbers.begin(), b.dw.numbers.end(), 0.0);
            for (int k = 0; k < 3; ++k) {
                const auto before = allocations();
                b.layer.forward(b.x.all, b.w.list, b.y.list);
                b.layer.vjp(b.x.all, b.w.list, b.y.list, b.dw.list, b.dx.all);
                b.layer.jvp(b.x.all, b.w.list, b.dx.all, b.dw.list, b.y.list);
                CHECK((k == 0 || allocations() == before));
            }
            all = together(together(std::move(all), b.y.numbers()), together(gather(b.dx.all), b.dw.numbers));
        };
        run(f), run(g);
        if (threads == 1) first = all;
        CHECK(same_bits(all, first));
    }
}

TEST_CASE("floats, as double to rounding; one branch for a list; xtensor with three axes") {
    branches_for_test<plain_scale, plain_scale, float> w({{4}, 5, false, 2}, 1);
    branches_for_test<plain_scale, plain_scale> exact({{4}, 5, false, 2}, 0);
    for (std::size_t i = 0; i < w.numbers.size(); ++i) exact.numbers[i] = double(w.numbers[i]);
    xt::xtensor<float, 3> x = xt::zeros<float>({2, 3, 5}), y = xt::zeros<float>({2, 3, 4}), dx = x;
    random_stream random(seed());
    storage<double> same(3, 5, order::rows, 0, 2);
    for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 5; ++j) x(k, i, j) = float(random.normal()), same.all.panel(index_t(k))(index_t(i), index_t(j)) = double(x(k, i, j));
    scaled_linear<rms_norm, plain_scale, plain_scale, rms_norm> layer;
    layer.forward(x, w.list[0], y);
    const auto by_formula = by_hand<plain_scale, plain_scale>(same.all, exact.list, true, 0);
    std::vector<double> got(y.begin(), y.end());
    CHECK(distance(got, by_formula) < 1e-6);
    branches_for_test<plain_scale, plain_scale, float> dw({{4}, 5, false, 2}, 0);
    layer.vjp(x, w.list[0], y, dw.list[0], dx);
    CHECK(inner(dw.numbers, dw.numbers) > 0);
    const std::array list{w.list[0]};
    std::array results{as_blocks(y)};
    layer.forward(x, list, results);
    CHECK(std::vector<double>(y.begin(), y.end()) == got);
}

TEST_CASE("errors name the layer, the branch and the shapes, and change nothing") {
    using f = bench<rms_norm, plain_scale, plain_scale, rms_norm>;
    f a({{4, 6}, 5, false, 2}, {}, 1, 3);
    const auto y = a.forward();
    const auto dy = y;
    auto forward_says = [&](auto const& change, char const* text) {
        auto list = a.w.list;
        auto results = a.y.list;
        auto x = a.x.all;
        change(list, results, x);
        CHECK_THROWS_WITH_AS(a.layer.forward(x, list, results), text, error);
        CHECK(a.y.numbers() == y);
    };
    forward_says([](auto& w, auto&, auto&) { w.clear(); }, "isotypic: L: no branch");
    forward_says([](auto&, auto&, auto& x) { x.joined = true, x.second = x.first.data; }, "isotypic: L: a joined pair is two arrays: give one after the other");
    forward_says([](auto&, auto& r, auto&) { r.pop_back(); }, "isotypic: L: 2 branches, and the result of 1");
    forward_says([](auto&, auto& r, auto&) { std::swap(r[0], r[1]); }, "isotypic: L: branch 0: the result is 3 x 6, the input 3 x 5, and there are 4 outputs");
    forward_says([](auto& w, auto&, auto&) { w[1].weight = w[1].weight.part(0, 0, 6, 4); },
                 "isotypic: L: branch 1: the weight is 6 x 4, and the input has 5 features");
    forward_says([](auto& w, auto&, auto&) { w[1].heads = 4; }, "isotypic: L: branch 1: 6 outputs cannot be cut into 4 equal heads");
    forward_says([](auto& w, auto&, auto&) { w[0].in = {}; },
                 "isotypic: L: branch 0: the input scale: a plain scale of 5 numbers takes a vector of 5 and no magnitude, here are none and none");
    forward_says([](auto& w, auto&, auto&) { w[1].out.vector = w[0].out.vector; },
                 "isotypic: L: branch 1: the output scale: a plain scale of 6 numbers takes a vector of 6 and no magnitude, here are 4 x 1 and none");
    const auto long_rows = a.y.list[1].first;
    forward_says([&](auto&, auto& r, auto&) { r[0] = long_rows.part(0, 0, 3, 4); }, "isotypic: L: branches 0 and 1 are given the same memory for their results");
    const double right = std::exchange(a.w.list[1].weight(4, 2), std::numeric_limits<double>::quiet_NaN());
    CHECK_THROWS_WITH_AS(a.forward(), "isotypic: L, branch 1, middle norm: the input is not finite at (1, 0, 1)", error);  // head, sample, output
    a.w.list[1].weight(4, 2) = right;
    CHECK(a.forward() == y);
    a.x.one()(1, 2) = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(a.forward(), "isotypic: L: the input is not finite at (1, 2)", error);
    CHECK_THROWS_WITH_AS(a.layer.vjp(a.x.all, a.w.list, a.y.list, a.dw.list, a.dx.all),
                         "isotypic: L: a derivative at an input of 3 x 5 and 2 branches without a forward pass there", error);
    a.x.one()(1, 2) = 1;
    a.forward();

    auto vjp_says = [&](auto const& change, char const* text) {
        auto list = a.w.list, gradients = a.dw.list;
        auto results = a.y.list;
        auto x = a.x.all, dx = a.dx.all;
        change(list, gradients, results, x, dx);
        CHECK_THROWS_WITH_AS(a.layer.vjp(x, list, results, gradients, dx), text, error);
        CHECK(inner(a.dw.numbers, a.dw.numbers) == 0);
    };
    vjp_says([](auto&, auto& g, auto&, auto&, auto&) { g.pop_back(); }, "isotypic: L: 2 branches, and the gradient of 1");
    vjp_says([](auto&, auto& g, auto&, auto&, auto&) { g[1].weight = g[0].weight; }, "isotypic: L: branch 1: in the gradient, the weight is 4 x 5, not 6 x 5");
    vjp_says([](auto&, auto&, auto& r, auto&, auto&) { r[1] = r[0]; },
             "isotypic: L: branch 1: the result's gradient is 3 x 4, the input 3 x 5, and there are 6 outputs");
    vjp_says([](auto&, auto&, auto&, auto&, auto& dx) { dx.first = dx.first.part(0, 0, 2, 5); }, "isotypic: L: the input's gradient is 2 x 5, the input 3 x 5");
    vjp_says([](auto& w, auto&, auto&, auto&, auto&) { w[1].heads = 3; },
             "isotypic: L: a derivative at an input of 3 x 5 and 2 branches without a forward pass there");
    vjp_says([](auto& w, auto& g, auto& r, auto&, auto&) { w.pop_back(), g.pop_back(), r.pop_back(); },
             "isotypic: L: a derivative at an input of 3 x 5 and 1 branches without a forward pass there");
    vjp_says([](auto& w, auto& g, auto& r, auto&, auto&) { w[1] = w[0], g[1] = g[0], r[1] = r[0]; },
             "isotypic: L: a derivative at an input of 3 x 5 and 2 branches without a forward pass there");
    a.layer.vjp(a.x.all, a.w.list, a.y.list, a.dw.list, a.dx.all);
    CHECK(inner(a.dw.numbers, a.dw.numbers) > 0);
    storage<double> wide(3, 4);
    CHECK_THROWS_WITH_AS(a.layer.jvp(a.x.all, a.w.list, wide.one(), a.dw.list, a.y.list), "isotypic: L: the direction is 3 x 4, the input 3 x 5", error);
}
