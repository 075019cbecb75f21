// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"
#include <limits>
#include <sstream>

using namespace class_losses;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();
using flags = Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

view<bool const> mask_of(flags const& m) { return {m.data(), m.rows(), m.cols()}; }

template <class F>
std::string error_of(F const& f) {
    try {
        f();
    } catch (error const& e) {
        return e.what();
    }
    return "no error";
}
/// Value, gradient and Hessian product are finite.
template <class L, class T>
bool finite(L const& loss, matrix_of<T> const& s, labels const& y) {
    return values_of(loss, s, y).allFinite() && gradient_of(loss, s, y).allFinite() &&
           hvp_of(loss, s, y, matrix_of<T>(matrix_of<T>::Constant(s.rows(), s.cols(), T(0.5)))).allFinite();
}
template <class L>
inline constexpr bool is_batch = couples_batch<L>;

}  // namespace

TEST_CASE("scores of 1e4, and differences of 1e30 in double and in float, give finite results") {
    for_each_loss([](auto const& loss) {
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        for (double size : {1e4, -1e4, 1e30, -1e30}) {
            CAPTURE(size);
            scores s = random_scores(1);
            s.row(0) << size, 0, 0, 0, 0, 0;
            s.row(1) << -size, size, 0, 1, 2, 3;
            s.row(2).setConstant(size);
            s.row(3) << size, size, -size, -size, size, 0;
            for (int k : {0, 1, 2}) {
                CHECK(finite(loss, s, labels(samples, k)));
                CHECK(finite(loss, matrix_of<float>(s.cast<float>()), labels(samples, k)));
            }
        }
    });
    const scores far = (scores(1, 3) << 1e30, 0, -1e30).finished();
    CHECK(value_of(cross_entropy{}, far, labels{0}) == 0);
    CHECK(value_of(cross_entropy{}, far, labels{1}) == 1e30);
    CHECK(value_of(cross_entropy{}, far, labels{2}) == 2e30);
    CHECK(value_of(gce{.q = 0.5}, far, labels{2}) == 2);
    CHECK(value_of(mae{}, far, labels{1}) == 1);
    CHECK(value_of(normalised(cross_entropy{}), far, labels{2}) == doctest::Approx(2.0 / 3));
    CHECK(gradient_of(cross_entropy{}, far, labels{2}) == (scores(1, 3) << 1, 0, -1).finished());
}

TEST_CASE("-infinity and masks leave classes out: the loss of the others alone") {
    for_any_kind([](auto const& loss) {
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const scores v = random_scores(3);
        scores s = random_scores(2), sub(samples, 4), sub_v(samples, 4);
        s.row(0) << 0.5, 1, 0, 0.2, 0.8, -0.5;
        scores gone = s;
        const int left[] = {0, 2, 3, 5};
        const labels y{0, 2, 5, 3, 2}, sub_y{0, 1, 3, 2, 1};
        flags one = flags::Constant(1, classes, false), each = flags::Constant(samples, classes, false);
        for (index_t k = 0; k < 4; ++k) sub.col(k) = s.col(left[k]), sub_v.col(k) = v.col(left[k]);
        for (index_t k : {1, 4}) gone.col(k).setConstant(-infinity), one(0, k) = true, each.col(k).setConstant(true);
        s(1, 1) = 1e3, s(2, 4) = not_a_number, s(3, 1) = infinity;  // behind a mask nobody looks
        const Eigen::VectorXd expected = values_of(loss, sub, sub_y);
        const scores g = gradient_of(loss, sub, sub_y), h = hvp_of(loss, sub, sub_y, sub_v);
        auto check = [&](scores const& x, sample_options with) {
            const scores dx = gradient_of(loss, x, y, with), hx = hvp_of(loss, x, y, v, with);
            CHECK((values_of(loss, x, y, with) - expected).norm() < 1e-13);
            CHECK((values_of(loss, x, one_hot(y), with) - expected).norm() < 1e-13);
            CHECK((dx.col(1).isZero(0) && dx.col(4).isZero(0) && hx.col(1).isZero(0) && hx.col(4).isZero(0)));
            for (index_t k = 0; k < 4; ++k) CHECK(((dx.col(left[k]) - g.col(k)).norm() < 1e-13 && (hx.col(left[k]) - h.col(k)).norm() < 1e-12));
        };
        check(gone, {});
        check(s, {.mask = mask_of(one)});
        check(s, {.mask = mask_of(each)});
        if constexpr (!is_batch<std::remove_cvref_t<decltype(loss)>>) {
            each(0, 1) = each(0, 4) = false;  // each sample by its own row
            const Eigen::VectorXd mixed = values_of(loss, s, y, {.mask = mask_of(each)});
            CHECK(std::abs(mixed(0) - values_of(loss, scores(s.row(0)), labels{y[0]})(0)) < 1e-13);
            CHECK((mixed - expected).tail(samples - 1).norm() < 1e-13);
            CHECK(std::abs(mixed(0) - expected(0)) > 1e-4);
        }
    });
}

TEST_CASE("vectors: -infinity leaves a class out, and its place is 0") {
    scores s = random_scores(2), out = s, sub(samples, 5), sub_out = sub;
    s.col(2).setConstant(-infinity);
    sub << s.leftCols(2), s.rightCols(3);
    criterion(gce{}).vectors(s, out), criterion(gce{}).vectors(sub, sub_out);
    CHECK(out.col(2).isZero(0));
    CHECK(out.leftCols(2) == sub_out.leftCols(2));
    CHECK(out.rightCols(3) == sub_out.rightCols(3));
}

TEST_CASE("what is wrong with a sample is said by the name of the loss and the sample") {
    auto check = [](auto const& loss, std::string const& name) {
        CAPTURE(name);
        criterion plain(loss);
        const scores good = random_scores(1);
        const labels y{0, 1, 2, 3, 4};
        scores g = good, v = random_scores(2);
        auto says = [&](scores const& s, labels const& z, std::string const& text, sample_options with = {}) {
            const std::string expected = "isotypic: " + name + ": " + text;
            CHECK(error_of([&] { plain.value(s, z, with); }) == expected);
            CHECK(error_of([&] { plain.gradient(s, z, g, with); }) == expected);
            CHECK(error_of([&] { plain.hvp(s, z, v, g, with); }) == expected);
            CHECK(error_of([&] { plain.values(s, z, view<double>(v.data(), samples, 1), with); }) == expected);
        };
        scores s = good;
        s(3, 2) = not_a_number;
        says(s, y, "sample 3 of 5: the score of class 2 is not a number");
        s(1, 5) = infinity;
        says(s, y, "sample 1 of 5: the score of class 5 is infinite");
        s = good, s(2, 2) = -infinity;
        says(s, y, "sample 2 of 5: its label is class 2, which is excluded");
        s = good, s.row(4).setConstant(-infinity);
        flags mask = flags::Constant(1, classes, false);
        mask(0, 3) = true;
        says(good, y, "sample 3 of 5: its label is class 3, which is excluded", {.mask = mask_of(mask)});
        CHECK(error_of([&] { plain.value(s, scores(scores::Zero(samples, classes))); }) ==
              "isotypic: " + name + ": sample 4 of 5: all of its classes are excluded");
        says(good, {0, 1, 6, 3, 4}, "the label of sample 2 of 5 is 6, and there are 6 classes");
        says(good, {0, 1, 2, 3, -1}, "the label of sample 4 of 5 is -1, and there are 6 classes");
        says(good, {0, 1, 2, 3}, "4 labels for 5 samples");
        says(good, {0, 1, 2, 3, 4, 5}, "6 labels for 5 samples");
        const std::vector<double> few{1, 1}, negative_one{1, 1, -1, 1, 1}, none(5, 0.0), lost{1, 1, 1, not_a_number, 1};
        says(good, y, "2 weights for 5 samples", {.weights = few});
        says(good, y, "the weight of sample 2 of 5 is -1.000000", {.weights = negative_one});
        says(good, y, "the weight of sample 3 of 5 is nan", {.weights = lost});
        CHECK(error_of([&] { plain.value(good, y, {.weights = none}); }) == "isotypic: " + name + ": the mean over samples of no weight: take the sum");
        flags wide = flags::Constant(2, classes, false), narrow = flags::Constant(1, 4, false);
        CHECK(error_of([&] { plain.value(good, y, {.mask = mask_of(wide)}); }).find("isotypic: " + name + ": a mask of 2 x 6 for scores of 5 x 6") == 0);
        CHECK(error_of([&] { plain.value(good, y, {.mask = mask_of(narrow)}); }).find("isotypic: " + name + ": a mask of 1 x 4 for scores of 5 x 6") == 0);
        scores small(4, classes), one_more(samples, classes + 1), soft = one_hot(y);
        CHECK(error_of([&] { plain.gradient(good, y, small); }) == "isotypic: " + name + ": the result is 4 x 6, the scores 5 x 6");
        CHECK(error_of([&] { plain.hvp(good, y, one_more, g); }) == "isotypic: " + name + ": the direction is 5 x 7, the scores 5 x 6");
        CHECK(error_of([&] { plain.hvp(good, y, g, g); }) == "isotypic: " + name + ": direction and result share memory");
        CHECK(error_of([&] { plain.value(good, one_more); }) == "isotypic: " + name + ": soft labels of 5 x 7 for scores of 5 x 6");
        CHECK(error_of([&] { plain.values(good, y, view<double>(v.data(), 4, 1)); }) == "isotypic: " + name + ": room for 4 values of 5 samples");
        soft(1, 4) = -0.25;
        CHECK(error_of([&] { plain.value(good, soft); }) == "isotypic: " + name + ": sample 1 of 5: the soft label of class 4 is -0.250000");
        soft(1, 4) = not_a_number;
        CHECK(error_of([&] { plain.value(good, soft); }) == "isotypic: " + name + ": sample 1 of 5: the soft label of class 4 is nan");
        soft = one_hot(y), s = good, s(0, 5) = -infinity, soft(0, 5) = 0.5;
        CHECK(error_of([&] { plain.value(s, soft); }) == "isotypic: " + name + ": sample 0 of 5: its label is class 5, which is excluded");
        std::vector<double> memory(40, 0.5);
        const view<double> x(memory.data(), 4, 6), later(memory.data() + 6, 4, 6), again(memory.data(), 4, 6, 0, 1);
        CHECK(error_of([&] {
                  plain.gradient(x, labels{0, 1, 2, 3}, later);
              }) == "isotypic: " + name + ": scores and result share some memory, but not all of it");
        CHECK(error_of([&] { plain.gradient(good.topRows(4), labels{0, 1, 2, 3}, again); }) == "isotypic: " + name + ": the result repeats its own memory");
        CHECK(error_of([&] { plain.gradient(x, labels{0, 1, 2, 3}, x); }) == "no error");
        CHECK(error_of([&] { plain.value(good, y); }) == "no error");
    };
    check(cross_entropy{}, "cross-entropy");
    check(symmetrise(gce{}), "symmetrised generalised cross-entropy");
    check(normalised(focal{}), "normalised focal loss");
    check(batch_scores{} | unhinged{}, "unhinged loss of batch scores");
    check(unit_scores{} | mae{}, "absolute error of classes of unit scores");
    check(negative(ael{}), "normalised negative asymmetric exponential loss");
    criterion own(cross_entropy{}, {.name = "head"});
    const scores batch = random_scores(1);
    CHECK(error_of([&] { own.value(batch, labels{}); }) == "isotypic: head: 0 labels for 5 samples");
}

TEST_CASE("wrong labels, weights and shapes leave the result as it was") {
    const scores s = random_scores(1);
    scores g = scores::Constant(samples, classes, 7);
    criterion loss(cross_entropy{});
    CHECK_THROWS(loss.gradient(s, labels{0, 1, 2, 3, 9}, g));
    CHECK_THROWS(loss.gradient(s, labels{0, 1}, g));
    CHECK_THROWS(loss.gradient(s, labels(5, 0), g, {.weights = std::vector<double>{1, -1, 0, 0, 0}}));
    CHECK(g == scores::Constant(samples, classes, 7));
    loss.gradient(s, labels(5, 0), g);
    CHECK(g != scores::Constant(samples, classes, 7));
}

TEST_CASE("soft labels that share memory with the result are refused") {
    for_any_kind([](auto const& loss) {
        const std::string text = "isotypic: " + detail::name_of<std::remove_cvref_t<decltype(loss)>>() + ": soft labels and result share memory";
        INFO("ISOTYPIC_SEED=", seed(), " ", text);
        const scores s = random_scores(1), v = random_scores(2);
        scores q = random_scores(3).cwiseAbs();
        const scores before = q;
        criterion c(loss, {.reduce = reduction::sum});
        CHECK(error_of([&] { c.gradient(s, q, q); }) == text);
        CHECK(error_of([&] { c.hvp(s, q, v, q); }) == text);
        CHECK(q == before);
    });
}

TEST_CASE("one class: nothing to learn, and nothing that is not finite") {
    for_each_loss([](auto const& loss) {
        const std::string name = text_of(loss);
        CAPTURE(name);
        const scores s = random_scores(1, samples, 1);
        const labels y(samples, 0);
        CHECK(finite(loss, s, y));
        CHECK(gradient_of(loss, s, y).isZero(1e-15));
        CHECK(hvp_of(loss, s, y, random_scores(2, samples, 1)).isZero(1e-15));
        CHECK(finite(loss, random_scores(1, samples, 2), y));
        CHECK(value_of(loss, s, scores(scores::Constant(samples, 1, 0.5))) == doctest::Approx(0.5 * value_of(loss, s, y)));
    });
    const scores s = random_scores(1, 1, 1);
    const labels y{0};
    for (double v : {value_of(cross_entropy{}, s, y), value_of(unhinged{}, s, y), value_of(gce{}, s, y), value_of(mae{}, s, y), value_of(tempered_mae{}, s, y),
                     value_of(focal{}, s, y), value_of(agce{}, s, y), value_of(aul{}, s, y), value_of(symmetrise(ael{}), s, y),
                     value_of(negative(cross_entropy{}), s, y), value_of(symmetrise(focal{}), s, y)})
        CHECK(std::abs(v) < 1e-15);
    CHECK(value_of(normalised(cross_entropy{}), s, y) == 1);
    CHECK(value_of(normalised(ael{}), s, y) == 1);
    CHECK(value_of(ael{.a = 2}, s, y) == doctest::Approx(std::exp(-0.5)));
}

TEST_CASE("100000 classes, against sums in long double") {
    const index_t k = 100000;
    const scores s = random_scores(1, 2, k, 3);
    const labels y{7, 99999};
    INFO("ISOTYPIC_SEED=", seed());
    for (index_t i = 0; i < 2; ++i) {
        using wide = long double;
        wide sum = 0, mean = 0, powers = 0, focals = 0, tempered = 0;
        for (double v : s.row(i)) sum += std::exp(wide(v)), mean += wide(v) / wide(k), tempered += std::exp(wide(0.05) * wide(v));
        const wide lse = std::log(sum), label = wide(s(i, y[std::size_t(i)])), u = label - lse, p = std::exp(u);
        for (double v : s.row(i)) {
            const wide c = wide(v) - lse;
            powers += -std::expm1(wide(0.3) * c) / wide(0.3), focals += -(1 - std::exp(c)) * (1 - std::exp(c)) * c;
        }
        const scores row = s.row(i);
        const labels one{y[std::size_t(i)]};
        auto is = [&](auto const& loss, wide expected) {
            const std::string name = detail::name_of<std::remove_cvref_t<decltype(loss)>>();
            CAPTURE(name);
            const double scale = double(std::abs(expected));
            CHECK(std::abs(value_of(loss, row, one) - double(expected)) < 1e-12 * scale + 1e-14);
            CHECK(std::abs(value_of(loss, matrix_of<float>(row.cast<float>()), one) - double(expected)) < 2e-5 * scale + 1e-6);
            CHECK(std::abs(value_of(loss, row, one) - 1.001 * double(expected)) > 1e-5 * scale);
        };
        const wide q = wide(0.3);
        is(cross_entropy{}, -u);
        is(unhinged{}, mean - label);
        is(gce{.q = 0.3}, -std::expm1(q * u) / q);
        is(symmetrise(gce{.q = 0.3}), -std::expm1(q * u) / q - powers / wide(k));
        is(class_insensitive(gce{.q = 0.3}), powers / wide(k));
        is(mae{}, 1 - p);
        is(focal{}, -(1 - p) * (1 - p) * u);
        is(class_insensitive(focal{}), focals / wide(k));
        is(normalised(cross_entropy{}), -u / (wide(k) * (lse - mean)));
        is(normalised(focal{}), -(1 - p) * (1 - p) * u / focals);
        is(smooth_labels(cross_entropy{}, 0.1), lse - wide(0.9) * label - wide(0.1) * mean);
        is(tempered_mae{.alpha = 0.05}, (1 / wide(k) - std::exp(wide(0.05) * label) / tempered) / wide(0.05));
        const scores g = gradient_of(cross_entropy{}, row, one);
        CHECK(std::abs(g(0, one[0]) - double(p - 1)) < 1e-14);
        CHECK(std::abs(g.sum()) < 1e-13);
    }
}

TEST_CASE("an empty batch has the sum 0 and no mean") {
    const scores none(0, classes);
    scores g(0, classes);
    for_any_kind([&](auto const& loss) {
        const std::string name = detail::name_of<std::remove_cvref_t<decltype(loss)>>();
        CAPTURE(name);
        CHECK(criterion(loss, {.reduce = reduction::sum}).value(none, labels{}) == 0);
        CHECK(criterion(loss, {.reduce = reduction::sum}).gradient(none, labels{}, g) == 0);
        CHECK(error_of([&] { criterion(loss).value(none, labels{}); }) == "isotypic: " + name + ": the mean over no samples: take the sum");
        CHECK(error_of([&] { criterion(loss).gradient(none, labels{}, g); }) == "isotypic: " + name + ": the mean over no samples: take the sum");
    });
    const scores empty(3, 0);
    CHECK(error_of([&] { criterion(cross_entropy{}).value(empty, labels{0, 0, 0}); }) == "isotypic: cross-entropy: scores of 3 x 0 have no classes");
}

TEST_CASE("weights: the mean is sum w l / sum w, and a sample of weight 0 is not looked at") {
    for (any_loss const& loss : row_kinds()) {
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const std::vector<double> w{1, 0.5, 0, 2, 0};
        scores s = random_scores(1), g = s, h = s;
        const scores v = random_scores(2);
        labels y = random_labels(1);
        const Eigen::VectorXd each = values_of(loss, s, y);
        const scores alone = gradient_of(loss, s, y);
        s.row(2).setConstant(not_a_number), s(4, 1) = infinity, y[2] = -1, y[4] = 999;
        criterion mean(loss), sum(loss, {.reduce = reduction::sum});
        const double total = each(0) + 0.5 * each(1) + 2 * each(3);
        CHECK(sum.value(s, y, {.weights = w}) == doctest::Approx(total).epsilon(1e-13));
        CHECK(mean.value(s, y, {.weights = w}) == doctest::Approx(total / 3.5).epsilon(1e-13));
        CHECK(std::abs(mean.value(s, y, {.weights = w}) - total / 5) > 1e-4);
        mean.gradient(s, y, g, {.weights = w}), mean.hvp(s, y, v, h, {.weights = w});
        for (index_t i = 0; i < samples; ++i) CHECK((g.row(i) - w[std::size_t(i)] / 3.5 * alone.row(i)).norm() < 1e-13);
        CHECK((g.row(2).isZero(0) && g.row(4).isZero(0) && h.row(2).isZero(0) && h.row(4).isZero(0)));
        CHECK(h.allFinite());
        const Eigen::VectorXd seen = values_of(loss, s, y, {.weights = w});
        CHECK((seen - Eigen::Vector<double, 5>(each(0), 0.5 * each(1), 0, 2 * each(3), 0)).norm() < 1e-13);
    }
}

TEST_CASE("weights of mapped scores: a sample of weight 0 is not looked at, and counts in no mean of a batch") {
    const std::vector<double> w{1, 0.5, 0, 2, 0};
    const scores v = random_scores(2);
    scores s = random_scores(1), g = s, h = s;
    labels y = random_labels(1);
    criterion loss(unit_scores{} | cross_entropy{}, {.reduce = reduction::sum});
    loss.gradient(s, y, g, {.weights = w});
    const scores before = g;
    const double value = loss.value(s, y, {.weights = w});
    s(2, 0) = not_a_number, s(4, 1) = infinity, y[2] = -1, y[4] = 999;
    CHECK(loss.value(s, y, {.weights = w}) == value);
    loss.gradient(s, y, g, {.weights = w}), loss.hvp(s, y, v, h, {.weights = w});
    CHECK(g == before);
    CHECK(g.row(4).isZero(0));
    CHECK(h.allFinite());
    criterion together(batch_scores{} | cross_entropy{}, {.reduce = reduction::sum});
    scores a = random_scores(1), b = a;
    b.row(2) *= 3;
    const labels z = random_labels(1);
    CHECK(together.value(a, z, {.weights = w}) == together.value(b, z, {.weights = w}));
    b.row(3) *= 3;
    CHECK(std::abs(together.value(a, z, {.weights = w}) - together.value(b, z, {.weights = w})) > 1e-3);
}

TEST_CASE("parameters out of range are refused when the criterion is made") {
    auto says = [](auto const& loss, std::string const& text) { CHECK(error_of([&] { criterion c(loss); }) == "isotypic: " + text); };
    says(gce{.q = 2}, "generalised cross-entropy: q = 2.000000, which must be between 0 and 1");
    says(gce{.q = -0.1}, "generalised cross-entropy: q = -0.100000, which must be between 0 and 1");
    says(gce{.q = not_a_number}, "generalised cross-entropy: q = nan, which must be between 0 and 1");
    says(symmetrise(gce{.q = 2}), "generalised cross-entropy: q = 2.000000, which must be between 0 and 1");
    says(normalised(gce{.q = 2}), "generalised cross-entropy: q = 2.000000, which must be between 0 and 1");
    says(unit_scores{} | gce{.q = 2}, "generalised cross-entropy: q = 2.000000, which must be between 0 and 1");
    says(1.0 * gce{.q = 2} + mae{}, "generalised cross-entropy: q = 2.000000, which must be between 0 and 1");
    says(tempered_mae{.alpha = -1}, "absolute error at a temperature: alpha = -1.000000, which must be 0 or more");
    says(tempered_mae{.alpha = infinity}, "absolute error at a temperature: alpha = inf, which must be 0 or more");
    says(focal{.gamma = -1}, "focal loss: gamma = -1.000000, which must be 0 or more");
    says(reverse_cross_entropy{.log_zero = 0}, "reverse cross-entropy: log_zero = 0.000000, which must be below 0");
    says(agce{.a = 0}, "asymmetric generalised cross-entropy: a = 0.000000, which must be above 0");
    says(agce{.q = 0}, "asymmetric generalised cross-entropy: q = 0.000000, which must be above 0");
    says(aul{.a = 1}, "asymmetric unhinged loss: a = 1.000000, which must be above 1");
    says(ael{.a = 0}, "asymmetric exponential loss: a = 0.000000, which must be above 0");
    says(smooth_labels(mae{}, 1.5), "label smoothing: r = 1.500000, which must be between 0 and 1");
    says(infinity * gce{}, "generalised cross-entropy: its factor = inf, which must be finite");
    says(negative(mae{}, not_a_number), "remainder of absolute error of classes: most = nan, which must be above 0");
    says(unit_scores{.scale = 0} | mae{}, "absolute error of classes of unit scores: scale = 0.000000, which must be above 0");
    says(batch_scores{.scale = not_a_number} | mae{}, "absolute error of classes of batch scores: scale = nan, which must be above 0");
    CHECK(error_of([] { criterion c(gce{.q = 1}); }) == "no error");
}

TEST_CASE("a shift that all scores share costs no precision") {
    for (double shift : {1e8, 1e12, -1e12}) {
        const scores far = (scores(1, 3) << shift, shift + 1, shift + 2).finished(), near = (scores(1, 3) << 0, 1, 2).finished();
        for (any_loss const& loss : row_kinds()) {
            if (!loss.claims.shift || loss.claims.degree == 1) continue;
            CHECK(std::abs(value_of(loss, far, labels{0}) - value_of(loss, near, labels{0})) < 1e-13);
            CHECK((gradient_of(loss, far, labels{0}) - gradient_of(loss, near, labels{0})).norm() < 1e-13);
        }
    }
    CHECK(value_of(cross_entropy{}, scores(scores::Constant(1, 4, 1e30)), labels{0}) == doctest::Approx(std::log(4.0)).epsilon(1e-15));
}

TEST_CASE("a class that does not vary over the batch has standard scores 0, with derivative 0") {
    for (index_t n : {3, 7}) {
        scores s = random_scores(1, n, 3);
        s.col(1).setConstant(0.1);
        const scores g = gradient_of(batch_scores{} | cross_entropy{}, s, labels(std::size_t(n), 1)),
                     h = hvp_of(batch_scores{} | cross_entropy{}, s, labels(std::size_t(n), 1), s);
        CHECK(g.col(1).norm() == 0);
        CHECK(g.col(0).norm() > 1e-3);
        CHECK(h.col(1).norm() == 0);
    }
}
