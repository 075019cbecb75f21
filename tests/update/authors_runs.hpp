// SPDX-License-Identifier: MIT
#pragma once
#include "formulas.hpp"
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/symmetry_compatible.hpp>
#include <doctest/doctest.h>

/// \file
/// The golden runs of golden/updates: what the authors' optimizers made of a weight.
namespace formulas {

using namespace isotypic;

struct authors_run {
    std::map<std::string, std::string> row;
    history gradients;
    dense first, last;
    double rate, decay;

    /// How far `weight` is from the authors' last one, as a share of how far the run went, which was in float.
    double off(dense const& weight) const { return (weight - last).norm() / (last - first).norm(); }
    bool of_rows() const { return row.at("optimizer") == "RowNormM"; }
};

/// f(run) for all of them.
template <class F>
void for_each_authors_run(F const& f) {
    int seen = 0;
    for (auto& row : golden::table("updates/index.tsv")) {
        const std::string name = row["case"], path = "updates/" + name;
        INFO(name);
        const authors_run run{row,
                              matrices(golden::load(path + ".grads.npy")),
                              matrices(golden::load(path + ".w0.npy"))[0],
                              matrices(golden::load(path + ".w_final.npy"))[0],
                              std::stod(row["lr"]),
                              row["weight_decay"].empty() ? 0 : std::stod(row["weight_decay"])};
        REQUIRE(run.gradients.size() == std::size_t(std::stoi(row["steps"])));
        f(run);
        ++seen;
    }
    CHECK(seen == 20);
}

/// f(rule) for the rule of a run, with engine E where it needs one.
template <class E, class F>
void rule_of(authors_run const& run, E const& engine, F const& f) {
    auto const& row = run.row;
    const double beta = std::stod(row.at("beta")), alpha = row.at("alpha").empty() ? 0 : std::stod(row.at("alpha"));
    const bool level = row.at("center_rows") == "True", columns = row.at("orientation") == "col";
    auto turned = [&](auto const& rule) { columns ? f(by_columns(rule)) : f(rule); };
    if (run.of_rows() && !level) return turned(row_norm_m({.beta = beta}));
    const polar_grad_m_settings<E> s{.beta = beta, .alpha = alpha, .engine = engine};
    const hybrid_polar_grad_m_settings<E> h{.beta = beta, .alpha = alpha, .engine = engine};
    const bool hybrid = row.at("optimizer") == "HybridPolarGradM", rows_last = row.at("order") == "polar_then_row";
    if (hybrid && !level && !rows_last) return turned(hybrid_polar_grad_m<E>(h));
    REQUIRE_FALSE(columns);
    if (run.of_rows()) return f(centred_row_norm_m({.beta = beta}));
    if (row.at("optimizer") == "RightPolarGradM") return level ? f(centred_right_polar_grad_m<E>(s)) : f(right_polar_grad_m<E>(s));
    if (row.at("optimizer") == "LeftPolarGradM") return f(centred_left_polar_grad_m<E>(s));
    REQUIRE(hybrid);
    return rows_last ? f(hybrid_polar_then_row_m<E>(h)) : f(centred_hybrid_polar_grad_m<E>(h));
}

}  // namespace formulas
