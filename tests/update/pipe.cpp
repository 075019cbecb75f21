// SPDX-License-Identifier: MIT
// Composition: what a pipe commutes with, how shifts pass through, its degree, its states by name.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace isotypic;

template <class P>
using group_of = typename P::commutes_with;

TEST_CASE("a pipe's group is the meet of its parts' groups, side by side") {
    using rows = decltype(momentum{} | row_norm{});
    static_assert(std::is_same_v<group_of<rows>::rows, signed_permutation> && std::is_same_v<group_of<rows>::cols, orthogonal>);
    using centred = decltype(momentum{} | row_norm{} | centre{});
    static_assert(std::is_same_v<group_of<centred>::rows, permutation> && std::is_same_v<group_of<centred>::cols, orthogonal>);
    using both = decltype(row_norm{} | column_norm{});
    static_assert(std::is_same_v<group_of<both>::rows, signed_permutation> && std::is_same_v<group_of<both>::cols, signed_permutation>);
    CHECK(true);
}

TEST_CASE("a pipe commutes with what all its parts commute with, also where their chains do not meet") {
    struct only_signs : row_norm {
        using commutes_with = symmetry<signs, orthogonal>;
    };
    using P = decltype(only_signs{} | centre{});  // signs and permutations share the identity
    static_assert(std::is_same_v<group_of<P>::rows, trivial>);
    static_assert(!detail::rows_commute<P, symmetry<permutation, trivial>> && !detail::rows_commute<P, symmetry<signs, trivial>>);
    static_assert(detail::rows_commute<P, symmetry<trivial, trivial>> && detail::cols_commute<P, symmetry<trivial, orthogonal>>);
    CHECK(true);
}

TEST_CASE("shift laws follow the order of the parts") {
    constexpr auto law = []<class P>(P const&) { return P::row_shift; };
    constexpr shift_law last = law(decltype(row_norm{} | centre{}){}), first = law(decltype(centre{} | row_norm{}){}),
                        both = law(decltype(centre{} | row_norm{} | centre{}){}), none = law(decltype(momentum{} | row_norm{}){});
    CHECK((!last.blind && last.horizontal));
    CHECK((first.blind && !first.horizontal));
    CHECK((both.blind && both.horizontal));
    CHECK((!none.blind && !none.horizontal));
    // Columns: row norms keep what is horizontal, and see every shift.
    using columns = decltype(by_columns(centre{}) | row_norm{});
    CHECK((columns::col_shift.blind && columns::col_shift.horizontal));
}

TEST_CASE("degrees multiply") {
    CHECK((momentum{} | steepest<row_max>{.alpha = 1}).homogeneity() == 1);
    CHECK((momentum{} | row_norm{}).homogeneity() == 0);
    CHECK(std::isnan((momentum{} | adam{}).homogeneity()));
}

TEST_CASE("pipes of pipes are flat, and states carry their part's place") {
    const auto a = momentum{} | row_norm{};
    const auto b = momentum{.beta = 0.5} | adam{};
    const auto all = a | b;
    static_assert(std::is_same_v<decltype(all), isotypic::pipe<momentum, row_norm, momentum, adam> const>);
    cpu device;
    std::vector<float> memory(12);
    auto state = init(all, device, blocks<float>(view<float>(memory.data(), 4, 3)));
    std::vector<std::string> names;
    state.for_each([&](std::string const& name, auto const& block) {
        names.push_back(name);
        CHECK(block.size() == 12);
    });
    CHECK((names == std::vector<std::string>{"0.momentum", "2.momentum", "3.first_moment", "3.second_moment"}));
}
