// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"
#include <algorithm>
#include <functional>

using namespace class_losses;

namespace {

using dense = Eigen::MatrixXd;

/// Soft labels after a channel that with probability eta changes a label into one of the others, all alike.
scores noised(scores const& q, double eta) { return (1 - eta) * q + eta / double(q.cols() - 1) * (scores::Ones(q.rows(), q.cols()) - q); }
/// 1 - tau
double kept(double eta, index_t k = classes) { return 1 - eta * double(k) / double(k - 1); }

double apart(scores const& a, scores const& b) { return (a - b).norm(); }
double apart(Eigen::VectorXd const& a, Eigen::VectorXd const& b) { return (a - b).norm(); }

using reading = std::function<scores(scores const&)>;
using bend = std::function<dense(scores const&, int)>;

/// Value, gradient and Hessian product of each sample by soft labels.
reading reader(any_loss const& loss, scores const& s) {
    return [loss, s](scores const& q) {
        scores all(s.rows(), 1 + 2 * s.cols());
        all.col(0) = values_of(loss, s, q);
        all.middleCols(1, s.cols()) = gradient_of(loss, s, q);
        all.rightCols(s.cols()) = hvp_of(loss, s, q, random_scores(51, s.rows(), s.cols()));
        return all;
    };
}
/// The dense Hessian at scores and label: a batch of one sample along each unit vector.
bend bends(any_loss const& loss) {
    return [loss](scores const& s, int y) {
        const index_t k = s.cols();
        const scores all = s.replicate(k, 1), along = scores::Identity(k, k);
        return dense(hvp_of(loss, all, one_hot(labels(std::size_t(k), y), k), along));
    };
}
/// How far two losses are from each other in all three; not a number if any of these is not.
double gap(any_loss const& a, any_loss const& b) {
    const scores s = random_scores(1);
    const scores q = one_hot(random_labels(1));
    return apart(reader(a, s)(q), reader(b, s)(q));
}
Eigen::VectorXd finite_eigenvalues(dense const& h) {
    REQUIRE(h.allFinite());
    REQUIRE((h - h.transpose()).norm() < 1e-12);
    const Eigen::VectorXd e = eigenvalues_of(h);
    REQUIRE(e.allFinite());
    return e;
}
double norm_of(dense const& h) { return finite_eigenvalues(h).lpNorm<Eigen::Infinity>(); }
/// One sample, of a size that is drawn too.
scores some_scores(std::uint64_t which, index_t k) {
    random_stream random(seed(), 5000 + which);
    return random_scores(6000 + which, 1, k, std::exp(random.normal()));
}
/// The projection as it is written, also where `symmetrise` knows the result.
template <class L>
auto centred(L const& loss) {
    return detail::relabelled<L, detail::centring>{loss, {}};
}

/// own s_y + every sum_k s_k + constant +- bowl s_0^2 / 2, + where y = 0.
struct polynomial {
    double own = 0, every = 0, constant = 0, bowl = 0;
    static constexpr char const* name = "polynomial of the scores";
    static constexpr loss_law law{.relabelling = false};

    static double sign(index_t k) { return k == 0 ? 1 : -1; }
    template <class T>
    void losses(detail::class_row<T>& row, T* out) const {
        const double all = every * double(row.classes) * row.mean_score() + constant, square = double(row.score[0]) * double(row.score[0]) / 2;
        for (index_t k = 0; k < row.classes; ++k) out[k] = T(own * double(row.score[k]) + all + bowl * sign(k) * square);
    }
    template <class T>
    double pull(detail::class_row<T>& row, detail::class_target<T> const& w, T* g) const {
        auto scope = row.scratch.open();
        T* l = row.take();
        losses(row, l);
        const double first = double(row.score[0]);
        if (g) {
            for (index_t k = 0; k < row.classes; ++k) g[k] = T(own * w.at(k) + every * w.total(row.classes));
            g[0] += T(bend(row, w) * first);
        }
        return detail::weigh(w, row.classes, l);
    }
    template <class T>
    void push(detail::class_row<T>& row, T const* v, T* out) const {
        const double all = every * detail::sum_line(row.classes, v);
        for (index_t k = 0; k < row.classes; ++k) out[k] = T(own * double(v[k]) + all + bowl * sign(k) * double(row.score[0]) * double(v[0]));
    }
    template <class T>
    void turn(detail::class_row<T>& row, detail::class_target<T> const& w, T const* v, T* g) const {
        std::fill_n(g, row.classes, T(0)), g[0] = T(bend(row, w) * double(v[0]));
    }

private:
    template <class T>
    double bend(detail::class_row<T>& row, detail::class_target<T> const& w) const {
        double sum = 0;
        for (index_t k = 0; k < row.classes; ++k) sum += bowl * sign(k) * w.at(k);
        return sum;
    }
};

}  // namespace

TEST_CASE("two uniform noise channels are one: their factors 1 - tau multiply, also where they are below 0, and 1 - eta do not") {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t n = 40;
    const scores s = random_scores(1, n), clean = one_hot(random_labels(1, n));
    auto check = [&](std::string const& name, reading const& l, reading const& symmetric, reading const& other) {
        CAPTURE(name);
        for (double a : {0.4, 0.9})
            for (double b : {0.7, 0.9}) {
                CAPTURE(a);
                CAPTURE(b);
                const double both = kept(a) * kept(b), eta = (1 - both) * double(classes - 1) / double(classes);
                const scores twice = l(noised(noised(clean, a), b));
                CHECK(apart(twice, l(noised(clean, eta))) < 1e-12);
                CHECK(apart(twice, both * symmetric(clean) + other(clean)) < 1e-12);
                CHECK(apart(twice, l(noised(noised(clean, b), a))) < 1e-12);
                CHECK(apart(twice, l(noised(clean, 1 - (1 - a) * (1 - b)))) > 1e-3);
                CHECK(apart(twice, l(noised(clean, b))) > 1e-3);
            }
        scores often = clean;
        for (int t = 0; t < 250; ++t) often = noised(often, 0.1);
        CHECK(apart(l(often), other(clean)) < 1e-10);
        CHECK(apart(l(noised(clean, 0.1)), other(clean)) > 1e-2);
    };
    auto each = [&](auto const& l) { check(detail::name_of(l), reader(l, s), reader(symmetrise(l), s), reader(class_insensitive(l), s)); };
    each(cross_entropy{}), each(gce{.q = 0.3}), each(tempered_mae{.alpha = 0.05});
    CHECK(kept(0.9) < 0);
}

TEST_CASE("noise that depends on the class makes of a symmetric loss with sum C: N L = C/K + N Pi L") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(1);
    const labels y = random_labels(1);
    scores noise = random_scores(9, classes, classes, 1).array().exp();
    for (index_t k = 0; k < classes; ++k) noise.row(k) /= noise.row(k).sum();
    const scores uniform = noised(scores::Identity(classes, classes), 0.3);
    scores soft(samples, classes);
    for (index_t i = 0; i < samples; ++i) soft.row(i) = noise.row(y[std::size_t(i)]);
    const Eigen::VectorXd excess = noise.colwise().sum().transpose() - Eigen::VectorXd::Ones(classes);
    REQUIRE(excess.norm() > 1e-2);
    auto check = [&](std::string const& name, scores const& all, scores const& centre, scores const& read, scores const& read_centre, double sum,
                     bool symmetric) {
        CAPTURE(name);
        CHECK(apart(centre, all.colwise() - all.rowwise().mean().eval()) < 1e-13);
        const scores noisy = product_of(all, noise.transpose()), moved = product_of(centre, noise.transpose());
        const scores constant = scores::Constant(samples, classes, sum / double(classes));
        Eigen::VectorXd at_label(samples), own = read.col(0);
        for (index_t i = 0; i < samples; ++i) at_label(i) = noisy(i, y[std::size_t(i)]);
        CHECK(apart(own, at_label) < 1e-12);
        scores read_moved = read_centre;
        read_moved.col(0).array() += sum / double(classes);
        if (!symmetric) {
            CHECK(apart(noisy, constant + moved) > 1e-2);
            CHECK(apart(read, read_moved) > 1e-2);
            return;
        }
        CHECK(apart(noisy, constant + moved) < 1e-12);
        CHECK(apart(read, read_moved) < 1e-12);
        CHECK(std::abs(apart(noisy, moved) - constant.norm()) < 1e-12);
        const scores columns = product_of(all, noise) - product_of(centre, noise);  // N' has no rows of sum 1
        CHECK(apart(columns, constant + constant * excess.asDiagonal()) < 1e-12);
        const double scale = moved.cwiseProduct(centre).sum() / centre.squaredNorm();
        CHECK(apart(moved, scale * centre) > 1e-3);
        CHECK(apart(product_of(centre, uniform.transpose()), kept(0.3) * centre) < 1e-13);
    };
    auto each = [&](auto const& l, double sum, bool symmetric) {
        const auto part = symmetrise(l);
        check(detail::name_of(l), vectors_of(l, s), vectors_of(part, s), reader(l, s)(soft), reader(part, s)(soft), sum, symmetric);
    };
    each(mae{}, classes - 1, true);
    each(symmetrise(gce{.q = 0.3}), 0, true);
    each(tempered_mae{.alpha = 0.05}, 0, true);
    each(normalised(cross_entropy{}), 1, true);
    each(negative(cross_entropy{}, 2), classes - 1, true);
    each(cross_entropy{}, 0, false);
}

TEST_CASE("the symmetric part of a beta-smooth loss is 2 (1 - 1/K) beta-smooth, which two classes and a bowl attain") {
    INFO("ISOTYPIC_SEED=", seed());
    auto found = [](bend const& l, bend const& symmetrised, double beta, index_t k) {
        CAPTURE(beta);
        CAPTURE(k);
        const double bound = 2 * (1 - 1 / double(k)) * beta;
        double most = 0, symmetric = 0;
        for (std::uint64_t t = 0; t < 150; ++t) {
            scores s = some_scores(t, k);
            if (t >= 50) s.setConstant(-60), s(0, 0) = 0.1 * double(t) - 10, s(0, 1) = 0;  // two classes
            dense mean = dense::Zero(k, k);
            for (int j = 0; j < int(k); ++j) mean += l(s, j) / double(k);
            const dense own = l(s, 0), part = symmetrised(s, 0);
            CHECK((part - (own - mean)).norm() < 1e-13);
            const double a = norm_of(own), b = norm_of(part);
            CHECK(a <= beta * (1 + 1e-12));
            CHECK(b <= bound * (1 + 1e-12));
            most = (std::max)(most, a), symmetric = (std::max)(symmetric, b);
        }
        CHECK(most > 0.99 * beta);
        return symmetric / bound;
    };
    auto check = [&](auto const& l, index_t k) { return found(bends(l), bends(centred(l)), l.beta(), k); };
    for (index_t k : {2, 3, 6}) {
        CHECK(check(cross_entropy{}, k) < 1e-12);
        for (double q : {0.3, 0.7, 1.0}) CHECK(check(gce{.q = q}, k) > 0.2);
    }
    CHECK(check(gce{.q = 1}, 2) > 0.99);
    CHECK(check(gce{.q = 0.3}, 2) < 0.6);
    for (index_t k : {2, 3, 6}) {
        const polynomial l{.bowl = 1};
        CHECK(norm_of(bends(l)(some_scores(1, k), 0)) == 1);
        CHECK(norm_of(bends(l)(some_scores(1, k), 1)) == 1);
        CHECK(norm_of(bends(symmetrise(l))(some_scores(1, k), 0)) == doctest::Approx(2 * (1 - 1 / double(k))).epsilon(1e-14));
    }
}

TEST_CASE("a symmetric loss plus one without label is so in one way, up to a constant: both parts are recovered") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto h = symmetrise(gce{.q = 0.3});
    const auto g = class_insensitive(focal{});
    const auto l = g + h;
    CHECK(gap(symmetrise(l), h) < 1e-12);
    CHECK(gap(class_insensitive(l), g) < 1e-12);
    CHECK(gap(l, h) > 1e-2);
    CHECK(gap(l, g) > 1e-2);

    const auto more = g + mae{};  // sum K - 1
    const scores s = random_scores(1);
    const scores q = one_hot(random_labels(1));
    scores constant = scores::Zero(samples, 1 + 2 * classes);
    constant.col(0).setConstant(double(classes - 1) / double(classes));
    CHECK(apart(reader(symmetrise(more), s)(q) + constant, reader(mae{}, s)(q)) < 1e-12);
    CHECK(apart(reader(class_insensitive(more), s)(q) - constant, reader(g, s)(q)) < 1e-12);

    CHECK(gap(symmetrise(g + gce{.q = 0.3}), gce{.q = 0.3}) > 1e-2);
    CHECK(gap(class_insensitive(focal{} + h), focal{}) > 1e-2);
}

TEST_CASE("a linear loss with own coefficient alpha and gamma for all is symmetric only if alpha + K gamma = 0, and is then the unhinged one") {
    INFO("ISOTYPIC_SEED=", seed());
    const double k = classes;
    const scores s = random_scores(1);
    const scores q = one_hot(random_labels(1));
    const Eigen::VectorXd total = s.rowwise().sum();
    for (double alpha : {-1.0, 2.5})
        for (double gamma : {0.0, 0.3, -alpha / (k - 1), -alpha / k}) {
            const polynomial l{alpha, gamma, 0.7};
            CAPTURE(alpha);
            CAPTURE(gamma);
            const Eigen::VectorXd sums = vectors_of(l, s).rowwise().sum();
            CHECK((sums - ((alpha + k * gamma) * total + Eigen::VectorXd::Constant(samples, 0.7 * k))).norm() < 1e-12);
            const double spread = (sums.array() - sums.mean()).matrix().norm(), far = apart(gradient_of(any_loss(l), s, q), -alpha * gradient_of(any_loss(unhinged{}), s, q));
            if (gamma == -alpha / k) {
                CHECK(spread < 1e-12);
                CHECK(far < 1e-13);
            } else {
                CHECK(spread > 1e-2);
                CHECK(far > 1e-2);
            }
            CHECK(gap(symmetrise(l), -alpha * unhinged{}) < 1e-12);
        }

    const index_t n = 4;
    const dense any = random_scores(7, n, n, 1), balanced = any.rowwise() - any.colwise().mean().eval();
    auto invariant = [](dense const& a) {
        std::vector<index_t> p{0, 1, 2, 3};
        dense mean = dense::Zero(n, n);
        do mean += a(p, p) / 24;
        while (std::next_permutation(p.begin(), p.end()));
        return mean;
    };
    const dense form = invariant(any), symmetric = invariant(balanced), ones = dense::Ones(n, n), one = dense::Identity(n, n);
    const double alpha = form(0, 0) - form(0, 1), gamma = form(0, 1);
    CHECK((form - (alpha * one + gamma * ones)).norm() < 1e-13);
    CHECK((any - form).norm() > 1e-2);
    CHECK((symmetric - alpha * (one - ones / double(n))).norm() < 1e-13);
    CHECK((form - symmetric).norm() > 1e-3);
}

TEST_CASE("the unhinged loss has no curvature; every other symmetric loss has some of both signs, which cancels over the labels") {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t k = 4;
    auto range = [](bend const& hessian, bool symmetric) {
        double least = 0, most = 0, sum = 0;
        for (std::uint64_t t = 0; t < 150; ++t) {
            const scores s = some_scores(t, k);
            dense all = dense::Zero(k, k);
            for (int y = 0; y < int(k); ++y) {
                const dense h = hessian(s, y);
                const Eigen::VectorXd e = finite_eigenvalues(h);
                least = (std::min)(least, e(0)), most = (std::max)(most, e(k - 1)), all += h;
            }
            if (symmetric) CHECK(all.norm() < 1e-12);
            sum += all.norm();
        }
        if (!symmetric) CHECK(sum > 1e-2);
        return std::pair(least, most);
    };
    auto check = [&](std::string const& name, bend const& hessian) {
        CAPTURE(name);
        const auto found = range(hessian, true);
        CHECK(found.first < -1e-3);
        CHECK(found.second > 1e-3);
    };
    auto each = [&](auto const& l) {
        static_assert(std::remove_cvref_t<decltype(l)>::law.symmetric);
        check(detail::name_of(l), bends(l));
    };
    each(mae{}), each(symmetrise(gce{.q = 0.3})), each(tempered_mae{.alpha = 0.5}), each(normalised(cross_entropy{})), each(negative(cross_entropy{}));
    CHECK(range(bends(unhinged{}), true) == std::pair(0.0, 0.0));
    const auto convex = range(bends(cross_entropy{}), false);
    CHECK(convex.first > -1e-12);
    CHECK(convex.second > 0.3);
}

TEST_CASE("a linear scorer's unhinged loss with lambda |W|^2 / 2 is least at M / lambda, which noise shrinks by 1 - tau") {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t n = 30, d = 3;
    const double lambda = 0.7;
    const scores x = random_scores(1, n, d, 1);
    const labels y = random_labels(1, n);
    auto moment = [](scores const& points, labels const& of) {
        dense m = dense::Zero(classes, points.cols());
        for (index_t i = 0; i < points.rows(); ++i)
            for (index_t k = 0; k < classes; ++k) m.row(k) += (double(k == of[std::size_t(i)]) - 1 / double(classes)) * points.row(i) / double(points.rows());
        return m;
    };
    auto objective = [&](any_loss const& l, scores const& points, labels const& of, dense const& w, dense& g) {
        const scores s = product_of(points, w.transpose());
        scores inner = s;
        const double value = criterion(l).gradient(s, of, inner);
        g = product_of(inner.transpose(), points) + lambda * w;
        return value + lambda / 2 * w.squaredNorm();
    };
    dense g, ignored;
    const dense m = moment(x, y), best = m / lambda;
    const double least = objective(unhinged{}, x, y, best, g);
    CHECK(g.norm() < 1e-14);
    CHECK(std::abs(least + m.squaredNorm() / (2 * lambda)) < 1e-14);
    for (std::uint64_t which = 3; which < 20; ++which) {
        const dense step = random_scores(which, classes, d, 0.3);
        CHECK(std::abs(objective(unhinged{}, x, y, best + step, g) - least - lambda / 2 * step.squaredNorm()) < 1e-13);
        CHECK((g - lambda * step).norm() < 1e-13);
    }
    objective(cross_entropy{}, x, y, best, g);
    CHECK(g.norm() > 1e-3);

    scores copies(10 * n, d);  // of ten labels five are right, and each of the others is there once: eta = 1/2
    labels noisy;
    for (index_t i = 0; i < n; ++i) {
        copies.middleRows(10 * i, 10).rowwise() = x.row(i);
        const int own = y[std::size_t(i)];
        for (int c = 0; c < int(classes); ++c) noisy.insert(noisy.end(), c == own ? 5u : 1u, c);
    }
    CHECK((moment(copies, noisy) - kept(0.5) * m).norm() < 1e-14);
    objective(unhinged{}, copies, noisy, kept(0.5) * best, g);
    CHECK(g.norm() < 1e-14);
    objective(unhinged{}, copies, noisy, best, g);
    CHECK((g - (1 - kept(0.5)) * m).norm() < 1e-14);
    CHECK(g.norm() > 1e-2);
    objective(unhinged{}, copies, noisy, 0.5 * best, g);  // 1 - eta is not the factor
    CHECK(g.norm() > 1e-3);
}

TEST_CASE("the gradient of the absolute error at a temperature is at most sqrt(2) / 4 for every alpha, and two classes attain it") {
    INFO("ISOTYPIC_SEED=", seed());
    const double most = std::sqrt(2.0) / 4;
    for (double alpha : {0.0, 0.01, 0.3, 1.0, 4.0, 50.0, 1e4}) {
        const any_loss l = tempered_mae{.alpha = alpha};
        CAPTURE(alpha);
        for (double size : {0.1, 1.0, 10.0})
            for (index_t k : {2, 3, 6}) {
                const scores s = random_scores(3, 50, k, alpha > 0 ? size / alpha : size);
                const Eigen::VectorXd norms = gradient_of(l, s, random_labels(3, 50, k)).rowwise().norm();
                REQUIRE(norms.allFinite());
                CHECK((norms.array() <= most * (1 + 1e-12)).all());
            }
        double found = 0;
        for (double d = -5.03; d < 5; d += 0.1) {
            scores s(1, 2);
            s << d, 0;
            if (alpha > 0) s /= alpha;
            const double norm = gradient_of(l, s, labels{0}).norm();
            CHECK(norm <= most * (1 + 1e-12));
            if (norm > found) found = norm;
        }
        CHECK(found > most - 1e-3);
        const double even = gradient_of(l, scores(scores::Zero(1, classes)), labels{0}).norm();
        CHECK(even == doctest::Approx(std::sqrt(double(classes - 1) / double(classes)) / double(classes)).epsilon(1e-12));
        CHECK(even < most - 0.1);
        if (alpha > 0) CHECK((gradient_of(any_loss(2.0 * l), scores(scores::Zero(1, 2)), labels{0}).norm() > most + 0.1));
    }
    CHECK(gradient_of(any_loss(unhinged{}), random_scores(1, 1), labels{0}).norm() > most + 0.1);
}

TEST_CASE("alpha times the absolute error at a temperature tends to 1/K less the indicator of the largest score") {
    INFO("ISOTYPIC_SEED=", seed());
    const double k = classes;
    scores s = random_scores(4), limit = scores::Constant(samples, classes, 1 / k);
    index_t right = 0;
    const labels y = random_labels(4);
    for (index_t i = 0; i < samples; ++i) {
        index_t top = 0;
        s.row(i).maxCoeff(&top);
        s(i, top) += 1, limit(i, top) -= 1, right += top == y[std::size_t(i)];
    }
    auto scaled = [](double alpha) -> any_loss { return alpha * any_loss(tempered_mae{.alpha = alpha}); };
    CHECK(apart(vectors_of(scaled(0.5), s), limit) > 1e-2);
    CHECK(apart(vectors_of(tempered_mae{.alpha = 40}, s), limit) > 1e-2);
    for (double alpha : {3.0, 10.0, 40.0, 1e3, 1e100, 1e300}) {
        CAPTURE(alpha);
        CHECK(apart(vectors_of(scaled(alpha), s), limit) <= 2 * (k - 1) * double(samples) * std::exp(-alpha) + 1e-14);
        if (alpha >= 40) {
            CHECK(std::abs(criterion(scaled(alpha)).value(s, y) - (1 / k - double(right) / double(samples))) < 1e-13);
            CHECK(gradient_of(any_loss(tempered_mae{.alpha = alpha}), s, y).norm() < 1e-15);
        }
    }
    scores tied = scores::Zero(1, classes), shared = scores::Constant(1, classes, 1 / k);
    tied.leftCols(2).setOnes(), shared.leftCols(2).array() -= 0.5;
    CHECK(apart(vectors_of(scaled(1e3), tied), shared) < 1e-14);
    CHECK(gradient_of(any_loss(tempered_mae{.alpha = 1e3}), tied, labels{0}).norm() == doctest::Approx(std::sqrt(2.0) / 4).epsilon(1e-13));
}

TEST_CASE("the absolute error at a temperature has L_a(t s) = t L_(a t)(s), in gradients and curvature too") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(5), q = one_hot(random_labels(5));
    for (double a : {0.03, 0.4, 2.0})
        for (double t : {0.2, 5.0}) {
            const any_loss l = tempered_mae{.alpha = a}, m = tempered_mae{.alpha = a * t}, wrong = tempered_mae{.alpha = a / t};
            const scores far = t * s;
            CAPTURE(a);
            CAPTURE(t);
            scores scale = scores::Ones(samples, 1 + 2 * classes);
            scale.col(0).setConstant(t), scale.rightCols(classes).setConstant(1 / t);
            const scores all = reader(l, far)(q);
            CHECK(apart(all, reader(m, s)(q).cwiseProduct(scale)) < 1e-12);
            CHECK(apart(all, reader(m, s)(q)) > 1e-3);
            CHECK(apart(all, reader(wrong, s)(q).cwiseProduct(scale)) > 1e-3);
        }
    const any_loss linear = tempered_mae{.alpha = 0};
    CHECK(apart(values_of(linear, scores(3 * s), q), 3 * values_of(linear, s, q)) < 1e-14);
}
