// SPDX-License-Identifier: MIT
#include "critic/task_batches.hpp"
#include <isotypic/critic/tanh_gaussian.hpp>

using namespace task_batches;
using vector = Eigen::VectorXd;

namespace {

struct batch {
    dense mean, log_std, u;
    batch(index_t n, index_t d, std::uint64_t which)
        : mean(gaussian(n, d, which)), log_std(gaussian(n, d, which + 1, 0.5).cwiseMin(1.5)), u(gaussian(n, d, which + 2, 1.5)) {}
};
vector log_prob(tanh_gaussian const& p, batch const& b) {
    workspace scratch;
    vector out(b.mean.rows());
    return p.log_prob(b.mean, b.log_std, b.u, out, scratch), out;
}
struct slopes {
    dense mean, log_std, u;
};
slopes vjp(tanh_gaussian const& p, batch const& b, vector const& bar) {
    workspace scratch;
    slopes s{b.mean, b.mean, b.mean};
    p.vjp(b.mean, b.log_std, b.u, bar, s.mean, s.log_std, s.u, scratch);
    return s;
}
/// Of the Gaussian alone, with a part log |da/du| by the definition.
template <class J>
digits plain(batch const& b, index_t i, J const& log_slope) {
    digits sum = 0;
    for (index_t j = 0; j < b.u.cols(); ++j) {
        const digits s = std::exp(digits(b.log_std(i, j))), z = (digits(b.u(i, j)) - digits(b.mean(i, j))) / s;
        sum -= z * z / 2 + std::log(s) + std::log(2 * std::numbers::pi_v<digits>) / 2 + log_slope(digits(b.u(i, j)));
    }
    return sum;
}
digits of_tanh(digits u) { return std::log(1 - std::tanh(u) * std::tanh(u)); }
double off(dense const& a, dense const& b) { return (a - b).cwiseAbs().maxCoeff(); }

}  // namespace

TEST_CASE("log-probabilities are those of the definition, and they are a density") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(30, 4, 1);
    const vector found = log_prob({}, b);
    for (index_t i = 0; i < 30; ++i) {
        CHECK(std::abs(found(i) - double(plain(b, i, of_tanh))) < 1e-12);
        CHECK(std::abs(found(i) - double(plain(b, i, [](digits) { return 0.0L; }))) > 1e-3);
    }
    batch grid(20001, 1, 2);
    double mass = 0, entropy = 0, without = 0;
    grid.mean.setConstant(0.4), grid.log_std.setConstant(-0.3);
    const double h = 16.0 / 20000;
    for (index_t i = 0; i <= 20000; ++i) grid.u(i, 0) = -8 + h * double(i);
    const vector p = log_prob({}, grid);
    for (index_t i = 0; i <= 20000; ++i) {
        const double slope = std::pow(std::cosh(grid.u(i, 0)), -2), weight = h * slope * std::exp(p(i));
        mass += weight, entropy -= weight * p(i), without -= weight * (p(i) + std::log(slope));
    }
    CHECK(std::abs(mass - 1) < 1e-12);
    workspace scratch;
    const dense one{{-0.3}};
    vector exact(1), estimate(20001);
    tanh_gaussian{}.entropy(one, exact, scratch);
    CHECK(std::abs(exact(0) - without) < 1e-10);
    CHECK(std::abs(exact(0) - entropy) > 1e-3);  // before and after tanh are not the same
    tanh_gaussian{}.squashed_entropy(grid.mean, grid.log_std, grid.u, estimate, scratch);
    CHECK(estimate == -p);
}

TEST_CASE("derivatives in mean, log_std and u are those of differences") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(7, 3, 11);
    const vector bar = gaussian(7, 1, 14);
    const slopes s = vjp({}, b, bar);
    const auto along = [&](dense batch::*part) {
        return [&b, &bar, part](dense const& x) {
            batch c = b;
            c.*part = x;
            return bar.dot(log_prob({}, c));
        };
    };
    CHECK(off_differences(b.mean, s.mean, along(&batch::mean)) < 1e-8);
    CHECK(off_differences(b.log_std, s.log_std, along(&batch::log_std)) < 1e-8);
    CHECK(off_differences(b.u, s.u, along(&batch::u)) < 1e-8);
    CHECK(off_differences(b.u, -s.mean, along(&batch::u)) > 1e-3);  // tanh has its part
    workspace scratch;
    dense mean(7, 3), log_std(7, 3);
    tanh_gaussian{}.vjp(b.mean, b.log_std, b.u, bar, mean, log_std, scratch);
    CHECK(mean == s.mean);
    CHECK(log_std == s.log_std);
}

TEST_CASE("entropies have the derivatives of differences, before tanh and by one sample that moves") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch b(6, 3, 21);
    const vector bar = gaussian(6, 1, 24);
    workspace scratch;
    dense g(6, 3);
    tanh_gaussian{}.entropy_vjp(b.log_std, bar, g, scratch);
    CHECK(off_differences(b.log_std, g, [&](dense const& l) {
              vector h(6);
              return tanh_gaussian{}.entropy(l, h, scratch), bar.dot(h);
          }) < 1e-8);

    const dense noise = gaussian(6, 3, 25);
    const auto carried = [&](batch c) { return c.u = c.mean + (c.log_std.array().exp() * noise.array()).matrix(), c; };
    const batch c = carried(b);
    const slopes s = vjp({}, c, -vector::Ones(6));
    const auto sum = [&](batch const& at) {
        vector h(6);
        const batch moved = carried(at);
        return tanh_gaussian{}.squashed_entropy(moved.mean, moved.log_std, moved.u, h, scratch), h.sum();
    };
    const auto with_mean = [&](dense const& x) { batch at = b; return at.mean = x, sum(at); };
    const auto with_log_std = [&](dense const& x) { batch at = b; return at.log_std = x, sum(at); };
    CHECK(off_differences(b.mean, s.mean + s.u, with_mean) < 1e-8);
    CHECK(off_differences(b.log_std, s.log_std + s.u.cwiseProduct(c.u - c.mean), with_log_std) < 1e-8);
    CHECK(off_differences(b.mean, s.mean, with_mean) > 1e-3);
}

TEST_CASE("ratios do not change with the coordinates of the actions") {
    INFO("ISOTYPIC_SEED=", seed());
    const batch now(20, 4, 31);
    batch old = now;
    old.mean += gaussian(20, 4, 35, 0.1), old.log_std += gaussian(20, 4, 36, 0.1);
    const vector ratio = log_prob({}, now) - log_prob({}, old);
    for (index_t i = 0; i < 20; ++i) {
        const auto of = [&](auto const& log_slope) { return double(plain(now, i, log_slope) - plain(old, i, log_slope)); };
        CHECK(std::abs(ratio(i) - of([](digits) { return 0.0L; })) < 1e-12);                                          // u
        CHECK(std::abs(ratio(i) - of([](digits u) { return std::log(5 * (1 - std::tanh(u) * std::tanh(u))); })) < 1e-12);  // 5 tanh u + c
        CHECK(std::abs(ratio(i) - of([](digits u) { return std::log(1 + 3 * u * u); })) < 1e-12);                     // u + u^3
        const auto mixed = double(plain(now, i, of_tanh) - plain(old, i, [](digits) { return 0.0L; }));
        CHECK(std::abs(ratio(i) - mixed) > 1e-3);
    }
}

TEST_CASE("where tanh rounds to 1 log-probabilities and derivatives are exact") {
    workspace scratch;
    const dense zero = dense::Zero(1, 1);
    for (double u : {-50., 50., -700., 700., 1e4}) {
        CAPTURE(u);
        batch b(1, 1, 41);
        b.mean(0, 0) = u, b.log_std(0, 0) = 0, b.u(0, 0) = u;
        CHECK(std::tanh(u) * std::tanh(u) == 1);
        const double found = log_prob({}, b)(0), want = -std::log(2 * std::numbers::pi) / 2 - 2 * (std::numbers::ln2 - std::fabs(u));
        CHECK(std::abs(found - want) < 1e-12 * std::fabs(u));
        CHECK(vjp({}, b, vector::Ones(1)).u(0, 0) == (u > 0 ? 2 : -2));
    }
    batch b(1, 1, 42);
    b.mean(0, 0) = 0, b.log_std(0, 0) = 0, b.u(0, 0) = 0;
    CHECK(std::abs(log_prob({}, b)(0) + std::log(2 * std::numbers::pi) / 2) < 1e-15);
    b.u(0, 0) = 50;
    CHECK(std::abs(log_prob({}, b)(0) - double(-1250 - std::log(2 * std::numbers::pi) / 2 - 2 * (std::numbers::ln2 - 50))) < 1e-11);
}

TEST_CASE("log_std counts within its bounds, where its derivative is, and the bounds can be moved or taken off") {
    const double ends[] = {-25, -20, -3, 2, 2.5};
    batch b(5, 1, 51);
    b.mean.setZero();
    for (index_t i = 0; i < 5; ++i) b.log_std(i, 0) = ends[i], b.u(i, 0) = 0.5 * std::exp(std::clamp(ends[i], -20.0, 2.0));
    const vector p = log_prob({}, b), ones = vector::Ones(5);
    CHECK(p(0) == p(1));
    CHECK(p(3) == p(4));
    const slopes s = vjp({}, b, ones);
    workspace scratch;
    dense g(5, 1);
    vector h(5);
    tanh_gaussian{}.entropy_vjp(b.log_std, ones, g, scratch);
    tanh_gaussian{}.entropy(b.log_std, h, scratch);
    for (index_t i = 0; i < 5; ++i) {
        const bool inside = i > 0 && i < 4;
        CHECK(std::abs(s.log_std(i, 0) - (inside ? -0.75 : 0)) < 1e-12);
        CHECK(g(i, 0) == (inside ? 1 : 0));
        CHECK(std::isfinite(s.mean(i, 0)));
        CHECK(std::abs(h(i) - std::clamp(ends[i], -20.0, 2.0) - (1 + std::log(2 * std::numbers::pi)) / 2) < 1e-13);
    }
    const tanh_gaussian open{.least = -infinite, .most = infinite}, narrow{.least = -1, .most = 1};
    const vector free = log_prob(open, b), held = log_prob(narrow, b);
    CHECK(std::abs(free(0) - p(0)) > 1e-3);
    CHECK(free(2) == p(2));
    CHECK(std::abs(held(2) - p(2)) > 1e-3);
    CHECK(vjp(open, b, ones).log_std(4, 0) != 0);
    CHECK(vjp(narrow, b, ones).log_std(2, 0) == 0);
}

TEST_CASE("samples are tanh of what they are drawn from, with its mean and spread, and the same for a seed") {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t n = 20000;
    dense mean(n, 2), log_std(n, 2), u(n, 2), action(n, 2), again(n, 2), action_again(n, 2);
    mean.col(0).setConstant(0.3), mean.col(1).setConstant(-2), log_std.col(0).setConstant(-1), log_std.col(1).setConstant(5);
    workspace scratch;
    random_stream random(seed(), 61), same = random;
    const tanh_gaussian policy;
    policy.sample(random, mean, log_std, u, action, scratch);
    policy.sample(same, mean, log_std, again, action_again, scratch);
    CHECK(again == u);
    CHECK(action == action_again);
    CHECK((action.array() - u.array().unaryExpr([](double v) { return std::tanh(v); })).isZero(0));
    policy.sample(random, mean, log_std, again, action_again, scratch);
    CHECK(off(again, u) > 1e-3);
    for (index_t j = 0; j < 2; ++j) {
        const double std = std::exp((std::min)(log_std(0, j), 2.0)), spread = std::sqrt((u.col(j).array() - mean(0, j)).square().mean());
        CHECK(std::abs(u.col(j).mean() - mean(0, j)) < 6 * std / std::sqrt(double(n)));
        CHECK(std::abs(spread / std - 1) < 6 / std::sqrt(2.0 * double(n)));
    }
    CHECK(std::abs((u.col(0).array() - 0.3).matrix().dot((u.col(1).array() + 2).matrix()) / double(n)) < 6 * std::exp(1) / std::sqrt(double(n)));

    dense_of<float> narrow(n, 2), narrow_action(n, 2);
    policy.sample(random, mean, log_std, narrow, narrow_action, scratch);
    CHECK((narrow_action.array() - narrow.array().unaryExpr([](float v) { return float(std::tanh(double(v))); })).isZero(0));
}

TEST_CASE("float, xtensor with leading axes, one row of log_std and results in the memory of arguments") {
    INFO("ISOTYPIC_SEED=", seed());
    batch b(6, 3, 71);
    for (index_t i = 1; i < 6; ++i) b.log_std.row(i) = b.log_std.row(0);
    const vector bar = gaussian(6, 1, 74), p = log_prob({}, b);
    const slopes s = vjp({}, b, bar);
    workspace scratch;
    const tanh_gaussian policy;
    dense mean = b.mean, log_std = b.log_std, u = b.u;
    policy.vjp(mean, log_std, u, bar, u, mean, log_std, scratch);
    CHECK(u == s.mean);
    CHECK(mean == s.log_std);
    CHECK(log_std == s.u);

    const dense row = b.log_std.row(0);
    vector found(6);
    policy.log_prob(b.mean, as_view(row.data(), 6, 3, 0, 1), b.u, found, scratch);
    CHECK(found == p);

    std::vector<double> plain(6), entropies(6);
    policy.log_prob(b.mean, b.log_std, b.u, plain, scratch), policy.entropy(b.log_std, entropies, scratch);
    CHECK(std::equal(plain.begin(), plain.end(), p.data()));
    CHECK(entropies[5] == entropies[0]);

    xt::xtensor<double, 3> m({2, 3, 3}), l({2, 3, 3}), x({2, 3, 3});
    std::copy(b.mean.data(), b.mean.data() + 18, m.data()), std::copy(b.log_std.data(), b.log_std.data() + 18, l.data());
    std::copy(b.u.data(), b.u.data() + 18, x.data());
    xt::xtensor<double, 2> out({2, 3});
    policy.log_prob(m, l, x, out, scratch);
    CHECK(std::equal(out.begin(), out.end(), p.data()));

    const dense_of<float> m32 = b.mean.cast<float>(), l32 = b.log_std.cast<float>(), u32 = b.u.cast<float>();
    Eigen::VectorXf p32(6);
    dense_of<float> dm(6, 3), dl(6, 3);
    policy.log_prob(m32, l32, u32, p32, scratch);
    CHECK(off(p32.cast<double>(), p) < 1e-4);
    policy.vjp(m32, l32, u32, bar, dm, dl, scratch);
    CHECK(off(dm.cast<double>(), s.mean) < 1e-4 * (1 + s.mean.cwiseAbs().maxCoeff()));
    CHECK(off(dl.cast<double>(), s.log_std) < 1e-4 * (1 + s.log_std.cwiseAbs().maxCoeff()));
}

TEST_CASE("what is wrong is said, and nothing is written") {
    batch b(4, 2, 81);
    const vector bar = vector::Ones(4), short_bar = vector::Ones(3);
    workspace scratch;
    vector p = vector::Constant(4, 7), few(3);
    dense dm = gaussian(4, 2, 85), dl = gaussian(4, 2, 86), du = gaussian(4, 2, 87);
    random_stream random(seed(), 88), before = random;
    const auto says = [&](std::string const& sentence, batch const& c, tanh_gaussian policy = {}) {
        refuses("isotypic: tanh Gaussian: " + sentence, [&] { policy.log_prob(c.mean, c.log_std, c.u, p, scratch); }, p);
        refuses("isotypic: tanh Gaussian: " + sentence, [&] { policy.vjp(c.mean, c.log_std, c.u, bar, dm, dl, du, scratch); }, dm, dl, du);
    };
    batch c = b;
    c.mean(1, 0) = not_a_number;
    says("mean 2 is not finite", c);
    refuses("isotypic: tanh Gaussian: mean 2 is not finite", [&] { tanh_gaussian{}.sample(random, c.mean, c.log_std, dm, dl, scratch); }, dm, dl);
    c = b, c.log_std(0, 1) = infinite;
    says("log_std 1 is not finite", c);
    c = b, c.u(3, 1) = infinite;
    says("u 7 is not finite", c);
    c = b, c.u = gaussian(4, 3, 1);
    says("u: an array of 4 x 3 beside one of 4 x 2", c);
    says("log_std from 2.000000 to 1.000000", b, {.least = 2, .most = 1});
    const tanh_gaussian policy;
    c = b, c.u(2, 0) = 1e200;
    refuses("isotypic: tanh Gaussian: log-probabilities: number 2 is not finite", [&] { policy.log_prob(c.mean, c.log_std, c.u, p, scratch); }, p);
    refuses("isotypic: tanh Gaussian: dlog_std: number 4 is not finite", [&] { policy.vjp(c.mean, c.log_std, c.u, bar, dm, dl, du, scratch); }, dm, dl, du);
    refuses("isotypic: tanh Gaussian: 3 log-probabilities for 4 samples", [&] { policy.log_prob(b.mean, b.log_std, b.u, few, scratch); }, few);
    refuses("isotypic: tanh Gaussian: 3 weights for 4 samples", [&] { policy.vjp(b.mean, b.log_std, b.u, short_bar, dm, dl, scratch); }, dm, dl);
    refuses("isotypic: tanh Gaussian: two results share memory", [&] { policy.vjp(b.mean, b.log_std, b.u, bar, dm, dl, dm, scratch); }, dm, dl);
    refuses("isotypic: tanh Gaussian: two results share memory", [&] { policy.sample(random, b.mean, b.log_std, dm, dm, scratch); }, dm);
    refuses("isotypic: tanh Gaussian: 3 entropies for 4 samples", [&] { policy.entropy(b.log_std, few, scratch); }, few);
    dense_of<float> u32(4, 2), a32(4, 2);
    c = b, c.mean(0, 0) = 1e300;
    refuses("isotypic: tanh Gaussian: u: number 0 is not finite", [&] { policy.sample(random, c.mean, c.log_std, u32, a32, scratch); });
    CHECK(random.bits() == before.bits());
}

TEST_CASE("no memory is asked for once a shape is known") {
    const batch b(50, 4, 91);
    const vector bar = vector::Ones(50);
    workspace scratch;
    vector p(50);
    dense dm(50, 4), dl(50, 4), du(50, 4);
    random_stream random(seed(), 95);
    const tanh_gaussian policy;
    const auto all = [&] {
        policy.sample(random, b.mean, b.log_std, dm, dl, scratch);
        policy.log_prob(b.mean, b.log_std, b.u, p, scratch), policy.squashed_entropy(b.mean, b.log_std, b.u, p, scratch);
        policy.vjp(b.mean, b.log_std, b.u, bar, dm, dl, du, scratch), policy.vjp(b.mean, b.log_std, b.u, bar, dm, dl, scratch);
        policy.entropy(b.log_std, p, scratch), policy.entropy_vjp(b.log_std, bar, dl, scratch);
    };
    all();
    const std::size_t before = allocations();
    all();
    CHECK(allocations() == before);
}
