// SPDX-License-Identifier: MIT
#include <isotypic/check/known_actions.hpp>
#include <isotypic/check/lattice.hpp>
#include <isotypic/check/seed.hpp>
#include <isotypic/model/roles.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
std::vector<std::string> names(std::vector<action> const& list) {
    std::vector<std::string> all;
    for (action const& a : list) all.push_back(a.name);
    return all;
}
/// A user's group: shifts of a ring.
struct cyclic {
    using within = permutation;
    static void sample(view<double> g, random_stream& random) {
        const index_t by = random.below(g.rows);
        for (index_t i = 0; i < g.rows; ++i)
            for (index_t j = 0; j < g.rows; ++j) g(i, j) = i == (j + by) % g.rows ? 1 : 0;
    }
};
struct ring : symmetry<cyclic, orthogonal> {};
}  // namespace

TEST_CASE("sixteen actions in the order of table_column") {
    const std::vector<action> all = all_actions();
    REQUIRE(all.size() == table_columns);
    CHECK(all[rows_permutation].name == "rows: permutation");
    CHECK(all[rows_scale].name == "rows: scale");
    CHECK(all[columns_shift].name == "columns: shift");
    CHECK(all[both_rotation].name == "both: rotation");
    CHECK(all[scale_column].name == "scale");
    CHECK(all[transposition_column].name == "transposition");
}

TEST_CASE("a block's symmetry names its actions") {
    using list = std::vector<std::string>;
    CHECK(names(actions_named_by<embedding>()) == list{"rows: permutation", "columns: rotation"});
    CHECK(names(actions_named_by<projection>()) == list{"rows: rotation", "columns: rotation"});
    CHECK(names(actions_named_by<lm_head>()) == list{"rows: permutation", "columns: rotation", "rows: shift", "rows: centred"});
    CHECK(names(actions_named_by<symmetry<signed_permutation, trivial>>()) == list{"rows: permutation", "rows: signs"});
    CHECK(names(actions_named_by<ring>()) == list{"rows: its group", "columns: rotation"});
    random_stream random(1);
    const word w = actions_named_by<ring>()[0].sample(3, 2, 0, random);
    REQUIRE(w.size() == 1);
    CHECK(w[0].what == generator::dense);
    CHECK(w[0].matrix.size() == 9);
}

TEST_CASE("early draws generate the group, late ones are random words; thin and empty shapes have elements too") {
    const std::vector<action> all = all_actions();
    random_stream random(seed());
    CHECK(all[rows_permutation].sample(3, 2, 0, random).size() == 1);
    CHECK(all[rows_permutation].sample(3, 2, 1, random).size() == 2);
    CHECK(all[rows_rotation].sample(3, 2, 0, random)[0].what == generator::flip);
    CHECK(all[rows_rotation].sample(3, 2, 1, random).size() == 3);
    CHECK(all[columns_rotation].sample(3, 100, 3, random).size() > 200);
    for (action const& a : all)
        for (index_t m : {0, 1, 3, 30})
            for (index_t n : {0, 1, 2})
                for (int draw = 0; draw < 5; ++draw)
                    for (generator const& g : a.sample(m, n, draw, random)) {
                        const index_t most = (g.what == generator::shift) != g.columns ? n : m;
                        INFO(a.name, m, n);
                        if (g.what != generator::negate && g.what != generator::transpose && g.what != generator::scale) CHECK((g.i < most && g.j < most));
                    }
}
