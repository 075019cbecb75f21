// SPDX-License-Identifier: MIT
#pragma once
#include "../allocations.hpp"
#include "../storage.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/loss/pairs.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

/// \file
/// What every criterion of predictions and targets owes.
namespace pair_laws {

using namespace isotypic;
using dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline constexpr criterion_options summed{.reduce = reduction::sum};
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline dense gaussian(index_t m, index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    return dense::NullaryExpr(m, n, [&] { return random.normal(); });
}
/// -1 or 1 if the loss takes nothing else.
template <class L>
dense targets(L const&, index_t m, index_t n, std::uint64_t which) {
    dense y = gaussian(m, n, which);
    if constexpr (requires { L::takes(1.0); }) y = y.unaryExpr([](double v) { return v > 0 ? 1.0 : -1.0; }).eval();
    return y;
}

template <class L>
double value(L const& l, dense const& p, dense const& y, sample_options with = {}) {
    return criterion<L>(l, summed).value(p, y, with);
}
template <class L>
dense gradient(L const& l, dense const& p, dense const& y, sample_options with = {}) {
    dense g = p;
    criterion<L>(l, summed).gradient(p, y, g, with);
    return g;
}
template <class L>
dense hvp(L const& l, dense const& p, dense const& y, dense const& v, sample_options with = {}) {
    dense h = p;
    criterion<L>(l, summed).hvp(p, y, v, h, with);
    return h;
}
/// What the loss takes of numbers: signs, if it takes nothing else.
template <class L>
void make_targets(blocks<double> const& y) {
    if constexpr (requires { L::takes(1.0); })
        for (index_t i = 0; i < y.count * y.rows(); ++i)
            for (index_t k = 0; k < y.cols(); ++k) detail::sample(y, i)(0, k) = detail::sample(y, i)(0, k) > 0 ? 1 : -1;
}
inline std::vector<double> numbers(storage<double> const& s) {
    std::vector<double> e;
    for (index_t k = 0; k < s.all.count; ++k)
        for (double x : elements(s.all.panel(k))) e.push_back(x);
    return e;
}
/// The larger, and not a number where either is not.
inline double keep(double most, double v) { return v > most || std::isnan(v) ? v : most; }
inline double gap(std::vector<double> const& a, std::vector<double> const& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = keep(most, std::abs(a[i] - b[i]));
    return most;
}
inline double inner(dense const& a, dense const& b) { return (a.array() * b.array()).sum(); }

/// Gradient and Hessian against central differences.
template <class L>
void check_derivatives(L const& l, dense const& p, dense const& y, sample_options with = {}) {
    INFO(std::string(L::name), ", ISOTYPIC_SEED=", seed());
    const dense v = gaussian(p.rows(), p.cols(), 11), w = gaussian(p.rows(), p.cols(), 12), g = gradient(l, p, y, with), hv = hvp(l, p, y, v, with);
    const double h = 1e-5, slope = (value(l, p + h * v, y, with) - value(l, p - h * v, y, with)) / (2 * h);
    CHECK(std::abs(slope - inner(g, v)) < 1e-7);
    CHECK(std::abs(slope - inner(g, w)) > 1e-3);
    CHECK(((gradient(l, p + h * v, y, with) - gradient(l, p - h * v, y, with)) / (2 * h) - hv).norm() < 1e-7);
    CHECK(std::abs(inner(w, hv) - inner(v, hvp(l, p, y, w, with))) < 1e-12);
}

/// A sample's weight is how often it is there; the mean is over weights; one of weight 0 is not looked at.
template <class L>
void check_weights(L const& l, index_t samples) {
    storage<double> a(4, 5, order::rows, 0, 3), b(4, 5, order::rows, 0, 3), c(4, 5, order::rows, 0, 3);
    const blocks<double> p = a.fill(1).all, y = b.fill(2).all, g = c.all;
    make_targets<L>(y);
    std::vector<double> each(std::size_t(samples), 0.0), scaled = each, weights = each;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = double(i);
    criterion<L> sum(l, summed), mean(l);
    sum.values(p, y, each);
    double expected = 0, total = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) expected += weights[i] * each[i], total += weights[i];
    p.first(0, 0) = y.first(0, 1) = not_a_number;
    sum.values(p, y, scaled, {.weights = weights});
    for (std::size_t i = 0; i < weights.size(); ++i) CHECK(scaled[i] == weights[i] * each[i]);
    CHECK(sum.value(p, y, {.weights = weights}) == doctest::Approx(expected).epsilon(1e-14));
    CHECK(mean.value(p, y, {.weights = weights}) == doctest::Approx(expected / total).epsilon(1e-14));
    CHECK(sum.gradient(p, y, g, {.weights = weights}) == doctest::Approx(expected).epsilon(1e-14));
    CHECK(g.first(0, 0) == 0);
    CHECK(g.panel(2)(3, 4) != 0);
    cpu d;
    CHECK(all_finite(d, g));
    CHECK_THROWS(sum.value(p, y));
}

/// The same numbers in every layout, in place of any argument, and on threads.
template <class L>
void check_layouts(L const& l, double tight, bool curved = true) {
    INFO(std::string(L::name), ", ISOTYPIC_SEED=", seed());
    const index_t m = 5, n = 7, items = 3;
    criterion<L> loss(l);
    std::vector<double> first_g, first_h;
    double first = 0;
    for (order o : orders) {
        storage<double> p(m, n, o, 0, items), y(m, n, orders[1], 0, items), g(m, n, orders[2], 0, items), v(m, n, order::rows, 0, items), h(m, n, o, 0, items);
        auto fill = [&] { p.fill(1, 3), y.fill(2), v.fill(3), make_targets<L>(y.all); };
        fill();
        const double found = loss.gradient(p.all, y.all, g.all);
        if (curved) loss.hvp(p.all, y.all, v.all, h.all);
        if (o == order::rows) first = found, first_g = numbers(g), first_h = numbers(h);
        CHECK(std::abs(found - first) <= tight);
        CHECK(loss.value(p.all, y.all) == found);
        const auto slopes = numbers(g), curvatures = numbers(h);
        CHECK(gap(slopes, first_g) <= tight);
        loss.gradient(p.all, y.all, p.all);
        CHECK(same_bits(numbers(p), slopes));
        fill();
        loss.gradient(p.all, y.all, y.all);
        CHECK(same_bits(numbers(y), slopes));
        if (!curved) continue;
        CHECK(gap(curvatures, first_h) <= tight);
        fill();
        loss.hvp(p.all, y.all, v.all, p.all);
        CHECK(same_bits(numbers(p), curvatures));
        fill();
        loss.hvp(p.all, y.all, v.all, v.all);
        CHECK(same_bits(numbers(v), curvatures));
    }
}

template <class L>
void check_threads(L const& l, index_t m, index_t n, index_t items, bool curved = true) {
    INFO(std::string(L::name), ", ISOTYPIC_SEED=", seed());
    thread_pool pool(3);
    storage<double> p(m, n, order::rows, 0, items), y(m, n, order::columns, 0, items), g(m, n, order::rows, 0, items), h(m, n, order::rows, 0, items);
    p.fill(1, 3), y.fill(2), make_targets<L>(y.all);
    std::vector<double> one, other;
    double total[2];
    for (int threads : {0, 1}) {
        criterion<L> loss = threads ? criterion<L>(l, {}, pool) : criterion<L>(l);
        total[threads] = loss.gradient(p.all, y.all, g.all);
        if (curved) loss.hvp(p.all, y.all, g.all, h.all);
        auto& e = threads ? other : one;
        e = numbers(g);
        if (!curved) continue;
        const auto more = numbers(h);
        e.insert(e.end(), more.begin(), more.end());
    }
    CHECK(total[0] == total[1]);
    CHECK(same_bits(one, other));
}

/// Nothing is allocated from the second call on, masks and weights included.
template <class L>
void check_allocations(L const& l, std::size_t samples, bool curved = true) {
    const std::string name = L::name;
    CAPTURE(name);
    dense p = gaussian(40, 17, 1), y = targets(l, 40, 17, 2), g = p, h = p;
    const std::vector<double> weights(samples, 2.0);
    bool out[17] = {};
    out[3] = true;
    criterion<L> loss(l);
    std::vector<double> each(samples);
    for (int k = 0; k < 3; ++k) {
        const auto before = allocations();
        const sample_options with{.weights = weights, .mask = view<bool const>(out, 1, 17)};
        for (sample_options const& o : {sample_options{}, with}) {
            loss.value(p, y, o), loss.gradient(p, y, g, o), loss.values(p, y, each, o);
            if (curved) loss.hvp(p, y, g, h, o);
        }
        CHECK((k == 0 || allocations() == before));
    }
}

/// Three axes as the rows or matrices that they are, also where leading axes do not lie one after another; float as double.
template <class L>
void check_axes(L const& l, index_t samples, bool curved = true) {
    INFO(std::string(L::name), ", ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 4);
    xt::xtensor<double, 3> p({4, 3, 5}), y({4, 3, 5}), g({4, 3, 5}), h({4, 3, 5});
    xt::xtensor<float, 3> pf({4, 3, 5}), yf({4, 3, 5}), gf({4, 3, 5});
    for (std::size_t i = 0; i < p.size(); ++i) {
        p.flat(i) = random.normal(), y.flat(i) = random.uniform() > 0.5 ? 1 : -1;
        pf.flat(i) = float(p.flat(i)), yf.flat(i) = float(y.flat(i));
    }
    criterion<L> loss(l, summed);
    std::vector<double> each(static_cast<std::size_t>(samples));
    loss.values(p, y, each);
    double sum = 0;
    for (double v : each) sum += v;
    CHECK(loss.gradient(p, y, g) == doctest::Approx(sum).epsilon(1e-14));
    CHECK(loss.gradient(pf, yf, gf) == doctest::Approx(sum).epsilon(1e-5));
    double most = 0;
    for (std::size_t i = 0; i < g.size(); ++i) most = keep(most, std::abs(g.flat(i) - double(gf.flat(i))));
    CHECK(most < 1e-4);

    auto pv = xt::view(p, xt::range(1, 4), xt::range(1, 3), xt::all()), yv = xt::view(y, xt::range(1, 4), xt::range(1, 3), xt::all());
    xt::xtensor<double, 3> pc = pv, yc = yv, gc = pc, hc = pc;
    auto gv = xt::view(g, xt::range(1, 4), xt::range(1, 3), xt::all()), hv = xt::view(h, xt::range(1, 4), xt::range(1, 3), xt::all());
    CHECK(loss.gradient(pv, yv, gv) == doctest::Approx(loss.gradient(pc, yc, gc)).epsilon(1e-14));
    if (curved) loss.hvp(pv, yv, pv, hv), loss.hvp(pc, yc, pc, hc);
    most = 0;
    double size = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 2; ++j)
            for (std::size_t k = 0; k < 5; ++k) {
                most = keep(most, std::abs(gv(i, j, k) - gc(i, j, k))), size = std::fmax(size, std::abs(gc(i, j, k)));
                if (curved) most = keep(most, std::abs(hv(i, j, k) - hc(i, j, k)));
            }
    CHECK(most < 1e-14);
    CHECK(size > 1e-3);

    // The axes of each array lie as they do, and in another order they are others.
    const auto close = [](double a, double b) { return std::abs(a - b) < 1e-14; };
    const auto same = [&](auto const& a, auto const& b) { return std::equal(a.begin(), a.end(), b.begin(), close); };
    const xt::xtensor<double, 3> slopes = gc, curvatures = hc, was = pc;
    xt::xtensor<double, 3, xt::layout_type::column_major> across = pc, yx = yc;
    const bool rows = samples == 12;
    const auto check = [&](auto& from, auto const& to, auto& along, auto& out) {
        loss.gradient(from, to, out);
        CHECK(same(out, slopes));
        along = was;
        if (curved) loss.hvp(from, to, along, out);
        CHECK((!curved || same(out, curvatures)));
        const auto before = allocations();
        loss.gradient(from, to, from);
        CHECK((!rows || allocations() == before));
        CHECK(same(from, slopes));
        from = was;
    };
    check(pc, yv, pv, gc), check(pc, yc, pc, gv), check(pc, yv, across, gv), check(pc, yx, across, across);
    across = was;
    check(pv, yc, pc, gc), check(pv, yc, pv, gc), check(across, yc, pv, gv), check(across, yv, pc, gc);
    xt::xtensor<double, 3> turned = xt::ones<double>({2, 3, 5});
    const std::string name = std::string("isotypic: ") + L::name;
    CHECK_THROWS_WITH(loss.value(pc, turned), (name + ": targets of 2 x 3 x 5 for predictions of 3 x 2 x 5").c_str());
    CHECK_THROWS_WITH(loss.gradient(pc, yc, turned), (name + ": a result of 2 x 3 x 5 for predictions of 3 x 2 x 5").c_str());
    CHECK_THROWS_WITH(loss.hvp(pc, yc, turned, gc), (name + ": a direction of 2 x 3 x 5 for predictions of 3 x 2 x 5").c_str());
    CHECK(std::all_of(turned.begin(), turned.end(), [](double v) { return v == 1; }));
    xt::xtensor<double, 2> numbers({2, 3});
    if (rows) CHECK_THROWS_WITH(loss.values(pc, yc, numbers), (name + ": values of 2 x 3 for predictions of 3 x 2 x 5").c_str());
}

/// What every criterion of pairs refuses.
template <class L>
void check_errors(L const& l) {
    const std::string name = L::name;
    criterion<L> loss(l), named(l, {.name = "loss of the head"});
    dense p = gaussian(4, 3, 1), y = targets(l, 4, 3, 2), g = p, small = p.leftCols(2);
    const std::vector<double> weights(7, 1.0);
    CHECK_THROWS_WITH(loss.value(p, small), ("isotypic: " + name + ": targets of 4 x 2 for predictions of 4 x 3").c_str());
    CHECK_THROWS_WITH(named.gradient(p, y, small), "isotypic: loss of the head: a result of 4 x 2 for predictions of 4 x 3");
    CHECK_THROWS_WITH(loss.hvp(p, y, small, g), ("isotypic: " + name + ": a direction of 4 x 2 for predictions of 4 x 3").c_str());
    const bool out[4] = {};
    CHECK_THROWS_WITH(loss.value(p, y, {.mask = view<bool const>(out, 2, 2)}), ("isotypic: " + name + ": a mask of 2 x 2 for predictions of 4 x 3").c_str());
    CHECK_THROWS_WITH(loss.values(p, y, std::vector<double>(9)), doctest::Contains("room for 9 values of"));
    CHECK_THROWS_WITH(loss.value(p, y, {.weights = weights}), doctest::Contains("7 weights for"));
    dense wide(4, 4);
    wide.leftCols(3) = p;
    const std::string apart = " and result share some memory, but not all of it";
    CHECK_THROWS_WITH(loss.gradient(wide.leftCols(3), y, wide.rightCols(3)), ("isotypic: " + name + ": predictions" + apart).c_str());
    CHECK_THROWS_WITH(loss.gradient(p, wide.leftCols(3), wide.rightCols(3)), ("isotypic: " + name + ": targets" + apart).c_str());
    CHECK_THROWS_WITH(loss.hvp(p, y, wide.leftCols(3), wide.rightCols(3)), ("isotypic: " + name + ": direction" + apart).c_str());
    view<double> repeated(g.data(), 4, 3, 0, 1);
    CHECK_THROWS_WITH(loss.gradient(p, y, repeated), ("isotypic: " + name + ": the result repeats its own memory").c_str());

    // Nothing is written before all is known to be well.
    for (dense* bad : {&p, &y}) {
        const double was = (*bad)(2, 1);
        const dense before = g;
        (*bad)(2, 1) = bad == &p ? not_a_number : std::numeric_limits<double>::infinity();
        const std::string what = bad == &p ? ": the prediction is not finite at element " : ": the target is not finite at element ";
        CHECK_THROWS_WITH(loss.gradient(p, y, g), doctest::Contains(("isotypic: " + name + what).c_str()));
        CHECK(g == before);
        (*bad)(2, 1) = was;
    }
    CHECK_NOTHROW(loss.gradient(p, y, g));
}

}  // namespace pair_laws
