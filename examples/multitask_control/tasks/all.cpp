// SPDX-License-Identifier: MIT
#include "acrobot.hpp"
#include "ball_and_beam.hpp"
#include "car_parking.hpp"
#include "cart_pole_balance.hpp"
#include "cart_pole_swing_up.hpp"
#include "coupled_tanks.hpp"
#include "double_integrator.hpp"
#include "lunar_landing.hpp"
#include "mountain_car.hpp"
#include "pendubot_balance.hpp"
#include "pendulum_swing_up.hpp"
#include "point_maze.hpp"
#include "point_reach.hpp"
#include "quadrotor_hover.hpp"
#include "reacher.hpp"
#include "tracking.hpp"
#include <utility>

namespace multitask_control {
namespace {

class scaled final : public task {
public:
    scaled(std::unique_ptr<task> given, double factor) : of(std::move(given)), by(factor) {}

    char const* name() const override { return of->name(); }
    int observations() const override { return of->observations(); }
    int actions() const override { return of->actions(); }
    int limit() const override { return of->limit(); }
    void reset(random_stream& r) override { of->reset(r); }
    outcome step(std::span<double const> action) override {
        const outcome o = of->step(action);
        return {by * o.reward, o.terminated};
    }
    void observe(std::span<double> o) const override { of->observe(o); }
    bool success() const override { return of->success(); }
    double scale() const override { return by; }

private:
    std::unique_ptr<task> of;
    double by;
};

template <class T>
void add(std::vector<std::unique_ptr<task>>& all, double scale) {
    all.push_back(std::make_unique<scaled>(std::make_unique<T>(), scale));
}

}  // namespace

/// Rewards come in units of four decades, as those of tasks from different hands do. By the alphabet, task i has 10^(4 k / 15 - 2) with
/// k = 7 i modulo 16, rounded, so that the scale knows nothing of what a task is or how hard. Success does not depend on it.
std::vector<std::unique_ptr<task>> all_tasks() {
    std::vector<std::unique_ptr<task>> all;
    add<acrobot>(all, 0.01);
    add<ball_and_beam>(all, 0.736);
    add<car_parking>(all, 54.1);
    add<cart_pole_balance>(all, 0.215);
    add<cart_pole_swing_up>(all, 15.8);
    add<coupled_tanks>(all, 0.0631);
    add<double_integrator>(all, 4.64);
    add<lunar_landing>(all, 0.0185);
    add<mountain_car>(all, 1.36);
    add<pendubot_balance>(all, 100);
    add<pendulum_swing_up>(all, 0.398);
    add<point_maze>(all, 29.3);
    add<point_reach>(all, 0.117);
    add<quadrotor_hover>(all, 8.58);
    add<reacher>(all, 0.0341);
    add<tracking>(all, 2.51);
    return all;
}

}  // namespace multitask_control
