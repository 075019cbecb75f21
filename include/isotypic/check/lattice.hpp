// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>
#include <vector>

/// \file
/// What follows from what among the columns of the symmetry table, by group theory alone, whatever the rule:
///
///     rotation => permutation, signs, minus one      signs => minus one      row scale or column scale => scale
///     both: g  <=>  rows: g and columns: g
namespace isotypic {

/// The order of `all_actions`.
enum table_column : std::size_t {
    rows_permutation,
    rows_signs,
    rows_rotation,
    rows_shift,
    rows_scale,
    columns_permutation,
    columns_signs,
    columns_rotation,
    columns_shift,
    columns_scale,
    both_permutation,
    both_signs,
    both_rotation,
    scale_column,
    minus_one_column,
    transposition_column,
    table_columns
};

/// Pairs (a, b) of columns such that a holds and b does not, though b follows. Marks: '=' holds, 'x' broken, others undecided.
inline std::vector<std::pair<table_column, table_column>> contradictions(std::string const& marks) {
    std::vector<std::pair<table_column, table_column>> found;
    auto implies = [&](table_column a, table_column b) {
        if (marks[a] == '=' && marks[b] == 'x') found.push_back({a, b});
    };
    const std::pair<table_column, table_column> always[] = {{rows_rotation, rows_permutation},
                                                            {rows_rotation, rows_signs},
                                                            {rows_signs, minus_one_column},
                                                            {rows_scale, scale_column},
                                                            {columns_rotation, columns_permutation},
                                                            {columns_rotation, columns_signs},
                                                            {columns_signs, minus_one_column},
                                                            {columns_scale, scale_column},
                                                            {both_permutation, rows_permutation},
                                                            {both_permutation, columns_permutation},
                                                            {both_signs, rows_signs},
                                                            {both_signs, columns_signs},
                                                            {both_rotation, rows_rotation},
                                                            {both_rotation, columns_rotation}};
    for (auto const& [a, b] : always) implies(a, b);
    for (std::size_t kind = 0; kind < 3; ++kind)
        if (marks[columns_permutation + kind] == '=') implies(table_column(kind), table_column(both_permutation + kind));
    return found;
}

}  // namespace isotypic
