// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/check.hpp>
#include <isotypic/update/fit.hpp>
#include <doctest/doctest.h>
#include <array>
#include <string>
#include <vector>

/// \file
/// The battery: one call proves everything that a rule's type says, and that it says no less than the truth.
///
///     prove_claim("row_norm", row_norm{});
///     prove_claim<cuda>("row_norm", row_norm{});      on a GPU
///
/// Claims are read from the type (`commutes_with`, shift laws, `reads_weight`, `homogeneity`). Every one
/// holds in double and float on every shape; one step up, or where a law says no, the rule clearly fails.
namespace proof {

using namespace isotypic;

/// What a type claims, as values. Groups in the order of `names`.
struct claim {
    static constexpr std::size_t groups = 5;
    static constexpr std::array<char const*, groups> names{"trivial", "signs", "permutation", "signed_permutation", "orthogonal"};
    static constexpr std::array<block_action::sampler, groups> samplers{sample_of<trivial>, sample_of<signs>, sample_of<permutation>,
                                                                        sample_of<signed_permutation>, sample_of<orthogonal>};
    std::string name;
    std::array<bool, groups> rows, cols;
    shift_law row_shift, col_shift;
    bool reads_weight;
    double degree;

    bool blind_to_rows() const { return row_shift.blind && row_shift.horizontal && !reads_weight; }
    bool blind_to_cols() const { return col_shift.blind && col_shift.horizontal && !reads_weight; }
};

/// A rule in all the ways in which it is run.
struct runs {
    replay in_double, in_float, in_place, in_place_float, weights;
    bool alone_to_the_bit = true;  ///< an item of a batch has the bits that it has alone
};

/// Everything about the claim that is not so, a sentence each.
std::vector<std::string> broken(claim const&, runs const&);

template <class P>
claim claim_of(std::string name, P const& rule) {
    using detail::rows_commute, detail::cols_commute;
    return {std::move(name),
            {rows_commute<P, symmetry<trivial, trivial>>, rows_commute<P, symmetry<signs, trivial>>, rows_commute<P, symmetry<permutation, trivial>>,
             rows_commute<P, symmetry<signed_permutation, trivial>>, rows_commute<P, symmetry<orthogonal, trivial>>},
            {cols_commute<P, symmetry<trivial, trivial>>, cols_commute<P, symmetry<trivial, signs>>, cols_commute<P, symmetry<trivial, permutation>>,
             cols_commute<P, symmetry<trivial, signed_permutation>>, cols_commute<P, symmetry<trivial, orthogonal>>},
            detail::row_law<P>(), detail::col_law<P>(), detail::weight_read<P>(), homogeneity(rule)};
}

/// The rule under `apply_update` on a block known up to the shifts that it claims to respect.
template <device D = cpu, class P>
replay weights_under_claim(P const& rule, double rate, weight_decay decay) {
    constexpr bool row = detail::row_shift_fits<P, up_to_row_shift<trivial, trivial>>;
    constexpr bool col = detail::col_shift_fits<P, up_to_column_shift<trivial, trivial>>;
    using G = std::conditional_t<row, up_to_row_shift<trivial, trivial>,
                                 std::conditional_t<col, up_to_column_shift<trivial, trivial>, symmetry<trivial, trivial>>>;
    return weights_of<G, double, D>(rule, rate, decay);
}

template <device D = cpu, class P>
std::vector<std::string> broken_claims(std::string name, P const& rule) {
    return broken(claim_of(std::move(name), rule),
                  {updates_of<double, D>(rule), updates_of<float, D>(rule), updates_of<double, D>(rule, true), updates_of<float, D>(rule, true),
                   weights_under_claim<D>(rule, 0.05, {.rate = 0.5}),
                   // A GPU's library chooses its product by how many there are.
                   std::is_same_v<D, cpu> || !detail::multiplies<P>()});
}

template <device D = cpu, class P>
void prove_claim(std::string name, P const& rule) {
    INFO(name, ", ISOTYPIC_SEED=", seed());
    const auto wrong = broken_claims<D>(name, rule);
    for (auto const& w : wrong) FAIL_CHECK(w);
    CHECK(wrong.empty());
}

/// P with another claim.
template <class P, class Rows, class Cols>
struct says : P {
    using commutes_with = symmetry<Rows, Cols>;
};
/// Does a sentence begin so?
inline bool one_begins(std::vector<std::string> const& sentences, std::string const& so) {
    for (auto const& s : sentences)
        if (s.find(so) == 0) return true;
    return false;
}

}  // namespace proof
