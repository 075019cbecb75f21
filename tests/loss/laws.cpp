// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"

using namespace class_losses;

namespace {

/// Column k of s goes to column p[k].
scores relabelled(scores const& s, std::vector<int> const& p) {
    scores moved = s;
    for (std::size_t k = 0; k < p.size(); ++k) moved.col(p[k]) = s.col(index_t(k));
    return moved;
}
labels relabelled(labels y, std::vector<int> const& p) {
    for (int& label : y) label = p[std::size_t(label)];
    return y;
}
/// A shift of its own for each sample.
scores shifted(scores s) {
    random_stream random(seed(), 77);
    for (index_t i = 0; i < s.rows(); ++i) s.row(i).array() += 1 + random.uniform();
    return s;
}
/// max - min over samples of sum_y l(s, y).
template <class L>
double spread(L const& loss, scores const& s) {
    const Eigen::VectorXd sums = table_of(loss, s).rowwise().sum();
    return (sums.array() - sums(0)).matrix().norm();
}

}  // namespace

TEST_CASE("every loss: classes and labels renamed together change nothing, scores alone do") {
    for_each_loss([](auto const& loss) {
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        CHECK(claims_of(loss).relabelling);
        for (std::uint64_t which = 1; which < 4; ++which) {
            const scores s = random_scores(which), v = random_scores(which + 10);
            const labels y = random_labels(which);
            std::vector<int> p = random_permutation(which);
            if (which == 1) p = {1, 2, 3, 4, 5, 0};
            const scores moved = relabelled(s, p), g = gradient_of(loss, s, y);
            const labels renamed = relabelled(y, p);
            CHECK((values_of(loss, moved, renamed) - values_of(loss, s, y)).norm() < 1e-13 * samples);
            CHECK((gradient_of(loss, moved, renamed) - relabelled(g, p)).norm() < 1e-13 * samples);
            CHECK((hvp_of(loss, moved, renamed, relabelled(v, p)) - relabelled(hvp_of(loss, s, y, v), p)).norm() < 1e-12 * samples);
            if (which == 1 && knows_labels(loss)) CHECK((gradient_of(loss, moved, y) - relabelled(g, p)).norm() > 1e-3);
        }
    });
}

TEST_CASE("every loss: a shared shift is not seen exactly where the loss says so") {
    for_each_loss([](auto const& loss) {
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const scores s = random_scores(1), v = random_scores(2), to = shifted(s);
        const labels y = random_labels(1);
        const double change = (values_of(loss, to, y) - values_of(loss, s, y)).norm(), turn = (gradient_of(loss, to, y) - gradient_of(loss, s, y)).norm();
        if (claims_of(loss).shift) {
            CHECK(change < 1e-13 * samples);
            CHECK(turn < 1e-13 * samples);
            CHECK((hvp_of(loss, to, y, v) - hvp_of(loss, s, y, v)).norm() < 1e-12 * samples);
        } else {
            CHECK(change > 1e-3);
        }
    });
}

TEST_CASE("every loss: the sum over the labels is one number exactly where the loss says so") {
    for_each_loss([](auto const& loss) {
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const double found = spread(loss, random_scores(1)) + spread(loss, random_scores(2, 4, classes, 5));
        if (claims_of(loss).symmetric)
            CHECK(found < 1e-12);
        else
            CHECK(found > 1e-3);
    });
}

TEST_CASE("the sum over the labels of a symmetric loss: 0, 1, K - 1") {
    const scores s = random_scores(3);
    INFO("ISOTYPIC_SEED=", seed());
    auto sums_to = [&](auto const& loss, double expected) { CHECK((table_of(loss, s).rowwise().sum().array() - expected).matrix().norm() < 1e-12); };
    sums_to(unhinged{}, 0);
    sums_to(symmetrise(gce{}), 0);
    sums_to(tempered_mae{}, 0);
    sums_to(mae{}, classes - 1);
    sums_to(normalised(cross_entropy{}), 1);
    sums_to(normalised(focal{}), 1);
    sums_to(negative(cross_entropy{}), classes - 1);
    sums_to(negative(cross_entropy{}, 2), classes - 1);
    sums_to(batch_scores{} | normalised(gce{}), 1);
}

TEST_CASE("every loss: its degree in the scores, where it has one") {
    for_each_loss([](auto const& loss) {
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const scores s = random_scores(1), v = random_scores(2);
        const labels y = random_labels(1);
        const double t = 1.7;
        const Eigen::VectorXd one = values_of(loss, s, y), scaled = values_of(loss, scores(t * s), y);
        if (claims_of(loss).degree < 0) {
            for (int d : {0, 1, 2}) CHECK((scaled - std::pow(t, d) * one).norm() > 1e-3);
            return;
        }
        const scores g = gradient_of(loss, s, y);
        const auto factor = [&](int less) { return std::pow(t, claims_of(loss).degree - less); };
        CHECK((scaled - factor(0) * one).norm() < 1e-13 * samples);
        CHECK((gradient_of(loss, scores(t * s), y) - factor(1) * g).norm() < 1e-13 * samples);
        CHECK((hvp_of(loss, scores(t * s), y, v) - factor(2) * hvp_of(loss, s, y, v)).norm() < 1e-12 * samples);
        CHECK(std::abs(g.cwiseProduct(s).sum() - claims_of(loss).degree * one.sum()) < 1e-12);
    });
}

TEST_CASE("the gradient of a loss of mapped scores is orthogonal to each line of them, and of a batch to a class's ones") {
    const scores s = random_scores(1);
    const labels y = random_labels(1);
    INFO("ISOTYPIC_SEED=", seed());
    const scores u = gradient_of(unit_scores{} | cross_entropy{}, s, y), b = gradient_of(batch_scores{} | cross_entropy{}, s, y),
                 plain = gradient_of(cross_entropy{}, s, y);
    CHECK(u.cwiseProduct(s).rowwise().sum().norm() < 1e-14);
    CHECK(b.cwiseProduct(s).colwise().sum().norm() < 1e-14);
    CHECK(b.colwise().sum().norm() < 1e-14);
    CHECK(plain.cwiseProduct(s).rowwise().sum().norm() > 1e-2);
    CHECK(plain.colwise().sum().norm() > 1e-2);
    CHECK(u.cwiseProduct(s).colwise().sum().norm() > 1e-2);
}

TEST_CASE("the maps are c s / |s| for each sample, and mean 0 and mean square c^2 for each class") {
    const scores s = random_scores(1);
    const labels y = random_labels(1);
    INFO("ISOTYPIC_SEED=", seed());
    scores unit = s, batch = s.rowwise() - s.colwise().mean();
    unit = 3 * s.rowwise().normalized();
    batch = 2 * std::sqrt(double(samples)) * batch.colwise().normalized();
    CHECK((values_of(unit_scores{.scale = 3} | focal{}, s, y) - values_of(focal{}, unit, y)).norm() < 1e-13);
    CHECK((values_of(batch_scores{.scale = 2} | focal{}, s, y) - values_of(focal{}, batch, y)).norm() < 1e-13);
    CHECK((values_of(unit_scores{.scale = 3} | focal{}, s, y) - values_of(focal{}, s, y)).norm() > 1e-2);
    for (double size : {1e200, 1e-170}) {  // squares of neither are doubles
        auto same = [&](auto const& loss) {
            const scores far = size * s, v = random_scores(2), far_v = size * v;
            CHECK((values_of(loss, far, y) - values_of(loss, s, y)).norm() < 1e-13);
            CHECK((size * gradient_of(loss, far, y) - gradient_of(loss, s, y)).norm() < 1e-13);
            CHECK((size * hvp_of(loss, far, y, far_v) - hvp_of(loss, s, y, v)).norm() < 1e-12);
        };
        same(unit_scores{.scale = 3} | focal{}), same(batch_scores{.scale = 2} | focal{});
    }
    scores flat = s;
    flat.row(2).setZero();
    const scores g = gradient_of(unit_scores{} | cross_entropy{}, flat, y);
    CHECK(values_of(unit_scores{} | cross_entropy{}, flat, y)(2) == doctest::Approx(std::log(classes)));
    CHECK(g.row(2).isZero(0));
    CHECK(!g.row(1).isZero(1e-3));
    flat = s, flat.col(3).setConstant(0.25);
    CHECK(gradient_of(batch_scores{} | cross_entropy{}, flat, y).col(3).isZero(0));
    CHECK(hvp_of(batch_scores{} | cross_entropy{}, flat, y, s).col(3).isZero(0));
}
