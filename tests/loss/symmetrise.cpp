// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"
#include "update/formulas.hpp"
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>

using namespace class_losses;

namespace {

std::vector<any_loss> unlike_losses() { return {cross_entropy{}, gce{}, focal{}, tempered_mae{}, 2.0 * normalised(focal{}) + 0.5 * gce{}}; }
/// Of these, in this order, by what `symmetrise` knows of each.
std::vector<any_loss> symmetrised_losses() {
    return {symmetrise(cross_entropy{}), symmetrise(gce{}), symmetrise(focal{}), symmetrise(tempered_mae{}),
            symmetrise(2.0 * normalised(focal{}) + 0.5 * gce{})};
}
/// The projections as they are written, also where `symmetrise` knows the result.
template <class L>
auto centred(L const& loss) {
    return detail::relabelled<L, detail::centring>{loss, {}};
}
double size(any_loss const& loss) { return distance(loss, 0.0 * loss); }

}  // namespace

TEST_CASE("symmetrise and class_insensitive are the two projections: S S = S, A A = A, S A = A S = 0, S + A = 1") {
    const auto symmetrised = symmetrised_losses();
    for (std::size_t i = 0; any_loss const& l : unlike_losses()) {
        const std::string name = l.called();
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const auto s = centred(l);
        const auto a = class_insensitive(l);
        CHECK(distance(symmetrised[i++], s) < 1e-12);
        CHECK(distance(centred(s), s) < 1e-12);
        CHECK(distance(symmetrise(s), s) == 0);
        CHECK(distance(class_insensitive(a), a) < 1e-12);
        CHECK(size(centred(a)) < 1e-12);
        CHECK(size(class_insensitive(s)) < 1e-12);
        CHECK(distance(s + a, l) < 1e-12);
        CHECK(size(s) > 1e-2);
        CHECK(distance(2.0 * s + a, l) > 1e-2);
        if (!l.claims.symmetric) {
            CHECK(size(a) > 1e-2);
            CHECK(distance(s, l) > 1e-2);
        }
    }
}

TEST_CASE("symmetrise subtracts the mean over the classes, class_insensitive keeps it, smooth_labels mixes") {
    for_any_kind([](auto const& l) {
        const std::string name = text_of(l);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const scores s = random_scores(1), table = table_of(l, s), mean = table.rowwise().mean().replicate(1, classes);
        CHECK((table_of(symmetrise(l), s) - (table - mean)).norm() < 1e-12);
        CHECK((table_of(class_insensitive(l), s) - mean).norm() < 1e-12);
        if constexpr (class_loss<std::remove_cvref_t<decltype(l)>>) CHECK((table_of(smooth_labels(l, 0.3), s) - (0.7 * table + 0.3 * mean)).norm() < 1e-12);
        scores g = scores::Zero(samples, classes);
        const labels y = random_labels(1);
        for (int k = 0; k < classes; ++k) g += gradient_of(l, s, labels(samples, k)) / double(classes);
        CHECK((gradient_of(symmetrise(l), s, y) - (gradient_of(l, s, y) - g)).norm() < 1e-12);
        CHECK((gradient_of(class_insensitive(l), s, y) - g).norm() < 1e-12);
    });
}

TEST_CASE("symmetrise is linear, and does not see what no label changes") {
    for (any_loss const& l : unlike_losses()) {
        const std::string name = l.called();
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const any_loss m = focal{.gamma = 1};
        CHECK(distance(symmetrise(2.0 * l + -0.7 * m), 2.0 * symmetrise(l) + -0.7 * symmetrise(m)) < 1e-12);
        CHECK(distance(class_insensitive(2.0 * l + -0.7 * m), 2.0 * class_insensitive(l) + -0.7 * class_insensitive(m)) < 1e-12);
        CHECK(distance(symmetrise(l + class_insensitive(m)), symmetrise(l)) < 1e-12);
        CHECK(distance(symmetrise(l + m), symmetrise(l)) > 1e-2);
        CHECK(distance(class_insensitive(l + symmetrise(m)), class_insensitive(l)) < 1e-12);
    }
}

TEST_CASE("symmetrise is the update part centre along the classes of the loss vectors") {
    for (any_loss const& l : unlike_losses()) {
        const std::string name = l.called();
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const scores s = random_scores(1);
        scores vectors = s, symmetric = s;
        criterion(l).vectors(s, vectors);
        criterion(symmetrise(l)).vectors(s, symmetric);
        const formulas::dense all = vectors;
        CHECK((formulas::update(by_columns(centre{}), all) - formulas::dense(symmetric)).norm() < 1e-13);
        CHECK((formulas::update(centre{}, all) - formulas::dense(symmetric)).norm() > 1e-2);
        CHECK((vectors - table_of(l, s)).norm() < 1e-12);
    }
}

TEST_CASE("symmetrise and maps of the scores commute; the symmetric part of cross-entropy is the unhinged loss") {
    INFO("ISOTYPIC_SEED=", seed());
    static_assert(std::is_same_v<decltype(symmetrise(cross_entropy{})), unhinged>);
    CHECK(distance(centred(cross_entropy{}), unhinged{}) < 1e-13);
    CHECK(distance(centred(unhinged{}), unhinged{}) < 1e-13);
    CHECK(distance(cross_entropy{}, unhinged{}) > 1e-2);
    const scores s = random_scores(1), plain = table_of(gce{}, s);
    auto check = [&](auto const& map) {
        const scores table = table_of(map | gce{}, s);
        CHECK((table_of(symmetrise(map | gce{}), s) - (table.colwise() - table.rowwise().mean().eval())).norm() < 1e-13);
        const labels y = random_labels(1);
        const auto first = symmetrise(map | gce{}), then = map | symmetrise(gce{});
        CHECK((values_of(first, s, y) - values_of(then, s, y)).norm() == 0);
        CHECK((gradient_of(first, s, y) - gradient_of(then, s, y)).norm() == 0);
        CHECK((hvp_of(first, s, y, random_scores(51)) - hvp_of(then, s, y, random_scores(51))).norm() == 0);
        CHECK((table - plain).norm() > 1e-2);
    };
    check(unit_scores{.scale = 2}), check(batch_scores{});
}

TEST_CASE("uniform noise scales the symmetric part by 1 - tau and leaves the other alone") {
    INFO("ISOTYPIC_SEED=", seed());
    for (any_loss const& l : unlike_losses()) {
        const std::string name = l.called();
        CAPTURE(name);
        const scores s = random_scores(1), table = table_of(l, s);
        const labels y = random_labels(1);
        for (double eta : {0.1, 0.5, 0.9}) {
            const double others = eta / double(classes - 1), tau = eta * double(classes) / double(classes - 1);
            const scores soft = (1 - eta - others) * one_hot(y) + scores::Constant(samples, classes, others);
            const any_loss split = (1 - tau) * symmetrise(l) + class_insensitive(l), less = (1 - eta) * symmetrise(l) + class_insensitive(l);
            CHECK((values_of(l, s, soft) - values_of(split, s, y)).norm() < 1e-12);
            CHECK((gradient_of(l, s, soft) - gradient_of(split, s, y)).norm() < 1e-12);
            CHECK((table.cwiseProduct(soft).rowwise().sum() - values_of(split, s, y)).norm() < 1e-12);
            CHECK((values_of(l, s, soft) - values_of(less, s, y)).norm() > 1e-3);
            const any_loss corrected = l + -tau * class_insensitive(l);
            CHECK((values_of(corrected, s, soft) - (1 - tau) * values_of(l, s, y)).norm() < 1e-12);
            CHECK((gradient_of(corrected, s, soft) - (1 - tau) * gradient_of(l, s, y)).norm() < 1e-12);
        }
    }
}

TEST_CASE("symmetrise is backward correction at the most noise, and label smoothing by less and less than nothing") {
    INFO("ISOTYPIC_SEED=", seed());
    const gce l;
    const double most = size(class_insensitive(l));
    for (double e : {1e-1, 1e-3, 1e-6, 1e-9}) {
        CHECK(distance(l + -(1 - e) * class_insensitive(l), symmetrise(l)) == doctest::Approx(e * most).epsilon(1e-5));
        const double r = 1 - 1 / e;  // falls to -infinity
        CHECK(distance((1 / (1 - r)) * ((1 - r) * l + r * class_insensitive(l)), symmetrise(l)) == doctest::Approx(e * most).epsilon(1e-5));
    }
}

TEST_CASE("a linear scorer's unhinged loss is least at R M / |M|, and label noise does not move it") {
    const index_t n = 40, d = 3;
    const scores x = random_scores(1, n, d, 1), start = random_scores(2, classes, d, 1);
    const labels y = random_labels(1, n);
    const scores e = one_hot(y);
    INFO("ISOTYPIC_SEED=", seed());
    const scores m = product_of((e.array() - 1 / double(classes)).matrix().transpose(), x) / double(n);
    criterion loss(unhinged{});
    auto at = [&](scores const& w, scores const& q) {
        const scores s = product_of(x, w.transpose());
        return loss.value(s, q);
    };
    auto slope_at = [&](scores const& w, scores const& q) {
        const scores s = product_of(x, w.transpose());
        scores g = s;
        loss.gradient(s, q, g);
        return product_of(g.transpose(), x);
    };
    CHECK((slope_at(start, e) + m).norm() < 1e-13);
    const double radius = 2;
    const scores best = radius * m / m.norm();
    CHECK(at(best, e) == doctest::Approx(-radius * m.norm()));
    for (std::uint64_t which = 3; which < 30; ++which) {
        const scores w = best + 0.3 * random_scores(which, classes, d, 1);
        CHECK(at(radius * w / w.norm(), e) > at(best, e) + 1e-6);
    }
    const double eta = 0.4, others = eta / double(classes - 1), tau = eta * double(classes) / double(classes - 1);
    const scores noisy = (1 - eta - others) * e + scores::Constant(n, classes, others);
    const scores g = slope_at(start, noisy);
    CHECK((g + (1 - tau) * m).norm() < 1e-13);
    CHECK((-radius * g / g.norm() - best).norm() < 1e-12);
    criterion other(cross_entropy{});
    const scores s = product_of(x, best.transpose());
    scores clean = s, moved = s;
    other.gradient(s, e, clean), other.gradient(s, noisy, moved);
    CHECK((product_of(moved.transpose(), x) - (1 - tau) * product_of(clean.transpose(), x)).norm() > 1e-2);
}
