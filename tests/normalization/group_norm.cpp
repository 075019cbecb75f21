// SPDX-License-Identifier: MIT
#include "normalization/prove_core.hpp"
#include <isotypic/normalization/group_norm.hpp>

using namespace isotypic;
using namespace proof;

TEST_CASE("group_norm: its symmetry and its derivative") {
    const group_norm core{.groups = 2};
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(broken_by<group_norm::commutes_with>(core) < 1e-12);
    CHECK(broken_by<symmetry<orthogonal, trivial>>(core) > 1e-3);
    CHECK(broken_by<symmetry<trivial, permutation>>(core) > 1e-3);  // a group's features may not mix with another's
    const invariances found = invariances_of(core);
    CHECK(found.sample_scale);
    CHECK(found.sample_shift);
    CHECK(!found.feature_scale);
    CHECK(!found.feature_shift);
    CHECK(found.scale);
    check_derivative(core);
    check_derivative(group_norm{.groups = 4, .eps = 0.2});
}

TEST_CASE("group_norm commutes with what each band's layer norm does and with exchanges of bands, not of features across bands") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 7);
    const index_t q = 4, bands = 3;
    const matrix_of_doubles x = random_matrix(random, n, q * bands);
    const auto norm = [](matrix_of_doubles const& a) { return normalized(group_norm{.groups = bands, .eps = 0.1}, a); };
    const auto error = [&](matrix_of_doubles const& g) { return gap(norm(x * g), norm(x) * g); };
    const auto each_its_own = [&](auto const& draw) { return block_diagonal({draw(random, q), draw(random, q), draw(random, q)}); };
    for (int k = 0; k < 4; ++k) {
        const matrix_of_doubles within = each_its_own(element<permutation>), turned = each_its_own(rotation_fixing_ones);
        matrix_of_doubles exchange = matrix_of_doubles::Zero(q * bands, q * bands);
        const matrix_of_doubles p = element<permutation>(random, bands);
        for (index_t a = 0; a < bands; ++a)
            for (index_t b = 0; b < bands; ++b) exchange.block(q * a, q * b, q, q).diagonal().setConstant(p(a, b));
        CHECK(error(within) < 1e-12);
        CHECK(error(turned) < 1e-12);
        CHECK(error(exchange) < 1e-12);
        CHECK(error(each_its_own(element<orthogonal>)) > 1e-3);
    }
    matrix_of_doubles across = matrix_of_doubles::Identity(q * bands, q * bands);
    across.col(0).swap(across.col(q));
    CHECK(error(across) > 1e-3);
}

TEST_CASE("every band of every sample may be scaled and shifted by itself") {
    const auto by_bands = [](matrix_of_doubles x, random_stream& random) {
        for (index_t i = 0; i < n; ++i)
            for (index_t g = 0; g < 2; ++g) x.row(i).segment(4 * g, 4) = positive(random) * x.row(i).segment(4 * g, 4).array() + random.normal();
        return x;
    };
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(seen(group_norm{.groups = 2}, by_bands) < 1e-12);
    CHECK(seen(group_norm{.groups = 1}, by_bands) > 1e-3);
    CHECK(seen(group_norm{.groups = 2, .eps = 0.1}, by_bands) > 1e-3);
}

TEST_CASE("a group is a layer norm of its own, in every layout") {
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random);
    matrix_of_doubles expected = x;
    for (index_t g = 0; g < 4; ++g) expected.middleCols(2 * g, 2) = normalized(layer_norm{.eps = 0.1}, x.middleCols(2 * g, 2));
    CHECK((normalized(group_norm{.groups = 4, .eps = 0.1}, x) - expected).norm() < 1e-14);
    normalizer<group_norm> norm({.groups = 4, .eps = 0.1});
    const Eigen::MatrixXd columns = x;
    Eigen::MatrixXd y = columns;
    norm.forward(columns, y);
    CHECK((y - expected).norm() < 1e-14);

    const blocks<double const> cut(view<double const>(x.data(), 3, d), 4, 3 * d);  // 4 items of 3 samples
    matrix_of_doubles z = x;
    norm.forward(cut, blocks<double>(view<double>(z.data(), 3, d), 4, 3 * d));
    CHECK((z - expected).norm() < 1e-14);
}

TEST_CASE("a derivative takes a cotangent in another layout than the forward pass's arrays") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed());
    const index_t items = 4, rows = 3;
    const matrix_of_doubles x = random_matrix(random), t = random_matrix(random), gain = random_matrix(random, 1, d);
    const auto cut = [&](auto& m, index_t apart) { return blocks(view(m.data(), rows, d), items, apart); };
    matrix_of_doubles y = x, expected = x, dx = x, dgain = gain, other_dgain = gain;
    std::vector<double> padded(std::size_t(items * (rows + 1) * d));
    const auto with_gaps = cut(padded, (rows + 1) * d);
    for (index_t k = 0; k < items; ++k)
        for (index_t i = 0; i < rows; ++i)
            for (index_t j = 0; j < d; ++j) with_gaps.panel(k)(i, j) = t(k * rows + i, j);

    normalizer<group_norm> norm({.groups = 4, .eps = 0.1});
    norm.forward(cut(x, rows * d), per_feature(gain), cut(y, rows * d));
    norm.vjp(cut(x, rows * d), per_feature(gain), cut(t, rows * d), cut(expected, rows * d), per_feature(dgain));
    norm.vjp(cut(x, rows * d), per_feature(gain), with_gaps, cut(dx, rows * d), per_feature(other_dgain));
    CHECK((dx - expected).norm() < 1e-14);
    CHECK((other_dgain - dgain).norm() < 1e-14);
    CHECK((expected - t).norm() > 0.1);
}

TEST_CASE("features that cannot be cut are refused") {
    normalizer<group_norm> norm({.groups = 3}, "norm of the stem");
    matrix_of_doubles x = matrix_of_doubles::Ones(4, 8);
    CHECK_THROWS_WITH(norm.forward(x, x), "isotypic: norm of the stem: 8 features cannot be cut into 3 equal groups");
}
