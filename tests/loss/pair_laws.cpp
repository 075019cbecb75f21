// SPDX-License-Identifier: MIT
#include "loss/pair_laws.hpp"
#include <isotypic/device/cpu_finite.hpp>
#include <isotypic/device/thread_pool.hpp>

namespace pair_laws {

dense gaussian(index_t m, index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    return dense::NullaryExpr(m, n, [&] { return random.normal(); });
}
dense targets(any_loss const& l, index_t m, index_t n, std::uint64_t which) {
    dense y = gaussian(m, n, which);
    if (l.signs) y = y.unaryExpr([](double v) { return v > 0 ? 1.0 : -1.0; }).eval();
    return y;
}
double value(any_loss const& l, dense const& p, dense const& y, sample_options with) { return l.make(summed, {})->value(p, y, with); }
dense gradient(any_loss const& l, dense const& p, dense const& y, sample_options with) {
    dense g = p;
    l.make(summed, {})->gradient(p, y, g, with);
    return g;
}
dense hvp(any_loss const& l, dense const& p, dense const& y, dense const& v, sample_options with) {
    dense h = p;
    l.make(summed, {})->hvp(p, y, v, h, with);
    return h;
}
double inner(dense const& a, dense const& b) { return (a.array() * b.array()).sum(); }

dense turned(dense const& l, dense const& x, dense const& r) { return l * x * r.transpose(); }

namespace {

/// What the loss takes of numbers: signs, if it takes nothing else.
void make_targets(any_loss const& l, blocks<double> const& y) {
    for (index_t i = 0; l.signs && i < y.count * y.rows(); ++i)
        for (index_t k = 0; k < y.cols(); ++k) detail::sample(y, i)(0, k) = detail::sample(y, i)(0, k) > 0 ? 1 : -1;
}
std::vector<double> numbers(storage<double> const& s) {
    std::vector<double> e;
    for (index_t k = 0; k < s.all.count; ++k)
        for (double x : elements(s.all.panel(k))) e.push_back(x);
    return e;
}
double gap(std::vector<double> const& a, std::vector<double> const& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = keep(most, std::abs(a[i] - b[i]));
    return most;
}

}  // namespace

void check_derivatives(any_loss const& l, dense const& p, dense const& y, sample_options with) {
    INFO(l.name, ", ISOTYPIC_SEED=", seed());
    const dense v = gaussian(p.rows(), p.cols(), 11), w = gaussian(p.rows(), p.cols(), 12), g = gradient(l, p, y, with), hv = hvp(l, p, y, v, with);
    const double h = 1e-5, slope = (value(l, p + h * v, y, with) - value(l, p - h * v, y, with)) / (2 * h);
    CHECK(std::abs(slope - inner(g, v)) < 1e-7);
    CHECK(std::abs(slope - inner(g, w)) > 1e-3);
    CHECK(((gradient(l, p + h * v, y, with) - gradient(l, p - h * v, y, with)) / (2 * h) - hv).norm() < 1e-7);
    CHECK(std::abs(inner(w, hv) - inner(v, hvp(l, p, y, w, with))) < 1e-12);
}

void check_weights(any_loss const& l, index_t samples) {
    storage<double> a(4, 5, order::rows, 0, 3), b(4, 5, order::rows, 0, 3), c(4, 5, order::rows, 0, 3);
    const blocks<double> p = a.fill(1).all, y = b.fill(2).all, g = c.all;
    make_targets(l, y);
    std::vector<double> each(std::size_t(samples), 0.0), scaled = each, weights = each;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = double(i);
    const auto sum = l.make(summed, {}), mean = l.make({}, {});
    sum->values(p, y, each);
    double expected = 0, total = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) expected += weights[i] * each[i], total += weights[i];
    p.first(0, 0) = y.first(0, 1) = not_a_number;
    sum->values(p, y, scaled, {.weights = weights});
    for (std::size_t i = 0; i < weights.size(); ++i) CHECK(scaled[i] == weights[i] * each[i]);
    CHECK(sum->value(p, y, {.weights = weights}) == doctest::Approx(expected).epsilon(1e-14));
    CHECK(mean->value(p, y, {.weights = weights}) == doctest::Approx(expected / total).epsilon(1e-14));
    CHECK(sum->gradient(p, y, g, {.weights = weights}) == doctest::Approx(expected).epsilon(1e-14));
    CHECK(g.first(0, 0) == 0);
    CHECK(g.panel(2)(3, 4) != 0);
    cpu d;
    CHECK(all_finite(d, g));
    CHECK_THROWS(sum->value(p, y));
}

void check_layouts(any_loss const& l, double tight, bool curved) {
    INFO(l.name, ", ISOTYPIC_SEED=", seed());
    const index_t m = 5, n = 7, items = 3;
    const auto loss = l.make({}, {});
    std::vector<double> first_g, first_h;
    double first = 0;
    for (order o : orders) {
        storage<double> p(m, n, o, 0, items), y(m, n, orders[1], 0, items), g(m, n, orders[2], 0, items), v(m, n, order::rows, 0, items), h(m, n, o, 0, items);
        auto fill = [&] { p.fill(1, 3), y.fill(2), v.fill(3), make_targets(l, y.all); };
        fill();
        const double found = loss->gradient(p.all, y.all, g.all);
        if (curved) loss->hvp(p.all, y.all, v.all, h.all);
        if (o == order::rows) first = found, first_g = numbers(g), first_h = numbers(h);
        CHECK(std::abs(found - first) <= tight);
        CHECK(loss->value(p.all, y.all) == found);
        const auto slopes = numbers(g), curvatures = numbers(h);
        CHECK(gap(slopes, first_g) <= tight);
        loss->gradient(p.all, y.all, p.all);
        CHECK(same_bits(numbers(p), slopes));
        fill();
        loss->gradient(p.all, y.all, y.all);
        CHECK(same_bits(numbers(y), slopes));
        if (!curved) continue;
        CHECK(gap(curvatures, first_h) <= tight);
        fill();
        loss->hvp(p.all, y.all, v.all, p.all);
        CHECK(same_bits(numbers(p), curvatures));
        fill();
        loss->hvp(p.all, y.all, v.all, v.all);
        CHECK(same_bits(numbers(v), curvatures));
    }
}

void check_threads(any_loss const& l, index_t m, index_t n, index_t items, bool curved) {
    INFO(l.name, ", ISOTYPIC_SEED=", seed());
    thread_pool pool(3);
    storage<double> p(m, n, order::rows, 0, items), y(m, n, order::columns, 0, items), g(m, n, order::rows, 0, items), h(m, n, order::rows, 0, items);
    p.fill(1, 3), y.fill(2), make_targets(l, y.all);
    std::vector<double> one, other;
    double total[2];
    for (int threads : {0, 1}) {
        const auto loss = threads ? l.make({}, pool) : l.make({}, {});
        total[threads] = loss->gradient(p.all, y.all, g.all);
        if (curved) loss->hvp(p.all, y.all, g.all, h.all);
        auto& e = threads ? other : one;
        e = numbers(g);
        if (!curved) continue;
        const auto more = numbers(h);
        e.insert(e.end(), more.begin(), more.end());
    }
    CHECK(total[0] == total[1]);
    CHECK(same_bits(one, other));
}

void check_allocations(any_loss const& l, std::size_t samples, bool curved) {
    const std::string name = l.name;
    CAPTURE(name);
    dense p = gaussian(40, 17, 1), y = targets(l, 40, 17, 2), g = p, h = p;
    const std::vector<double> weights(samples, 2.0);
    bool out[17] = {};
    out[3] = true;
    const auto loss = l.make({}, {});
    std::vector<double> each(samples);
    for (int k = 0; k < 3; ++k) {
        const auto before = allocations();
        const sample_options with{.weights = weights, .mask = view<bool const>(out, 1, 17)};
        for (sample_options const& o : {sample_options{}, with}) {
            loss->value(p, y, o), loss->gradient(p, y, g, o), loss->values(as_blocks(p), as_blocks(y), each, o);
            if (curved) loss->hvp(p, y, g, h, o);
        }
        CHECK((k == 0 || allocations() == before));
    }
}

void check_errors(any_loss const& l) {
    const std::string name = l.name;
    const auto loss = l.make({}, {}), named = l.make({.name = "loss of the head"}, {});
    dense p = gaussian(4, 3, 1), y = targets(l, 4, 3, 2), g = p, small = p.leftCols(2);
    const std::vector<double> weights(7, 1.0);
    std::vector<double> nine(9);
    CHECK_THROWS_WITH(loss->value(p, small), ("isotypic: " + name + ": targets of 4 x 2 for predictions of 4 x 3").c_str());
    CHECK_THROWS_WITH(named->gradient(p, y, small), "isotypic: loss of the head: a result of 4 x 2 for predictions of 4 x 3");
    CHECK_THROWS_WITH(loss->hvp(p, y, small, g), ("isotypic: " + name + ": a direction of 4 x 2 for predictions of 4 x 3").c_str());
    const bool out[4] = {};
    CHECK_THROWS_WITH(loss->value(p, y, {.mask = view<bool const>(out, 2, 2)}), ("isotypic: " + name + ": a mask of 2 x 2 for predictions of 4 x 3").c_str());
    CHECK_THROWS_WITH(loss->values(as_blocks(p), as_blocks(y), nine), doctest::Contains("room for 9 values of"));
    CHECK_THROWS_WITH(loss->value(p, y, {.weights = weights}), doctest::Contains("7 weights for"));
    dense wide(4, 4);
    wide.leftCols(3) = p;
    const std::string apart = " and result share some memory, but not all of it";
    CHECK_THROWS_WITH(loss->gradient(wide.leftCols(3), y, wide.rightCols(3)), ("isotypic: " + name + ": predictions" + apart).c_str());
    CHECK_THROWS_WITH(loss->gradient(p, wide.leftCols(3), wide.rightCols(3)), ("isotypic: " + name + ": targets" + apart).c_str());
    CHECK_THROWS_WITH(loss->hvp(p, y, wide.leftCols(3), wide.rightCols(3)), ("isotypic: " + name + ": direction" + apart).c_str());
    view<double> repeated(g.data(), 4, 3, 0, 1);
    CHECK_THROWS_WITH(loss->gradient(p, y, repeated), ("isotypic: " + name + ": the result repeats its own memory").c_str());

    // Nothing is written before all is known to be well.
    for (dense* bad : {&p, &y}) {
        const double was = (*bad)(2, 1);
        const dense before = g;
        (*bad)(2, 1) = bad == &p ? not_a_number : std::numeric_limits<double>::infinity();
        const std::string what = bad == &p ? ": the prediction is not finite at element " : ": the target is not finite at element ";
        CHECK_THROWS_WITH(loss->gradient(p, y, g), doctest::Contains(("isotypic: " + name + what).c_str()));
        CHECK(g == before);
        (*bad)(2, 1) = was;
    }
    CHECK_NOTHROW(loss->gradient(p, y, g));
}

}  // namespace pair_laws
