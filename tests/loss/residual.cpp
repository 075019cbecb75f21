// SPDX-License-Identifier: MIT
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/loss/nuclear_curvature.hpp>
#include "loss/pair_laws.hpp"

extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;  // in first.cpp

using namespace isotypic;
using namespace pair_laws;

namespace {
using exact_nuclear = nuclear<exact_svd>;
static_assert(residual_loss<row_sum> && residual_loss<column_sum> && residual_loss<frobenius_error> && residual_loss<nuclear<>>);
static_assert(!residual_loss<cross_entropy> && residual_loss<exact_nuclear> && std::is_same_v<decltype(nuclear{exact_svd{}}), exact_nuclear>);

std::vector<any_loss> const& losses() {
    static const std::vector<any_loss> all{row_sum{}, column_sum{}, frobenius_error{}, exact_nuclear{}};
    return all;
}
void for_each_loss(std::function<void(any_loss const&)> const& f) {
    for (any_loss const& l : losses()) f(l);
}
template <class G>
dense element(index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    dense g(n, n);
    G::sample(as_view(g), random);
    return g;
}
dense as_matrix(view<double> x) {
    return dense::NullaryExpr(x.rows, x.cols, [&](index_t i, index_t j) { return x(i, j); });
}
dense singular_values(dense const& r) { return Eigen::JacobiSVD<Eigen::MatrixXd>(r).singularValues(); }
}  // namespace

TEST_CASE("the value is the norm of the residual") {
    const dense p = gaussian(6, 4, 1), y = gaussian(6, 4, 2), r = p - y;
    CHECK(value(row_sum{}, p, y) == doctest::Approx(r.rowwise().norm().sum()).epsilon(1e-14));
    CHECK(value(column_sum{}, p, y) == doctest::Approx(r.colwise().norm().sum()).epsilon(1e-14));
    CHECK(value(frobenius_error{}, p, y) == doctest::Approx(r.norm()).epsilon(1e-14));
    CHECK(value(exact_nuclear{}, p, y) == doctest::Approx(singular_values(r).sum()).epsilon(1e-14));
    CHECK(value(nuclear{}, p, y) == doctest::Approx(singular_values(r).sum()).epsilon(1e-7));
}

TEST_CASE("derivatives are those of the value: tall, wide, square, with mask and weights") {
    for (auto [m, n] : {std::pair<index_t, index_t>{6, 4}, {4, 6}, {5, 5}, {1, 7}, {7, 1}, {1, 1}}) {
        const dense p = gaussian(m, n, 1), y = gaussian(m, n, 2);
        if (m * n > 1) for_each_loss([&](any_loss const& l) { check_derivatives(l, p, y); });
        for_each_loss([&](any_loss const& l) { CHECK(std::abs(inner(gradient(l, p, y), p - y) - value(l, p, y)) < 1e-13); });  // degree 1
        for_each_loss([&](any_loss const& l) { CHECK(hvp(l, p, y, p - y).norm() < 1e-13); });
    }
    const dense p = gaussian(6, 4, 1), y = gaussian(6, 4, 2);
    bool out[24] = {};
    for (int i : {1, 6, 7, 16}) out[i] = true;
    for_each_loss([&](any_loss const& l) { check_derivatives(l, p, y, {.mask = view<bool const>(out, 6, 4)}); });
    const std::vector<double> rows{1, 2, 0.5, 3, 0, 1}, one{2};
    check_derivatives(row_sum{}, p, y, {.weights = rows, .mask = view<bool const>(out, 6, 4)});
    check_derivatives(column_sum{}, p, y, {.weights = one});
    check_derivatives(frobenius_error{}, p, y, {.weights = one});
    check_derivatives(exact_nuclear{}, p, y, {.weights = one});
}

TEST_CASE("the Hessian is positive semidefinite, and not negative") {
    for_each_loss([&](any_loss const& l) {
        const dense p = gaussian(5, 4, 1), y = gaussian(5, 4, 2);
        for (std::uint64_t k = 0; k < 20; ++k) CHECK(inner(gaussian(5, 4, 10 + k), hvp(l, p, y, gaussian(5, 4, 10 + k))) > 1e-3);
    });
}

TEST_CASE("each side turns where the loss sees no basis, and is only permuted and reflected where it sees one") {
    INFO("ISOTYPIC_SEED=", seed());
    const dense p = gaussian(6, 4, 1), y = gaussian(6, 4, 2);
    const dense q = element<orthogonal>(6, 5), u = element<orthogonal>(4, 6), s = element<signed_permutation>(6, 7), t = element<signed_permutation>(4, 8);
    // How far the value moves, and how far the gradient is from moving along.
    const auto broken = [&](any_loss const& l, dense const& left, dense const& right) {
        const dense there = turned(left, p, right), beside = turned(left, y, right);
        const double moved = std::abs(value(l, there, beside) - value(l, p, y));
        return std::pair(moved, (gradient(l, there, beside) - turned(left, gradient(l, p, y), right)).norm());
    };
    const auto check = [&](any_loss const& l, bool rows, bool cols) {
        const std::string name = l.name;
        CAPTURE(name);
        const dense a = dense::Identity(6, 6), b = dense::Identity(4, 4);
        for (auto const& e : {broken(l, s, t), broken(l, s, b), broken(l, a, t)}) {
            CHECK(e.first < 1e-12);
            CHECK(e.second < 1e-12);
        }
        const auto by_rows = broken(l, q, b), by_cols = broken(l, a, u);
        CHECK((rows ? by_rows.first < 1e-12 : by_rows.first > 1e-3));
        CHECK((rows ? by_rows.second < 1e-12 : by_rows.second > 1e-3));
        CHECK((cols ? by_cols.first < 1e-12 : by_cols.first > 1e-3));
        CHECK((cols ? by_cols.second < 1e-12 : by_cols.second > 1e-3));
    };
    check(row_sum{}, false, true);
    check(column_sum{}, true, false);
    check(frobenius_error{}, true, true);
    check(exact_nuclear{}, true, true);
}

TEST_CASE("all are one on a line, and row_sum is column_sum of the transpose") {
    const dense p = gaussian(1, 7, 1), y = gaussian(1, 7, 2), v = gaussian(1, 7, 3);
    const double expected = value(row_sum{}, p, y);
    const dense g = gradient(row_sum{}, p, y), h = hvp(row_sum{}, p, y, v);
    const auto check = [&](any_loss const& l) {
        CHECK(value(l, p, y) == doctest::Approx(expected).epsilon(1e-14));
        CHECK((gradient(l, p, y) - g).norm() < 1e-14);
        CHECK((hvp(l, p, y, v) - h).norm() < 1e-14);
    };
    check(frobenius_error{}), check(nuclear{}), check(exact_nuclear{});
    CHECK(value(column_sum{}, p, y) > expected + 1e-3);

    const dense a = gaussian(6, 4, 1), b = gaussian(6, 4, 2), c = gaussian(6, 4, 3), at = a.transpose(), bt = b.transpose(), ct = c.transpose();
    CHECK(value(row_sum{}, a, b) == doctest::Approx(value(column_sum{}, at, bt)).epsilon(1e-14));
    CHECK((gradient(row_sum{}, a, b) - gradient(column_sum{}, at, bt).transpose()).norm() < 1e-14);
    CHECK((hvp(row_sum{}, a, b, c) - hvp(column_sum{}, at, bt, ct).transpose()).norm() < 1e-14);
    CHECK((hvp(exact_nuclear{}, a, b, c) - hvp(exact_nuclear{}, at, bt, ct).transpose()).norm() < 1e-13);
}

TEST_CASE("items of an array are matrices of their own, but rows for row_sum") {
    storage<double> p(5, 4, order::rows, 0, 3), y(5, 4, order::columns, 0, 3), g(5, 4, order::rows, 0, 3), h(5, 4, order::rows, 0, 3);
    p.fill(1), y.fill(2);
    const std::vector<double> weights{0.5, 2, 3};
    const auto check = [&](auto const& l) {
        criterion loss(l);
        double expected = 0;
        std::vector<double> each(3);
        loss.values(p.all, y.all, each);
        const double found = loss.gradient(p.all, y.all, g.all, {.weights = weights});
        loss.hvp(p.all, y.all, y.all, h.all, {.weights = weights});
        for (index_t k = 0; k < 3; ++k) {
            const dense a = as_matrix(p.all.panel(k)), b = as_matrix(y.all.panel(k));
            const double share = weights[std::size_t(k)] / 5.5;
            CHECK(each[std::size_t(k)] == doctest::Approx(value(l, a, b)).epsilon(1e-14));
            expected += share * value(l, a, b);
            CHECK((as_matrix(g.all.panel(k)) - share * gradient(l, a, b)).norm() < 1e-14);
            CHECK((as_matrix(h.all.panel(k)) - share * hvp(l, a, b, b)).norm() < 1e-13);
        }
        CHECK(found == doctest::Approx(expected).epsilon(1e-14));
    };
    check(column_sum{}), check(frobenius_error{}), check(exact_nuclear{});
    std::vector<double> each(15);
    criterion(row_sum{}).values(p.all, y.all, each);
    CHECK(each[7] == doctest::Approx((as_matrix(p.all.panel(1)) - as_matrix(y.all.panel(1))).row(2).norm()).epsilon(1e-14));
}

TEST_CASE("zero lines have no gradient and no Hessian, and a residual of lower rank is as one of that rank") {
    dense p = gaussian(6, 4, 1), y = gaussian(6, 4, 2);
    const dense v = gaussian(6, 4, 3);
    for_each_loss([&](any_loss const& l) {
        CHECK(value(l, p, p) == 0);
        CHECK(gradient(l, p, p).isZero(0));
        CHECK(hvp(l, p, p, v).isZero(0));
    });
    y.row(2) = p.row(2), y.col(1) = p.col(1);
    const dense rows = hvp(row_sum{}, p, y, v), cols = hvp(column_sum{}, p, y, v);
    CHECK(rows.row(2).isZero(0));
    CHECK(rows.row(3).norm() > 1e-3);
    CHECK(cols.col(1).isZero(0));
    CHECK(cols.col(2).norm() > 1e-3);
    CHECK(gradient(row_sum{}, p, y).row(2).isZero(0));

    // Along a path of rank 2 the polar factor is smooth.
    const dense a = gaussian(6, 2, 4), b = gaussian(2, 4, 5), da = gaussian(6, 2, 6), none = dense::Zero(6, 4);
    const dense along = da * b, h = hvp(exact_nuclear{}, a * b, none, along);
    const double step = 1e-5;
    const dense difference = (gradient(exact_nuclear{}, (a + step * da) * b, none) - gradient(exact_nuclear{}, (a - step * da) * b, none)) / (2 * step);
    CHECK((difference - h).norm() < 1e-7);
    CHECK(h.norm() > 1e-3);
}

TEST_CASE("any scale: the value goes with it, the gradient not, the Hessian against it") {
    const dense p = gaussian(6, 4, 1), y = dense::Zero(6, 4), v = gaussian(6, 4, 2);
    for_each_loss([&](any_loss const& l) {
        const std::string name = l.name;
        CAPTURE(name);
        const double one = value(l, p, y);
        const dense g = gradient(l, p, y), h = hvp(l, p, y, v);
        for (double s : {1e-300, 1e-30, 1e30, 1e300}) {
            CHECK(value(l, s * p, y) / s == doctest::Approx(one).epsilon(1e-13));
            CHECK((gradient(l, s * p, y) - g).norm() < 1e-13);
            CHECK((hvp(l, s * p, y, s * v) - h).norm() < 1e-12);
        }
        CHECK(value(l, 3 * p, y) > 2 * one);
    });
    dense far = p;
    far(2, 1) = 1e30;
    for_each_loss([&](any_loss const& l) { CHECK(value(l, far, y) == doctest::Approx(1e30).epsilon(1e-14)); });
}

TEST_CASE("a mask takes elements for met, whatever they hold") {
    for_each_loss([](any_loss const& l) {
        dense p = gaussian(5, 4, 1), y = gaussian(5, 4, 2), v = gaussian(5, 4, 3), met = p, still = v;
        bool out[20] = {};
        for (int i : {1, 6, 7, 16}) out[i] = true, met.data()[i] = y.data()[i], still.data()[i] = 0;
        const sample_options without{.mask = view<bool const>(out, 5, 4)};
        dense g = gradient(l, met, y), h = hvp(l, met, y, still);
        for (int i : {1, 6, 7, 16}) g.data()[i] = h.data()[i] = 0;
        p.data()[1] = y.data()[6] = v.data()[7] = not_a_number;
        const double found = value(l, p, y, without);
        CHECK(found < value(l, gaussian(5, 4, 1), gaussian(5, 4, 2)));
        y.data()[6] = met.data()[6];
        CHECK(found == doctest::Approx(value(l, met, y)).epsilon(1e-14));
        CHECK((gradient(l, p, y, without) - g).norm() < 1e-14);
        CHECK((hvp(l, p, y, v, without) - h).norm() < 1e-13);
        CHECK_THROWS(value(l, p, y));
    });
}

TEST_CASE("weights, layouts, axes, threads, memory, errors") {
    const auto check = [](auto const& l, index_t rows, double tight) {
        const std::string name = l.name;
        CAPTURE(name);
        check_weights(l, 3 * rows);
        check_layouts(l, tight);
        check_axes(l, 4 * (rows == 1 ? 1 : 3));
        check_errors(l);
    };
    check(row_sum{}, 4, 1e-14), check(column_sum{}, 1, 1e-14), check(frobenius_error{}, 1, 1e-14), check(nuclear{}, 1, 1e-13);
    check(exact_nuclear{}, 1, 1e-13);
    for (auto [m, n, items] : {std::array<index_t, 3>{700, 301, 1}, {30, 40, 100}}) {
        check_threads(row_sum{}, m, n, items), check_threads(column_sum{}, m, n, items), check_threads(frobenius_error{}, m, n, items);
        check_threads(nuclear{}, m, n, items, items > 1);
    }
    check_allocations(row_sum{}, 40), check_allocations(column_sum{}, 1), check_allocations(frobenius_error{}, 1);
    check_allocations(nuclear{}, 1, false);
}

TEST_CASE("errors name the loss and the place") {
    storage<double> p(4, 3, order::rows, 0, 2), y(4, 3, order::rows, 0, 2);
    p.fill(1), y.fill(2);
    p.all.panel(1)(2, 0) = not_a_number;
    CHECK_THROWS_WITH(criterion(column_sum{}).value(p.all, y.all),
                      "isotypic: sum of column norms: the prediction is not finite at element (2, 0) of sample 1 of 2");
    CHECK_THROWS_WITH(criterion(row_sum{}, {.name = "drift"}).value(p.all, y.all),
                      "isotypic: drift: the prediction is not finite at element 0 of sample 6 of 8");
    p.all.panel(1)(2, 0) = 1.5e308, y.all.panel(1)(2, 0) = -1.5e308;
    CHECK_THROWS_WITH(criterion(nuclear{}).value(p.all, y.all), "isotypic: nuclear norm: the residual is too large at element (2, 0) of sample 1 of 2");
    CHECK_THROWS_WITH(criterion(row_sum{}).value(p.all, y.all), "isotypic: sum of row norms: the residual is too large at element 0 of sample 6 of 8");
    blocks<double> pair = p.all, other = y.all;
    pair.joined = other.joined = true, pair.second = other.second = p.all.first.data;
    CHECK_THROWS_WITH(criterion(frobenius_error{}).value(pair, other), "isotypic: Frobenius norm: a joined pair is no array of predictions");
    const blocks<double> none(view<double>(nullptr, 4, 3), 0, 0);
    CHECK_THROWS_WITH(criterion(frobenius_error{}).value(none, none), "isotypic: Frobenius norm: the mean over no samples: take the sum");
    CHECK(criterion(nuclear{}, summed).value(none, none) == 0);
    const dense flat(0, 3);
    CHECK(criterion(column_sum{}).value(flat, flat) == 0);
    CHECK(criterion(nuclear{}).value(flat, flat) == 0);
}
