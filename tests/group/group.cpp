// SPDX-License-Identifier: MIT
#include <isotypic/group/group.hpp>
#include "group/samples.hpp"
#include <isotypic/group/product.hpp>
#include <isotypic/group/symmetry.hpp>
#include <tuple>

using namespace isotypic;

namespace {

/// A user's group: rotations of a ring of positions.
struct cyclic {
    using within = permutation;
    static void sample(view<double> g, random_stream& random) {
        const index_t n = g.rows, k = random.below(n);
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < n; ++j) g(i, j) = (j + k) % n == i;
    }
    static bool contains(view<double const> g, double tolerance) {
        for (index_t i = 0; i < g.rows; ++i)
            for (index_t j = 0; j < g.cols; ++j)
                if (!(std::abs(g(i, j) - g((i + 1) % g.rows, (j + 1) % g.cols)) <= tolerance)) return false;
        return permutation::contains(g, tolerance);
    }
};

}  // namespace

TEST_CASE("the table of simple groups, by the relation and by samples") {
    check_relation<trivial, trivial>(true);
    check_relation<trivial, cyclic>(true);
    check_relation<trivial, signs>(true);
    check_relation<trivial, orthogonal>(true);
    check_relation<cyclic, trivial>(false);
    check_relation<cyclic, cyclic>(true);
    check_relation<cyclic, permutation>(true);
    check_relation<cyclic, signed_permutation>(true);
    check_relation<cyclic, orthogonal>(true);
    check_relation<cyclic, signs>(false);
    check_relation<permutation, trivial>(false);
    check_relation<permutation, cyclic>(false);
    check_relation<permutation, signs>(false);
    check_relation<permutation, signed_permutation>(true);
    check_relation<permutation, orthogonal>(true);
    check_relation<signs, trivial>(false);
    check_relation<signs, permutation>(false);
    check_relation<signs, signed_permutation>(true);
    check_relation<signs, orthogonal>(true);
    check_relation<signed_permutation, permutation>(false);
    check_relation<signed_permutation, signs>(false);
    check_relation<signed_permutation, orthogonal>(true);
    check_relation<orthogonal, signed_permutation>(false);
    check_relation<orthogonal, orthogonal>(true);
}

TEST_CASE("anything with sample is a group, and stands alone without `within`") {
    struct lone {
        static void sample(view<double>, random_stream&) {}
    };
    static_assert(group<cyclic> && group<lone> && !group<int>);
    static_assert(subgroup_of<lone, lone> && !subgroup_of<lone, orthogonal> && subgroup_of<trivial, lone>);
}

TEST_CASE("all rotations of a ring are drawn, and are closed under multiplication") {
    random_stream random(seed());
    storage<double> a(5, 5), b(5, 5), c(5, 5);
    bool seen[5] = {};
    for (int t = 0; t < 100; ++t) {
        cyclic::sample(a.one(), random), cyclic::sample(b.one(), random);
        for (index_t i = 0; i < 5; ++i) seen[i] = seen[i] || a.one()(i, 0) == 1;
        for (index_t i = 0; i < 5; ++i)
            for (index_t j = 0; j < 5; ++j) {
                c.one()(i, j) = 0;
                for (index_t k = 0; k < 5; ++k) c.one()(i, j) += a.one()(i, k) * b.one()(k, j);
            }
        CHECK(cyclic::contains(c.one(), 0));
    }
    for (bool s : seen) CHECK(s);
}
