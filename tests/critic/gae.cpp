// SPDX-License-Identifier: MIT
#include "critic/task_batches.hpp"
#include <isotypic/critic/gae.hpp>

using namespace task_batches;
using flags = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

/// Values of the states, and of those that steps arrive at: the same ones where an episode goes on.
struct rollout {
    dense rewards, values, next;
    flags ended, limit;

    rollout(index_t steps, index_t streams, std::uint64_t which)
        : rewards(gaussian(steps, streams, which)), values(gaussian(steps, streams, which + 1, 3)), next(gaussian(steps, streams, which + 2, 3)),
          ended(steps, streams), limit(steps, streams) {
        random_stream random(seed(), which + 3);
        for (index_t t = 0; t < steps; ++t)
            for (index_t n = 0; n < streams; ++n) {
                ended(t, n) = random.uniform() < 0.1, limit(t, n) = random.uniform() < 0.1;
                if (t + 1 < steps && !ended(t, n) && !limit(t, n)) next(t, n) = values(t + 1, n);
            }
    }
};

struct estimates {
    dense advantages, returns;
};
estimates estimate(gae const& how, rollout const& x) {
    estimates e{dense(x.rewards.rows(), x.rewards.cols()), dense(x.rewards.rows(), x.rewards.cols())};
    how(x.rewards, x.values, x.next, x.ended, x.limit, e.advantages, e.returns);
    return e;
}
double off(dense const& a, dense const& b) { return (a - b).cwiseAbs().maxCoeff(); }

/// sum_l (discount trace)^l delta_t+l up to the end of the episode, term by term.
dense direct(gae const& how, rollout const& x) {
    dense a = dense::Zero(x.rewards.rows(), x.rewards.cols());
    for (index_t n = 0; n < a.cols(); ++n)
        for (index_t t = 0; t < a.rows(); ++t) {
            digits sum = 0;
            for (index_t l = t; l < a.rows(); ++l) {
                const digits beyond = x.ended(l, n) ? digits(0) : digits(how.discount) * digits(x.next(l, n));
                sum += std::pow(digits(how.discount) * digits(how.trace), digits(l - t)) * (digits(x.rewards(l, n)) + beyond - digits(x.values(l, n)));
                if (x.ended(l, n) || x.limit(l, n)) break;
            }
            a(t, n) = double(sum);
        }
    return a;
}

}  // namespace

TEST_CASE("advantages are the sum that defines them, and a time limit is neither an end nor nothing") {
    INFO("ISOTYPIC_SEED=", seed());
    for (gae how : {gae{}, gae{.discount = 0.9, .trace = 0.5}, gae{.discount = 1, .trace = 1}, gae{.discount = 0.99, .trace = 0}, gae{.discount = 0}}) {
        CAPTURE(how.discount);
        CAPTURE(how.trace);
        const rollout x(120, 70, 1);
        const estimates e = estimate(how, x);
        const dense a = direct(how, x);
        CHECK(off(e.advantages, a) < 1e-11);
        CHECK(off(e.returns, a + x.values) < 1e-11);
        if (how.discount == 0) continue;

        rollout y = x;
        y.ended = x.ended || x.limit;
        CHECK(off(estimate(how, y).advantages, e.advantages) > 1e-3);
        y = x, y.limit = false;
        if (how.trace > 0) CHECK(off(estimate(how, y).advantages, e.advantages) > 1e-3);
        y = x, y.ended = false, y.limit = x.ended || x.limit;
        CHECK(off(estimate(how, y).advantages, e.advantages) > 1e-3);
    }
}

TEST_CASE("an end comes before a time limit, and what lies beyond an end is not looked at") {
    INFO("ISOTYPIC_SEED=", seed());
    const rollout x(40, 5, 11);
    rollout y = x;
    y.limit = x.limit || x.ended;
    y.next = x.ended.select(dense::Constant(40, 5, not_a_number), x.next);
    CHECK(estimate({}, y).advantages == estimate({}, x).advantages);
    CHECK(x.ended.any());
}

TEST_CASE("the last row has the value beyond it unless it ended") {
    const dense r{{1}, {2}}, v{{10}, {20}}, next{{20}, {30}};
    flags never(2, 1), last(2, 1);
    never << false, false;
    last << false, true;
    dense a(2, 1), target(2, 1);
    const gae how{.discount = 0.5, .trace = 0.5};
    how(r, v, next, never, never, a, target);
    CHECK(a(1, 0) == 2 + 15 - 20);
    CHECK(a(0, 0) == 1 + 10 - 10 + 0.25 * a(1, 0));
    how(r, v, next, never, last, a, target);
    CHECK(a(1, 0) == 2 + 15 - 20);
    how(r, v, next, last, never, a, target);
    CHECK(a(1, 0) == 2 - 20);
    CHECK(target(1, 0) == 2);
}

TEST_CASE("with trace 1 returns are discounted rewards, with trace 0 one step and the value behind it") {
    INFO("ISOTYPIC_SEED=", seed());
    const rollout x(30, 4, 21);
    const estimates all = estimate({.discount = 0.9, .trace = 1}, x), one = estimate({.discount = 0.9, .trace = 0}, x);
    for (index_t n = 0; n < 4; ++n) {
        double sum = 0;
        for (index_t t = 30; t-- > 0;) {
            const double beyond = x.ended(t, n) ? 0 : x.next(t, n), rest = x.ended(t, n) || x.limit(t, n) || t == 29 ? beyond : sum;
            sum = x.rewards(t, n) + 0.9 * rest;
            CHECK(std::abs(all.returns(t, n) - sum) < 1e-12);
            CHECK(std::abs(one.returns(t, n) - x.rewards(t, n) - 0.9 * beyond) < 1e-12);
        }
    }
}

TEST_CASE("streams are independent and each has a unit of its own, but no zero of its own") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(moves_with<gae, task_permutation> && moves_with<gae, task_rescaling> && !moves_with<gae, affine_returns>);
    const index_t streams = 70;
    const rollout x(25, streams, 31);
    const estimates e = estimate({}, x);
    rollout y = x;
    const auto from = shuffled(streams, 35);
    const dense scale = gaussian(1, streams, 36).array().exp();
    estimates want = e;
    for (index_t n = 0; n < streams; ++n) {
        const index_t m = from[std::size_t(n)];
        y.rewards.col(n) = x.rewards.col(m), y.values.col(n) = x.values.col(m), y.next.col(n) = x.next.col(m);
        y.ended.col(n) = x.ended.col(m), y.limit.col(n) = x.limit.col(m);
        want.advantages.col(n) = e.advantages.col(m), want.returns.col(n) = e.returns.col(m);
    }
    CHECK(estimate({}, y).advantages == want.advantages);
    CHECK(estimate({}, y).returns == want.returns);
    CHECK(off(e.advantages, want.advantages) > 1e-3);

    rollout z = x;
    for (index_t n = 0; n < streams; ++n) z.rewards.col(n) *= scale(n), z.values.col(n) *= scale(n), z.next.col(n) *= scale(n);
    CHECK(off(estimate({}, z).advantages, e.advantages * scale.row(0).asDiagonal()) < 1e-11);
    z = x, z.rewards.array() += 1;
    CHECK(off(estimate({}, z).advantages, e.advantages) > 1e-3);
}

TEST_CASE_TEMPLATE("every array and layout gives the same bits", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t steps = 20, streams = 67;
    const rollout x(steps, streams, 41);
    const dense_of<T> r = x.rewards.cast<T>(), v = x.values.cast<T>(), next = x.next.cast<T>();
    dense_of<T> a(steps, streams), target(steps, streams);
    gae{}(r, v, next, x.ended, x.limit, a, target);
    const dense_of<double> exact = direct({}, x);
    CHECK((a.template cast<double>() - exact).cwiseAbs().maxCoeff() < (std::is_same_v<T, float> ? 1e-4 : 1e-11));

    Eigen::Matrix<T, -1, -1> columns = r, other = v, result = a, result_too = a;
    Eigen::Array<char, -1, -1> ended = x.ended.cast<char>(), limit = x.limit.cast<char>();
    gae{}(columns, other, next, ended, limit, result, result_too);
    CHECK(result == a);
    CHECK(result_too == target);

    const std::array<std::size_t, 2> shape{std::size_t(steps), std::size_t(streams)};
    xt::xtensor<T, 2> xr(shape), xv(shape), xn(shape), xa(shape), xt_target(shape);
    xt::xtensor<bool, 2> xe(shape), xl(shape);
    for (index_t t = 0; t < steps; ++t)
        for (index_t n = 0; n < streams; ++n) {
            xr(t, n) = r(t, n), xv(t, n) = v(t, n), xn(t, n) = next(t, n);
            xe(t, n) = x.ended(t, n), xl(t, n) = x.limit(t, n);
        }
    gae{}(xr, xv, xn, xe, xl, xa, xt_target);
    CHECK(same_bits(elements(as_view(xa)), elements(as_view(a))));
    bool const* first = x.ended.data();
    gae{}(xr, v, xn, as_view(first, steps, streams), xl, as_view(xa), result);
    CHECK(same_bits(elements(as_view(xa)), elements(as_view(a))));

    storage<T> strided(steps, streams, order::strided);
    gae{}(r, v, next, x.ended, x.limit, strided.one(), target);
    CHECK(same_bits(elements(strided.one()), elements(as_view(a))));

    const Eigen::Matrix<T, -1, 1> rewards = r.col(3), values = v.col(3), behind = next.col(3);
    const Eigen::Array<bool, -1, 1> end = x.ended.col(3), cut = x.limit.col(3);
    Eigen::Matrix<T, -1, 1> of_one(steps), one_too(steps);
    gae{}(rewards, values, behind, end, cut, of_one, one_too);
    CHECK(of_one == a.col(3));
}

TEST_CASE("results may take the places of rewards and values, but not shifted against them") {
    INFO("ISOTYPIC_SEED=", seed());
    const rollout x(20, 6, 51);
    const estimates e = estimate({}, x);
    rollout y = x;
    gae{}(y.rewards, y.values, y.next, y.ended, y.limit, y.values, y.rewards);
    CHECK(y.values == e.advantages);
    CHECK(y.rewards == e.returns);
    y = x;
    gae{}(y.rewards, y.values, y.next, y.ended, y.limit, y.next, y.values);
    CHECK(y.next == e.advantages);
    CHECK(y.values == e.returns);

    dense all = gaussian(21, 6, 55), target(20, 6);
    const flags never = flags::Constant(20, 6, false);
    const auto states = all.topRows(20), arrived = all.bottomRows(20);
    auto in_place = all.topRows(20);
    refuses("isotypic: GAE: advantages lie in the memory of rewards or values, and not at their places",
            [&] { gae{}(x.rewards, states, arrived, never, never, in_place, target); }, all);
    refuses("isotypic: GAE: returns lie in the memory of rewards or values, and not at their places",
            [&] { gae{}(x.rewards, states, arrived, never, never, target, in_place); }, all);
    gae{}(x.rewards, states, arrived, never, never, target, y.rewards);
    refuses("isotypic: GAE: advantages, returns and flags share memory", [&] { gae{}(x.rewards, states, arrived, never, never, target, target); }, target);
    refuses("isotypic: GAE: returns lie on each other",
            [&] { gae{}(x.rewards, states, arrived, never, never, target, as_view(y.next.data(), 20, 6, 1, 1)); }, target);
}

TEST_CASE("what is wrong is said by step and stream, and nothing is written") {
    const rollout x(5, 3, 61);
    dense a = gaussian(5, 3, 65), target = gaussian(5, 3, 66);
    auto says = [&](std::string const& sentence, rollout const& y, gae how = {}) {
        refuses("isotypic: GAE: " + sentence, [&] { how(y.rewards, y.values, y.next, y.ended, y.limit, a, target); }, a, target);
    };
    says("discount = 1.010000, and has to be between 0 and 1", x, {.discount = 1.01});
    says("trace = -0.500000, and has to be between 0 and 1", x, {.trace = -0.5});
    says("discount = nan, and has to be between 0 and 1", x, {.discount = not_a_number});
    rollout y = x;
    y.rewards(2, 1) = not_a_number;
    says("the reward at step 2 of stream 1 is not finite", y);
    y = x, y.values(4, 0) = infinite;
    says("the value at step 4 of stream 0 is not finite", y);
    y = x, y.next(0, 2) = infinite, y.ended(0, 2) = false;
    says("the next value at step 0 of stream 2 is not finite", y);
    y = x, y.values = gaussian(3, 5, 1);
    says("values of 3 x 5 for rewards of 5 x 3, steps x streams", y);
    y = x, y.limit = flags::Constant(5, 2, false);
    says("truncated of 5 x 2 for rewards of 5 x 3, steps x streams", y);
    y = x, y.rewards(3, 1) = 1e308, y.values(3, 1) = -1e308;
    says("the advantage at step 3 of stream 1 is not finite", y);
    dense small(4, 3);
    refuses("isotypic: GAE: returns of 4 x 3 for rewards of 5 x 3, steps x streams",
            [&] { gae{}(x.rewards, x.values, x.next, x.ended, x.limit, a, small); }, a);
    dense none(0, 3);
    const flags no_flags(0, 3);
    gae{}(none, none, none, no_flags, no_flags, none, none);
}

TEST_CASE("no memory is asked for") {
    const rollout x(50, 70, 71);
    dense a(50, 70), target(50, 70);
    const std::size_t before = allocations();
    gae{}(x.rewards, x.values, x.next, x.ended, x.limit, a, target);
    CHECK(allocations() == before);
}
