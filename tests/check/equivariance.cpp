// SPDX-License-Identifier: MIT
#include <isotypic/check/equivariance.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/rule.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
struct table : symmetry<permutation, orthogonal> {};
struct head : up_to_row_shift<permutation, orthogonal> {};
struct hidden : symmetry<orthogonal, orthogonal> {};

/// A group of one's own, in one place.
struct cyclic {
    using within = permutation;
    static void sample(view<double> g, auto& random) {
        const index_t n = g.rows, k = n ? random.below(n) : 0;
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < n; ++j) g(i, j) = (j + k) % n == i;
    }
};
struct ring : symmetry<cyclic, orthogonal> {};

/// The worst over shapes.
template <class G, class P>
double worst(P const& rule) {
    double e = 0;
    for (auto [m, n] : {std::pair(4, 7), std::pair(9, 3), std::pair(5, 5)}) e = std::fmax(e, equivariance_error<G>(rule, m, n).error);
    return e;
}

/// Every row less the one before it, around the ring.
auto ring_difference = [](auto x, auto y) {
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) - x((i + x.rows - 1) % x.rows, j);
};
/// Entries clipped at half the largest: the symmetry of sign.
auto clip = [](auto x, auto y) {
    double most = 0;
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) most = std::fmax(most, std::fabs(double(x(i, j))));
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) y(i, j) = std::fmax(-most / 2, std::fmin(most / 2, x(i, j)));
};
/// Unit rows, the last of them forgotten.
auto last_row_dropped = [](auto x, auto y) {
    for (index_t i = 0; i < x.rows; ++i) {
        double square = 0;
        for (index_t j = 0; j < x.cols; ++j) square += x(i, j) * x(i, j);
        for (index_t j = 0; j < x.cols; ++j) y(i, j) = i + 1 < x.rows ? x(i, j) / std::sqrt(square) : 0;
    }
};
/// A row-major buffer read as column-major.
auto wrong_layout = [](auto x, auto y) {
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) {
            const index_t k = i * x.cols + j;
            y(i, j) = x(k % x.rows, k / x.rows);
        }
};
/// Equivariant in the first two steps only.
struct spoils_later {
    using commutes_with = symmetry<orthogonal, orthogonal>;
    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state& none) const {
        return c.step < 3 ? x : sign{}.apply(c, x, y, none);
    }
};
}  // namespace

TEST_CASE("right rules are equivariant to rounding") {
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(worst<table>(momentum{} | row_norm{}) < 1e-14);
    CHECK(worst<hidden>(momentum{} | polar{}) < 1e-13);
    CHECK(worst<head>(momentum{} | centre{} | row_norm{} | centre{}) < 1e-14);
    CHECK(worst<transposed<head>>(by_columns(centre{} | row_norm{} | centre{})) < 1e-14);
    CHECK(equivariance_error<table, float>(row_norm{}, 8, 5).error < 1e-6);
    CHECK(equivariance_error<table, float>(row_norm{}, 8, 5).error > 1e-12);
    for (auto [m, n] : {std::pair(1, 6), std::pair(6, 1), std::pair(0, 4), std::pair(4, 0)})
        CHECK(equivariance_error<head>(centre{} | polar{} | centre{}, m, n).error < 1e-13);
    CHECK(equivariance_error<hidden>(polar{}, 4, 3, {.count = 3, .joined = true}).error < 1e-13);
}

TEST_CASE("wrong rules are found") {
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(worst<table>(sign{}) > 0.1);
    CHECK(worst<hidden>(row_norm{}) > 0.1);
    CHECK(worst<table>(column_norm{}) > 0.1);
    CHECK(worst<table>(by_columns(row_norm{})) > 0.1);
    CHECK(worst<table>(rule<table>(clip)) > 1e-2);
    CHECK(worst<table>(rule<table>(last_row_dropped)) > 0.1);
    CHECK(worst<table>(rule<table>(wrong_layout)) > 0.1);
    CHECK(worst<head>(momentum{} | row_norm{}) > 0.1);
    CHECK(worst<head>(row_norm{} | centre{}) > 0.1);
    CHECK(worst<table>(by_columns(centre{})) > 1e-2);
    CHECK(worst<symmetry<signs, orthogonal>>(centre{}) > 0.1);
    CHECK(equivariance_error<hidden>(spoils_later{}, 5, 5, {.steps = 2}).error < 1e-14);
    const defect late = equivariance_error<hidden>(spoils_later{}, 5, 5);
    CHECK(late.error > 0.1);
    CHECK(late.step == 3);
    CHECK(late.seed == seed());
}

TEST_CASE("a missing last centring shows as vertical") {
    CHECK(horizontality_error<head>(centre{} | row_norm{} | centre{}, 8, 5).error < 1e-14);
    CHECK(horizontality_error<head>(centre{} | row_norm{}, 8, 5).error > 1e-2);
    CHECK(horizontality_error<head>(centre{} | polar{}, 8, 5).error < 1e-11);
    CHECK(horizontality_error<transposed<head>>(centre{}, 8, 5).error > 1e-2);
}

TEST_CASE("not finite is an error of its own") {
    auto nan = [](auto x, auto y) {
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) y(i, j) = std::nan("");
    };
    CHECK(std::isinf(equivariance_error<table>(rule<table>(nan), 3, 3).error));
    CHECK(std::isinf(horizontality_error<head>(rule<head>(nan), 3, 3).error));
}

TEST_CASE("a group of one's own") {
    CHECK(worst<ring>(rule<ring>(ring_difference)) < 1e-14);
    CHECK(worst<table>(rule<ring>(ring_difference)) > 0.1);
}
