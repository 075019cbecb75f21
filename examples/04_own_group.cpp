// A group of one's own. Sensors on a ring have no first one: rows may be turned round, but not shuffled. Ten lines
// define the group, one the role; the library picks the update, accepts only rules that fit, and tests their claims.
#include <isotypic/check/equivariance.hpp>
#include <isotypic/isotypic.hpp>

#include <cstdio>

using namespace isotypic;

struct cyclic {
    using within = permutation;
    static void sample(view<double> g, auto& random) {
        const index_t n = g.rows, turn = random.below(n);
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < n; ++j) g(i, j) = (j + turn) % n == i;
    }
};
struct ring : symmetry<cyclic, orthogonal> {};

// A rule that knows its neighbours, as no rule for exchangeable rows may.
auto smooth = [](auto x, auto y) {
    const index_t n = x.rows;
    for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < x.cols; ++j) y(i, j) = (x((i + n - 1) % n, j) + 2 * x(i, j) + x((i + 1) % n, j)) / 4;
};
// The same with a mistake: the ring is cut open at row 0.
auto smooth_but_cut = [](auto x, auto y) {
    const index_t n = x.rows;
    for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < x.cols; ++j) y(i, j) = i == 0 ? x(i, j) : (x(i - 1, j) + 2 * x(i, j) + x((i + 1) % n, j)) / 4;
};

template <class Role>
void test(char const* name, char const* role, part auto rule) {
    const double error = equivariance_error<Role>(rule, 8, 3).error;  // a random turn, three steps of 8 x 3
    if (error < 1e-12)
        std::printf("%-30s commutes with %s\n", name, role);
    else
        std::printf("%-30s does not commute with %s: off by %.0f %%\n", name, role, 100 * error);
}

int main() {
    test<ring>("picked by the symmetry", "ring", momentum{} | update_for<ring>{});
    test<ring>("smoothed", "ring", momentum{} | rule<ring>(smooth) | row_norm{});
    test<embedding>("smoothed", "embedding", momentum{} | rule<ring>(smooth) | row_norm{});
    test<ring>("smoothed, but cut", "ring", momentum{} | rule<ring>(smooth_but_cut) | row_norm{});

    // The claim is in the type, so the third line above would not compile as an embedding's optimizer.
    static_assert(equivariant_under<decltype(momentum{} | rule<ring>(smooth)), ring>);
    static_assert(!equivariant_under<decltype(momentum{} | rule<ring>(smooth)), embedding>);
}
