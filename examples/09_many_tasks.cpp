// Two tasks, one critic: each task's returns have a unit and a zero of their own, and so has the length of its gradient. What must not
// matter is a group, and the group says which normalization and which combination of gradients forget it.
#include <isotypic/critic/combiner.hpp>
#include <isotypic/critic/fair_grad.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include <isotypic/critic/pop_art.hpp>

#include <Eigen/Core>
#include <cstdio>
#include <vector>

using namespace isotypic;
using table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

static_assert(unmoved_by<pop_art, affine_returns> && unmoved_by<nash_mtl, task_rescaling> && !unmoved_by<mean_gradient, task_rescaling>);

int main() {
    // A critic with a row a task learns returns in their own units. When the units move, its rows move with them, and the
    // values that advantages are taken from stay.
    pop_art values(2, {.rate = 0.5});
    table W = table::Ones(2, 3), returns(2, 4), targets(2, 4), raw(2, 1);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(2), state = Eigen::VectorXd::Ones(3);
    returns << 1, 2, 3, 4, -100, 300, 100, 500;
    for (double grown : {1.0, 3.0}) {
        const table r = grown * returns;
        values.follow(r, rows_are_tasks{}).rows(W, b);
        values.normalise(r, rows_are_tasks{}, targets);
        const table n = W * state + b;
        values.denormalise(n, rows_are_tasks{}, raw);
        std::printf("scales %6.2f %6.2f   values %.2f %.2f   targets of the first task %5.2f %5.2f %5.2f %5.2f\n", values.scale(0), values.scale(1), raw(0),
                    raw(1), targets(0, 0), targets(0, 1), targets(0, 2), targets(0, 3));
    }

    // Gradients of the two tasks, rows, that fight, one a hundred times as long: the mean follows the long one and undoes the other
    // task's progress. Nash-MTL's direction has every task gain, and does not know which one is long.
    table G(2, 3);
    G << 1, 1, 0, -100, 20, 50;
    Eigen::RowVectorXd d(3);
    auto print = [&](char const* name) {
        const Eigen::VectorXd gain = G * d.transpose() / d.norm();
        std::printf("%-10s (%6.2f, %6.2f, %6.2f)   gains %6.2f %6.2f\n", name, d(0), d(1), d(2), gain(0) / G.row(0).norm(), gain(1) / G.row(1).norm());
    };
    combiner plain(mean_gradient{}, 2);
    plain.combine(G, d);
    print("mean");
    combiner balanced(nash_mtl{}, 2);
    balanced.combine(G, d);
    print("Nash-MTL");
    G.row(1) /= 1000;
    balanced.combine(G, d);
    print("rescaled");
}
