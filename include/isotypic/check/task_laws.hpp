// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/seed.hpp>
#include <isotypic/critic/combiner.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <vector>

/// \file
/// A rule that combines the gradients of tasks held against what it says of itself (`unmoved`, `moved`; critic/task_groups.hpp).
///
///     const task_errors e = task_law_errors(my_rule{});
///     CHECK(e.broken < 1e-9);  CHECK(e.unclaimed > 1e-3);  CHECK(e.rotation.direction < 1e-9);
///
/// What the laws mean for d: a rule that is moved by `task_permutation` renumbers its weights, and d stays; unmoved by a rescaling, d stays;
/// moved by `common_rescaling`, d grows as the gradients do; moved by `task_rescaling` there is nothing that d could do. A rule that keeps more
/// for some numbers in it than its type can say, as fair_grad{.alpha = 1}, is found too modest there.
namespace isotypic {

/// How far d turns and changes its length, relative to what is expected; not a number where that is.
struct task_move {
    double direction = 0, length = 0;
};

/// The worst of all draws, found whether the rule claims the law or not.
struct task_errors {
    task_move permutation;       ///< tasks in another order: d is to stay
    task_move common_rescaling;  ///< one factor s for all: d is to stay
    task_move each_rescaling;    ///< a factor for each task: d is to stay
    task_move rotation;          ///< the parameters are rotated: d is to rotate, whatever the rule
    double proportion = 0;       ///< ||d(s g)| / (s |d(g)|) - 1|: 0 for a degree of 1
    double degree = 0;           ///< p of |d(s g)| = s^p |d(g)|, over all draws at best
    double degree_error = 0;     ///< how far one draw is from s^degree
    double least_gain = 1;       ///< the least cosine of d with a gradient
    double broken = 0;           ///< the largest error of a law that is claimed; not a number where d is 0
    double unclaimed = 1;        ///< the least error of a law that is not: as small as rounding where the rule is too modest; 1 if all are claimed
};

/// In double, on `tasks` gradients of `parameters` numbers, of unequal sizes and with conflicts.
template <combination_rule Rule>
task_errors task_law_errors(Rule const& rule, index_t tasks = 5, index_t parameters = 16, int draws = 8, std::uint64_t from = seed()) {
    if (tasks < 1 || parameters < 1 || draws < 1) throw error("isotypic: a rule is looked at on at least one task, one parameter and one draw");
    using numbers = std::vector<double>;
    random_stream random(from);
    auto size = [](index_t n) { return static_cast<std::size_t>(n); };
    auto norm = [](numbers const& x) {
        double square = 0;
        for (double v : x) square += v * v;
        return std::sqrt(square);
    };
    auto direction = [&](numbers& g) {
        numbers d(size(parameters));
        combiner<Rule>(rule, tasks).combine(as_view(g.data(), tasks, parameters), as_view(d.data(), 1, parameters));
        return d;
    };
    auto worse = [](double& e, double found) { e = found > e || std::isnan(found) ? found : e; };
    auto compare = [&](numbers const& a, numbers const& b, task_move& worst) {
        const double of_a = norm(a), of_b = norm(b);
        numbers off(a.size());
        for (std::size_t i = 0; i < a.size(); ++i) off[i] = a[i] / of_a - b[i] / of_b;
        worse(worst.direction, norm(off)), worse(worst.length, std::abs(of_b / of_a - 1));
    };

    task_errors e;
    numbers scale(size(tasks)), shift(size(tasks)), logs, lengths;
    std::vector<index_t> order(size(tasks));
    double products = 0, squares = 0;
    for (int draw = 0; draw < draws; ++draw) {
        numbers g(size(tasks * parameters)), turn(size(parameters * parameters)), turned(g.size()), expected(size(parameters), 0.0);
        for (index_t k = 0; k < tasks; ++k) {
            const double by = std::exp(0.5 * random.normal());
            for (index_t j = 0; j < parameters; ++j) g[size(k * parameters + j)] = by * random.normal();
        }
        const numbers d = direction(g);
        auto acted = [&](auto group) {
            decltype(group)::sample(random, scale, shift, order);
            numbers out(g.size());
            for (index_t k = 0; k < tasks; ++k)
                for (index_t j = 0; j < parameters; ++j) out[size(k * parameters + j)] = scale[size(k)] * g[size(order[size(k)] * parameters + j)];
            return direction(out);
        };
        compare(d, acted(task_permutation{}), e.permutation);
        compare(d, acted(task_rescaling{}), e.each_rescaling);
        const numbers grown = acted(common_rescaling{});
        compare(d, grown, e.common_rescaling);
        const double s = std::log(scale[0]), length = std::log(norm(grown) / norm(d));
        worse(e.proportion, std::abs(std::expm1(length - s)));
        logs.push_back(s), lengths.push_back(length), products += s * length, squares += s * s;

        orthogonal::sample(as_view(turn.data(), parameters, parameters), random);
        auto rotate = [&](double const* x, double* out) {
            for (index_t i = 0; i < parameters; ++i) {
                out[i] = 0;
                for (index_t j = 0; j < parameters; ++j) out[i] += turn[size(i * parameters + j)] * x[j];
            }
        };
        for (index_t k = 0; k < tasks; ++k) rotate(g.data() + k * parameters, turned.data() + k * parameters);
        rotate(d.data(), expected.data());
        compare(expected, direction(turned), e.rotation);

        for (index_t k = 0; k < tasks; ++k) {
            double gain = 0, square = 0;
            for (index_t j = 0; j < parameters; ++j) gain += g[size(k * parameters + j)] * d[size(j)], square += std::pow(g[size(k * parameters + j)], 2);
            const double cosine = gain / (std::sqrt(square) * norm(d));
            e.least_gain = cosine < e.least_gain || std::isnan(cosine) ? cosine : e.least_gain;
        }
    }
    e.degree = products / squares;
    for (std::size_t i = 0; i < logs.size(); ++i) worse(e.degree_error, std::abs(std::expm1(lengths[i] - e.degree * logs[i])));

    auto judge = [&](bool claimed, double error) {
        if (claimed) worse(e.broken, error);
        else e.unclaimed = error < e.unclaimed || std::isnan(error) ? error : e.unclaimed;
    };
    auto whole = [&](task_move m) {
        worse(m.direction, m.length);
        return m.direction;
    };
    if (tasks > 1) judge(moves_with<Rule, task_permutation>, whole(e.permutation)), judge(unmoved_by<Rule, task_rescaling>, whole(e.each_rescaling));
    judge(unmoved_by<Rule, common_rescaling>, whole(e.common_rescaling));
    judge(moves_with<Rule, common_rescaling>, whole({e.common_rescaling.direction, e.proportion}));
    worse(e.broken, whole(e.rotation));
    return e;
}

}  // namespace isotypic
