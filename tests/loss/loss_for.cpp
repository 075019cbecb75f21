// SPDX-License-Identifier: MIT
#include <isotypic/loss/loss_for.hpp>
#include <isotypic/model/roles.hpp>
#include "loss/pair_laws.hpp"
#include "norm/laws.hpp"

using namespace isotypic;

namespace {
template <class Rows, class Cols, class Loss>
constexpr bool picks = std::is_same_v<loss_for<symmetry<Rows, Cols>>, Loss>;
template <class Role, class Loss>
constexpr bool of_role = std::is_same_v<loss_for<Role>, Loss>;
template <class G>
constexpr bool has_loss = requires {
    typename loss_for<G>;
};

template <class F>
void for_each_cell(F const& f) {
    f(symmetry<permutation, permutation>{}), f(symmetry<permutation, orthogonal>{});
    f(symmetry<orthogonal, permutation>{}), f(symmetry<orthogonal, orthogonal>{});
}
template <class G>
criterion<loss_for<G>> sum_loss() {
    return criterion<loss_for<G>>({}, pair_laws::summed);
}
}  // namespace

TEST_CASE("the table, as norm_for has it, and what is no symmetry of residuals") {
    static_assert(picks<permutation, permutation, absolute> && picks<signs, trivial, absolute> && picks<signed_permutation, permutation, absolute>);
    static_assert(picks<permutation, orthogonal, row_sum> && picks<trivial, orthogonal, row_sum>);
    static_assert(picks<orthogonal, permutation, column_sum> && picks<orthogonal, signs, column_sum>);
    static_assert(picks<orthogonal, orthogonal, nuclear<>>);
    static_assert(of_role<embedding, row_sum> && of_role<lm_head, row_sum> && of_role<projection, nuclear<>> && of_role<swiglu_down, column_sum>);
    static_assert(of_role<bias, absolute> && of_role<transposed<embedding>, column_sum> && of_role<up_to_column_shift<orthogonal, orthogonal>, nuclear<>>);
    static_assert(of_role<class_scores, unhinged> && unhinged::law.symmetric && unhinged::law.relabelling);
    static_assert(has_loss<embedding> && has_loss<class_scores> && !has_loss<int> && !has_loss<orthogonal>);
}

TEST_CASE("the value is the dual of the canonical norm, and the gradient its steepest direction") {
    cpu d;
    for_each_cell([&](auto g) {
        using G = decltype(g);
        const std::string name = loss_for<G>::name;
        for (order o : orders)
            for (auto shape : {std::pair<index_t, index_t>{5, 9}, {9, 5}, {6, 6}, {1, 4}, {4, 1}}) {
                INFO(name, ", ", shape.first, " x ", shape.second, ", order ", int(o), ", ISOTYPIC_SEED=", seed());
                const auto [m, n] = shape;
                storage<double> p(m, n, o), y(m, n, o), r(m, n, o), u(m, n, o), z(m, n, o);
                p.fill(1), y.fill(2);
                transform(
                    d, [](double a, double b, double& to) { to = a - b; }, p.all, y.all, r.all);
                const norm_for<G> norm;
                auto loss = sum_loss<G>();
                norm.steepest(d, blocks<double const>(r.all), u.all);
                const double value = loss.gradient(p.all, y.all, z.all), dual = norm.dual(d, r.all);
                // The loss lays residuals out without gaps, which may add numbers up in another order.
                CHECK(value == doctest::Approx(dual).epsilon(1e-14));
                CHECK(distance(z.all, u.all) < 1e-14);
                if (o != order::strided && !std::is_same_v<loss_for<G>, absolute>) CHECK(value == dual);
                if (o != order::strided) CHECK(distance(z.all, u.all) == 0);
                if (m > 1 && n > 1) CHECK(value > norm.value(d, r.all) + 1e-3);
            }
    });
}

TEST_CASE("it is 1 on elementary matrices, above every other such norm that is as blind, and the larger the more it sees") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto x = pair_laws::gaussian(6, 4, 1), none = pair_laws::dense(pair_laws::dense::Zero(6, 4));
    cpu d;
    double value[4];
    int cell = 0;
    for_each_cell([&](auto g) {
        using G = decltype(g);
        auto loss = sum_loss<G>();
        const double size = value[cell++] = loss.value(x, none);
        CHECK(size > norm_for<G>{}.value(d, as_blocks(x)) + 1e-3);
        CHECK(size > x.norm() + 1e-3);
        for (index_t i = 0; i < 6; ++i)
            for (index_t j = 0; j < 4; ++j) {
                pair_laws::dense e = none;
                e(i, j) = -1;
                CHECK(std::abs(loss.value(e, none) - 1) < by_accuracy{}.accuracy);
            }
    });
    CHECK(value[0] > value[1] + 1e-3);
    CHECK(value[0] > value[2] + 1e-3);
    CHECK(value[1] > value[3] + 1e-3);
    CHECK(value[2] > value[3] + 1e-3);
}

TEST_CASE("a loss is blind to the group that it is for, and to no larger one of the table") {
    INFO("ISOTYPIC_SEED=", seed());
    cpu d;
    storage<double> p(6, 4), y(6, 4), gp(6, 4), gy(6, 4), u(6, 4), gu(6, 4), there(6, 4);
    p.fill(1), y.fill(2);
    for_each_cell([&](auto g) {
        for_each_cell([&](auto h) {
            using G = decltype(g);
            using H = decltype(h);
            random_stream random(seed(), 3);
            auto loss = sum_loss<G>();
            const double before = loss.gradient(p.all, y.all, u.all);
            const auto again = random;
            act<H>(random, p.all, gp.all), random = again, act<H>(random, y.all, gy.all), random = again, act<H>(random, u.all, gu.all);
            const double moved = std::abs(loss.gradient(gp.all, gy.all, there.all) - before), turned = distance(there.all, gu.all);
            using N = typename norm_for<G>::invariant_under;
            if constexpr (subgroup_of<typename H::rows, typename N::rows> && subgroup_of<typename H::cols, typename N::cols>) {
                CHECK(moved < 1e-12);
                CHECK(turned < 1e-12);
            } else {
                CHECK(moved > 1e-3);
                CHECK(turned > 1e-3);
            }
        });
    });
}

TEST_CASE("loss_for<class_scores> trains class scores") {
    const auto s = pair_laws::gaussian(5, 3, 1);
    auto ds = s;
    const std::vector<int> labels{0, 1, 2, 1, 0};
    criterion loss(loss_for<class_scores>{});
    double expected = 0;
    for (index_t i = 0; i < 5; ++i) expected += (s.row(i).mean() - s(i, labels[std::size_t(i)])) / 5;
    CHECK(loss.gradient(s, labels, ds) == doctest::Approx(expected).epsilon(1e-13));
    CHECK(ds(2, 2) == doctest::Approx((1. / 3 - 1) / 5).epsilon(1e-14));
}
