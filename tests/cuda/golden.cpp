// SPDX-License-Identifier: MIT
#include <polar/engines.hpp>
#include <update/authors_runs.hpp>
#include <isotypic/check/trajectory.hpp>
#include <isotypic/device/cuda_copy.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_solver.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/polar/exact_items.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <isotypic/update/adamw.hpp>

/// \file
/// The golden values of the CPU's tests, by a GPU, within what they allow the CPU.
using namespace isotypic;
using formulas::authors_run, formulas::dense, formulas::distance, formulas::history;

namespace {

specimen as_specimen(dense const& x) {
    specimen y(x.rows(), x.cols());
    as_eigen(y.panel(0, 0)) = x;
    return y;
}
/// Where steps in float end.
template <class Rule>
dense last_weight(Rule const& rule, history const& gradients, dense const& first, double rate, double decay) {
    specimen w = as_specimen(first);
    const run step = weights_of<symmetry<trivial, trivial>, float, cuda>(rule, rate, {.rate = decay})(w);
    for (dense const& g : gradients) w = step(w, as_specimen(g));
    return as_eigen(w.panel(0, 0));
}
template <class Engine>
dense factor(cuda& d, Engine const& engine, dense const& a) {
    const auto x = detail::copy_as<double>(d, as_specimen(a));
    polar_of_items(d, engine, blocks<double const, gpu>(x.all()), x.all());
    const specimen u = detail::copy_back(d, blocks<double const, gpu>(x.all()));
    return as_eigen(u.panel(0, 0));
}

}  // namespace

TEST_CASE("on the GPU the authors' runs end where theirs did: row rules to float rounding, spectral rules to their damping") {
    formulas::for_each_authors_run([](authors_run const& run) {
        formulas::rule_of(run, exact_svd{}, [&](auto const& rule) {
            CHECK(run.off(last_weight(rule, run.gradients, run.first, run.rate, run.decay)) <= (run.of_rows() ? 2e-6 : 1e-2));
            CHECK(run.off(last_weight(rule, run.gradients, run.first, 1.1 * run.rate, run.decay)) > 5e-2);
        });
    });
}

TEST_CASE("on the GPU adam is PyTorch's AdamW over ten steps") {
    const history g = formulas::matrices(golden::load("adamw/adamw_6x5.grads.npy"));
    const dense first = formulas::matrices(golden::load("adamw/adamw_6x5.w0.npy"))[0], last = formulas::matrices(golden::load("adamw/adamw_6x5.w_final.npy"))[0];
    REQUIRE(g.size() == 10);
    const double rounding = 10 * 0x1p-24 * last.norm();  // the reference rounds w to float ten times, and so does this
    auto off = [&](double beta2) { return (last_weight(adam{.beta1 = 0.9, .beta2 = beta2, .eps = 1e-8}, g, first, 1e-2, 0.1) - last).norm(); };
    CHECK(off(0.95) <= 2 * rounding);
    CHECK(off(0.999) > 1e3 * rounding);
}

TEST_CASE("on the GPU engines are as near to the golden polar factors as on the CPU") {
    cuda d;
    engines::for_each_golden([&](double condition, double, dense const& a, dense const& polar) {
        CHECK(distance(factor(d, exact_svd{}, a), polar) <= 1e-14 * condition);
        const double least = 1e-10 * formulas::largest(a), norm = a.norm();
        const dense off = formulas::by_values(a, [&](double s) { return s > least ? 1 - polar_express(s / norm) : 0; });
        const double apart = distance(factor(d, newton_schulz{}, a), polar);
        CHECK(apart <= off.norm() / std::max(polar.norm(), 1.) + 1e-10);
        CHECK(distance(factor(d, gram_newton_schulz{}, a), polar) <= apart + 1e-10);
        if (polar.norm() > 0) CHECK(distance(factor(d, newton_schulz{keller}, a), polar) > 1e-2);
    });
}
