// SPDX-License-Identifier: MIT
#include <multitask_control/tasks/acrobot.hpp>
#include <multitask_control/tasks/cart_pole.hpp>
#include <multitask_control/tasks/mountain_car.hpp>
#include <multitask_control/tasks/pendulum_swing_up.hpp>
#include <isotypic/check/seed.hpp>
#include <doctest/doctest.h>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>

using namespace multitask_control;

namespace {

using numbers = std::array<double, most_observations>;
using actions = std::array<double, most_actions>;
using policy = std::function<actions(numbers const&)>;

std::span<double const> first(actions const& a, task const& t) { return {a.data(), std::size_t(t.actions())}; }

/// From a reset to the end of the episode; seen(observations, outcome) at each step.
template <class F>
bool play(task& t, policy const& p, std::uint64_t seed, std::uint64_t episode, F const& seen) {
    random_stream random(seed, episode);
    t.reset(random);
    for (int k = 0; k < t.limit(); ++k) {
        numbers o{};
        t.observe(o);
        const actions a = p(o);
        const outcome got = t.step(first(a, t));
        seen(o, got);
        if (got.terminated) break;
    }
    return t.success();
}

std::vector<double> trajectory(task& t, policy const& p, std::uint64_t seed) {
    std::vector<double> all;
    for (std::uint64_t episode = 0; episode < 3; ++episode)
        play(t, p, seed, episode, [&](numbers const& o, outcome const& got) {
            all.insert(all.end(), o.begin(), o.end());
            all.push_back(got.reward), all.push_back(got.terminated);
        });
    return all;
}

double solved(task& t, policy const& p) {
    int good = 0;
    for (std::uint64_t episode = 0; episode < 200; ++episode) good += play(t, p, isotypic::seed(), episode, [](numbers const&, outcome const&) {});
    return good / 200.0;
}

policy chance(std::uint64_t seed, double most = 1) {
    return [random = random_stream(seed, 1u << 20), most](numbers const&) mutable {
        return actions{most * (2 * random.uniform() - 1), most * (2 * random.uniform() - 1)};
    };
}

// What an engineer would write down for each, from the observations alone.

actions swing_pendulum(numbers const& o) {
    const double angle = std::atan2(o[1], o[0]), spin = 4 * o[2];
    if (o[0] > 0.9) return {-5 * angle - spin};
    return {10 * (5 - square(spin) / 6 - 5 * o[0]) * spin};
}

actions balance_cart(numbers const& o) { return {o[2] + 2 * o[3] + 0.1 * o[0] + 0.4 * o[1]}; }

actions swing_cart(numbers const& o) {
    const double angle = std::atan2(o[3], o[2]), spin = 5 * o[4], x = o[0], v = 2 * o[1];
    if (o[2] > 0.85) return {0.244 * x + 0.46 * v + 4.16 * angle + 1.08 * spin};  // the regulator of its linearisation
    const double missing = 9.8 * (1 - o[2]) - square(spin) / 3;
    return {-0.6 * std::clamp(missing * spin * o[2], -1.0, 1.0) - 0.5 * x - 0.2 * v};
}

actions balance_pendubot(numbers const& o) { return {9.35 * o[0] + 9.5 * o[1] + 11.6 * o[2] + 19 * o[3]}; }

actions swing_acrobot(numbers const& o) { return {o[5] > 0 ? 1.0 : -1.0}; }

actions climb(numbers const& o) { return {o[1] >= 0 ? 1.0 : -1.0}; }

actions roll_ball(numbers const& o) {
    const double lean = std::clamp(-(2 * o[4] - 2.5 * o[1]) / 7, -0.3, 0.3);
    return {10 * (lean - o[2] / 3) - 3 * o[3]};
}

/// Along the first axis, and back for another try where that came out beside the place.
struct park_car {
    bool back = false;

    actions operator()(numbers const& o) {
        const double angle = std::atan2(o[3], o[2]);
        if (o[0] > -0.05 && std::fabs(o[1]) + 0.3 * std::fabs(angle) > 0.09) back = true;
        if (o[0] < -1.2) back = false;
        const double way = back ? -1 : -3 * o[0], ahead = std::copysign(1.0, way);
        return {way, -8 * ahead * (ahead * std::atan(6 * o[1]) + angle)};
    }
};

actions fill_tanks(numbers const& o) {
    const double second = (o[1] + 1) / 2, left = o[2] / 4, level = second + left, over = (o[0] + 1) / 2 - level;
    return {std::sqrt(level) - 1 + 4 * left - 2 * over};
}

actions park_mass(numbers const& o) { return {-2 * o[0] - 2.5 * o[1]}; }

actions land(numbers const& o) {
    const double vx = o[2] / 2, vy = o[3] / 2, lean = std::clamp(0.6 * o[0] + 1.0 * vx, -0.4, 0.4);
    return {4 * (-0.12 - 0.3 * o[1] - vy), 6 * (lean - o[4] / 2) - 2 * o[5]};
}

actions reach(numbers const& o) { return {4 * o[0] - 2 * o[2], 4 * o[1] - 2 * o[3]}; }

/// To the near side of the gap, then through it, then to the goal.
actions thread_gap(numbers const& o) {
    const bool before = o[0] < 0.05, aligned = std::fabs(o[1] - o[4]) < 0.06;
    const double x = !before ? o[5] : aligned ? 0.3 : -0.1, y = before ? o[4] : o[6];
    return {6 * (x - o[0]) - 2 * o[2], 6 * (y - o[1]) - 2 * o[3]};
}

actions hover(numbers const& o) {
    const double lean = std::clamp(0.15 * o[0] + 0.4 * o[2], -0.3, 0.3), lift = -1.0 * o[1] - 2 * o[3];
    const double turn = 2 * (lean - o[4] / 2) - 0.4 * 3 * o[5];
    return {lift - turn, lift + turn};
}

/// The transpose of the Jacobian times a spring to the goal, and damping.
actions reach_arm(numbers const& o) {
    const double c1 = o[0], s1 = o[1], c12 = c1 * o[2] - s1 * o[3], s12 = s1 * o[2] + c1 * o[3];
    const double fx = 3 * o[6], fy = 3 * o[7];
    const double second = 0.5 * (-s12 * fx + c12 * fy), shoulder = second + 0.5 * (-s1 * fx + c1 * fy);
    return {shoulder - 3 * o[4], 2 * (second - o[5])};
}

actions follow(numbers const& o) { return {4 * o[0] + 2 * (o[4] - o[2]), 4 * o[1] + 2 * (o[5] - o[3])}; }

std::map<std::string, policy> by_hand() {
    return {{"acrobot", swing_acrobot},
            {"ball_and_beam", roll_ball},
            {"car_parking", park_car{}},
            {"cart_pole_balance", balance_cart},
            {"cart_pole_swing_up", swing_cart},
            {"coupled_tanks", fill_tanks},
            {"double_integrator", park_mass},
            {"lunar_landing", land},
            {"mountain_car", climb},
            {"pendubot_balance", balance_pendubot},
            {"pendulum_swing_up", swing_pendulum},
            {"point_maze", thread_gap},
            {"point_reach", reach},
            {"quadrotor_hover", hover},
            {"reacher", reach_arm},
            {"tracking", follow}};
}

/// From s over `time` in steps of dt; after(s) at each.
template <class S, class F, class G>
S moved(S s, double time, double dt, F const& motion, G const& after) {
    for (long k = std::lround(time / dt); k > 0; --k) s = runge_kutta(s, dt, motion), after(s);
    return s;
}
template <class S, class F>
S moved(S const& s, double time, double dt, F const& motion) {
    return moved(s, time, dt, motion, [](S const&) {});
}

/// Energy stays where nothing works on the system, to the order of the integrator, and else changes by that work: of a force on the
/// coordinate whose speed is s[driven].
template <class S, class M, class E>
void check_energy(S const& start, std::size_t driven, double force, M const& motion, E const& energy) {
    const auto drift = [&](double dt, double load) {
        double most = 0;
        const auto loaded = [&](S const& s) { return motion(s, load); };
        moved(start, 4, dt, loaded, [&](S const& s) { most = std::fmax(most, std::fabs(energy(s) - energy(start))); });
        return most;
    };
    CHECK(drift(0.0005, 0) < 1e-9);
    CHECK(drift(0.02, 0) > 12 * drift(0.01, 0));
    CHECK(drift(0.0005, force) > 1e-1);

    std::array<double, std::tuple_size_v<S> + 1> with_work{};
    std::copy(start.begin(), start.end(), with_work.begin());
    const auto both = moved(with_work, 4, 0.0005, [&](auto const& all) {
        S s{};
        std::copy_n(all.begin(), s.size(), s.begin());
        const S slope = motion(s, force);
        auto out = all;
        std::copy(slope.begin(), slope.end(), out.begin());
        out.back() = force * s[driven];
        return out;
    });
    S last{};
    std::copy_n(both.begin(), last.size(), last.begin());
    CHECK(std::fabs(energy(last) - energy(start) - both.back()) < 1e-9);

    S euler = start;
    for (int k = 0; k < 400; ++k) {
        const S slope = motion(euler, 0);
        for (std::size_t i = 0; i < euler.size(); ++i) euler[i] += 0.01 * slope[i];
    }
    CHECK(std::fabs(energy(euler) - energy(start)) > 1e-2);
}

}  // namespace

TEST_CASE("There are sixteen tasks of their own names, of at most 8 observations and 2 actions, and episodes of 100 to 200 steps") {
    std::set<std::string> names;
    for (auto const& t : all_tasks()) {
        INFO(std::string(t->name()));
        names.insert(t->name());
        CHECK((t->observations() >= 2 && t->observations() <= most_observations));
        CHECK((t->actions() == 1 || t->actions() == most_actions));
        CHECK((t->limit() >= 100 && t->limit() <= 200));
    }
    CHECK(names.size() == 16);
}

TEST_CASE("A seed gives a trajectory's bits, and another seed gives others") {
    const auto all = all_tasks(), again = all_tasks();
    for (std::size_t i = 0; i < all.size(); ++i) {
        INFO(std::string(all[i]->name()), " ISOTYPIC_SEED=", isotypic::seed());
        const auto once = trajectory(*all[i], chance(isotypic::seed()), isotypic::seed());
        CHECK(once == trajectory(*again[i], chance(isotypic::seed()), isotypic::seed()));
        CHECK(once == trajectory(*all[i], chance(isotypic::seed()), isotypic::seed()));
        CHECK(once != trajectory(*all[i], chance(isotypic::seed()), isotypic::seed() + 1));
        CHECK(once != trajectory(*all[i], chance(isotypic::seed() + 1), isotypic::seed()));
    }
}

TEST_CASE("Observations and rewards stay finite and about unit scale whatever the actions, NaN and infinities too") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), much = std::numeric_limits<double>::infinity();
    for (auto const& t : all_tasks()) {
        INFO(std::string(t->name()), " ISOTYPIC_SEED=", isotypic::seed());
        random_stream random(isotypic::seed());
        numbers least, most;
        least.fill(much), most.fill(-much);
        double rewards = 0;
        bool finite = true;
        long steps = 0;
        for (int kind = 0; kind < 5; ++kind) {
            actions a{};
            t->reset(random);
            for (int k = 0, in_episode = 0; k < 2000; ++k, ++steps) {
                const double extreme[] = {nan, much, -much, 1e300};
                for (double& v : a)
                    if (kind == 0) v = 2 * random.uniform() - 1;
                    else if (kind == 1) v = extreme[random.below(4)];
                    else if (random.below(30) == 0 || in_episode == 0) v = kind == 2 ? -1 : kind == 3 ? 1 : random.below(2) ? 1 : -1;
                const outcome got = t->step(first(a, *t));
                numbers o{};
                t->observe(o);
                for (std::size_t i = 0; i < std::size_t(t->observations()); ++i) {
                    finite = finite && std::isfinite(o[i]);
                    least[i] = std::fmin(least[i], o[i]), most[i] = std::fmax(most[i], o[i]);
                }
                finite = finite && std::isfinite(got.reward);
                rewards = std::fmax(rewards, std::fabs(got.reward) / t->scale());
                if (++in_episode == t->limit() || got.terminated) t->reset(random), in_episode = 0;
            }
        }
        CHECK(finite);
        for (std::size_t i = 0; i < std::size_t(t->observations()); ++i) {
            CAPTURE(i);
            CHECK(least[i] >= -6);
            CHECK(most[i] <= 6);
            CHECK(most[i] - least[i] > 0.2);
        }
        CHECK(rewards > 0.3);
        CHECK(rewards < 12);
    }
}

TEST_CASE("Actions beyond 1 count as 1") {
    for (auto const& t : all_tasks()) {
        INFO(std::string(t->name()), " ISOTYPIC_SEED=", isotypic::seed());
        const auto with = [&](double a) {
            const policy same = [a](numbers const&) { return actions{a, -a}; };
            return trajectory(*t, same, isotypic::seed());
        };
        CHECK(with(7) == with(1));
        CHECK(with(0.5) != with(1));
    }
}

TEST_CASE("Scales span four decades, and multiply the reward alone") {
    std::vector<double> scales;
    for (auto const& t : all_tasks()) scales.push_back(t->scale());
    std::vector<double> sorted = scales;
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted.front() == 0.01);
    CHECK(sorted.back() == 100);
    for (std::size_t i = 1; i < sorted.size(); ++i) CHECK(std::log10(sorted[i] / sorted[i - 1]) == doctest::Approx(4.0 / 15).epsilon(0.01));

    for (auto const& t : all_tasks())
        if (t->name() == std::string("mountain_car")) {
            mountain_car bare;
            auto scaled = trajectory(*t, climb, 1), raw = trajectory(bare, climb, 1);
            CHECK(scaled != raw);
            constexpr std::size_t row = most_observations + 2;
            for (std::size_t i = most_observations; i < raw.size(); i += row) raw[i] *= t->scale();
            CHECK(scaled == raw);
        }
}

TEST_CASE("The energy of pendulum, two links and cart with pole changes by the work of the motor alone") {
    check_energy(std::array<double, 2>{2, 0.5}, 1, 1, pendulum_swing_up::motion, pendulum_swing_up::energy);
    check_energy(cart_pole::state_t{0, 0.3, 2, -0.5}, 1, 5, cart_pole::motion, cart_pole::energy);
    using state_t = two_link::state_t;
    const state_t start{1.5, 0.7, 0.3, -0.4};
    const auto energy = [](state_t const& s) { return acrobat.energy(s); };
    check_energy(start, 2, 5, [](state_t const& s, double u) { return acrobat.motion(s, u, 0); }, energy);
    check_energy(start, 3, 1, [](state_t const& s, double u) { return acrobat.motion(s, 0, u); }, energy);
}

TEST_CASE("Friction takes energy out of the arm, and only friction") {
    const two_link slow{1, 0.5, 0.25 / 12, 0, 0.1}, free{1, 0.5, 0.25 / 12, 0, 0};
    const two_link::state_t start{0.3, 1, 1, -0.5};
    const auto left = [&](two_link const& arm) {
        const auto motion = [&](two_link::state_t const& s) { return arm.motion(s, 0, 0); };
        return arm.energy(moved(start, 2, 0.001, motion));
    };
    CHECK(std::fabs(left(free) - free.energy(start)) < 1e-9);
    CHECK(left(slow) < slow.energy(start) - 1e-2);
}

TEST_CASE("Each task is solved by a controller written by hand, and not by chance") {
    auto hands = by_hand();
    for (auto const& t : all_tasks()) {
        REQUIRE(hands.count(t->name()));
        const double hand = solved(*t, hands[t->name()]), random = solved(*t, chance(isotypic::seed()));
        const double idle = solved(*t, [](numbers const&) { return actions{}; });
        INFO(std::string(t->name()), " ISOTYPIC_SEED=", isotypic::seed());
        CHECK(hand > 0.8);
        CHECK(random < 0.2);
        CHECK(idle < 0.2);
    }
}
