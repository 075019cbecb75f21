// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"
#include "allocations.hpp"
#include "storage.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <algorithm>
#include <array>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

using namespace class_losses;

namespace {

/// What `as_view` needs of std::mdspan.
template <class T, std::size_t N = 3>
struct span_of {
    T* first;
    std::array<std::size_t, N> extents, strides;
    T* data_handle() const { return first; }
    static constexpr std::size_t rank() { return N; }
    std::size_t extent(std::size_t r) const { return extents[r]; }
    std::size_t stride(std::size_t r) const { return strides[r]; }
};
/// Every number that a criterion gives for a batch.
template <class T>
struct results {
    std::vector<double> values;
    std::vector<T> gradient, turned;
    friend bool operator==(results const& a, results const& b) {
        return same_bits(a.values, b.values) && same_bits(a.gradient, b.gradient) && same_bits(a.turned, b.turned);
    }
};
template <class T, class C>
results<T> all_of(C& loss, view<T> s, labels const& y, view<T> v, view<T> out) {
    results<T> r;
    r.values.resize(std::size_t(s.rows) + 2);
    loss.values(s, y, view<double>(r.values.data(), s.rows, 1));
    r.values[std::size_t(s.rows)] = loss.value(s, y);
    r.values[std::size_t(s.rows) + 1] = loss.gradient(s, y, out);
    r.gradient = elements(out);
    loss.hvp(s, y, v, out);
    r.turned = elements(out);
    return r;
}

}  // namespace

TEST_CASE_TEMPLATE("every layout, every offset and any number of threads give the same bits", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t n = 2000, k = 37;
    const labels y = random_labels(1, n, k);
    for_any_kind([&](auto const& loss) {
        const std::string name = text_of(loss);
        CAPTURE(name);
        results<T> first;
        auto check = [&](order o, index_t shift, auto& threads) {
            storage<T> s(n, k, o, shift), v(n, k, o, shift), out(n, k, o, shift);
            s.fill(1, 4), v.fill(2);
            criterion c(loss, {}, threads);
            const results<T> found = all_of(c, s.one(), y, v.one(), out.one());
            if (first.values.empty()) first = found;
            CHECK(found == first);
            c.gradient(s.one(), y, s.one());
            CHECK(same_bits(elements(s.one()), first.gradient));
            s.fill(1, 4);
            c.hvp(s.one(), y, v.one(), s.one());
            CHECK(same_bits(elements(s.one()), first.turned));
        };
        serial one;
        thread_pool single(1), two(2), three(3);
        for (order o : orders) check(o, 0, one);
        for (index_t shift : {1, 3, 5}) check(order::rows, shift, one);
        check(order::columns, 1, two);
        check(order::rows, 0, single), check(order::rows, 0, two), check(order::rows, 0, three), check(order::strided, 0, three);
        storage<T> other(n, k), v(n, k), out(n, k);
        other.fill(3, 4), v.fill(2);
        criterion c(loss);
        CHECK(!(all_of(c, other.one(), y, v.one(), out.one()) == first));
    });
}

TEST_CASE("layouts may differ from one another, and masks and soft labels have theirs") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(1, 40, 9), v = random_scores(2, 40, 9), soft = random_scores(3, 40, 9).cwiseAbs();
    Eigen::Matrix<bool, -1, -1, Eigen::RowMajor> mask = Eigen::Matrix<bool, -1, -1, Eigen::RowMajor>::Constant(40, 9, false);
    for (index_t i = 0; i < 40; ++i) mask(i, i % 9) = true;
    scores q = soft;
    for (index_t i = 0; i < 40; ++i) q(i, i % 9) = 0;
    const Eigen::Matrix<bool, -1, -1> mask_columns = mask;
    const Eigen::MatrixXd columns = s, v_columns = v, q_columns = q;
    for_any_kind([&](auto const& loss) {
        criterion c(loss);
        const std::string name = text_of(loss);
        CAPTURE(name);
        scores g = s, h = s;
        Eigen::MatrixXd g_columns(40, 9), h_columns(40, 9), wide = Eigen::MatrixXd::Zero(80, 27);
        const double value = c.gradient(s, q, g, {.mask = view<bool const>(mask.data(), 40, 9)});
        c.hvp(s, q, v, h, {.mask = view<bool const>(mask.data(), 40, 9)});
        const sample_options turned{.mask = column_major(mask_columns.data(), 40, 9)};
        CHECK(c.gradient(columns, q, g_columns, turned) == value);
        CHECK(g == scores(g_columns));
        CHECK(c.gradient(s, q_columns, g_columns, turned) == value);
        CHECK(g == scores(g_columns));
        const view<double> apart(wide.data(), 40, 9, 2, 3 * 80);
        CHECK(c.gradient(columns, q, apart, turned) == value);
        CHECK(same_bits(elements(apart), elements(view<double>(g.data(), 40, 9))));
        CHECK(wide.row(1).isZero(0));
        c.hvp(columns, q_columns, v, h_columns, turned);
        CHECK(h == scores(h_columns));
        CHECK(c.value(s, q) != value);
    });
}

TEST_CASE("arrays of two, three and four axes: leading axes are the batch, labels in any container") {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t n = 24, k = 5;
    const scores s = random_scores(1, n, k), v = random_scores(2, n, k);
    const labels y = random_labels(1, n, k);
    const std::vector<std::int64_t> y64(y.begin(), y.end());
    const std::vector<unsigned char> bytes(y.begin(), y.end());
    const Eigen::VectorXi column = Eigen::Map<Eigen::VectorXi const>(y.data(), n);
    xt::xtensor<double, 2> x2({24, 5}), g2 = x2;
    xt::xtensor<double, 3> x3({4, 6, 5}), g3 = x3, v3 = x3, q3 = x3;
    xt::xtensor<double, 4> x4({2, 3, 4, 5}), g4 = x4;
    xt::xtensor<double, 3, xt::layout_type::column_major> c3({4, 6, 5}), cg3 = c3;
    xt::xtensor<int, 1> y1 = xt::xtensor<int, 1>::from_shape({24});
    xt::xtensor<int, 2> y2({4, 6});
    xt::xtensor<long, 3> y3({2, 3, 4});
    const scores soft = random_scores(3, n, k).cwiseAbs();
    for (std::size_t i = 0; i < 24; ++i) {
        y1(i) = y2(i / 6, i % 6) = y[i], y3(i / 12, i / 4 % 3, i % 4) = y[i];
        for (std::size_t j = 0; j < 5; ++j) {
            const double e = s(index_t(i), index_t(j));
            x2(i, j) = x3(i / 6, i % 6, j) = x4(i / 12, i / 4 % 3, i % 4, j) = c3(i / 6, i % 6, j) = e;
            v3(i / 6, i % 6, j) = v(index_t(i), index_t(j)), q3(i / 6, i % 6, j) = soft(index_t(i), index_t(j));
        }
    }
    for_any_kind([&](auto const& loss) {
        const std::string name = text_of(loss);
        CAPTURE(name);
        criterion c(loss);
        scores g = s, h = s;
        const double value = c.gradient(s, y, g);
        c.hvp(s, y, v, h);
        auto same = [&](auto const& found, scores const& expected, auto at) {
            bool all = true;
            for (std::size_t i = 0; i < 24; ++i)
                for (std::size_t j = 0; j < 5; ++j) all = all && at(found, i, j) == expected(index_t(i), index_t(j));
            return all;
        };
        auto in3 = [](auto const& a, std::size_t i, std::size_t j) { return a(i / 6, i % 6, j); };
        CHECK(c.gradient(x2, y1, g2) == value);
        CHECK(same(g2, g, [](auto const& a, std::size_t i, std::size_t j) { return a(i, j); }));
        CHECK(c.gradient(x3, y2, g3) == value);
        CHECK(same(g3, g, in3));
        CHECK(c.gradient(x4, y3, g4) == value);
        CHECK(same(g4, g, [](auto const& a, std::size_t i, std::size_t j) { return a(i / 12, i / 4 % 3, i % 4, j); }));
        CHECK(c.gradient(c3, y2, cg3) == value);
        CHECK(same(cg3, g, in3));
        c.hvp(x3, y2, v3, g3);
        CHECK(same(g3, h, in3));
        c.gradient(x3, y2, x3);
        CHECK(same(x3, g, in3));
        x3 = c3;
        for (double other : {c.value(x3, y), c.value(x3, y64), c.value(x3, bytes), c.value(x3, column), c.value(x3, y1), c.value(x4, y2), c.value(x2, y3)})
            CHECK(other == value);
        CHECK(c.value(x3, q3) == c.value(s, soft));
        CHECK(c.value(x3, soft.cwiseAbs().eval()) != value);
        const span_of<double> span{x3.data(), {4, 6, 5}, {30, 5, 1}};
        CHECK(c.value(span, y2) == value);
        labels other = y;
        for (int& label : other) label = (label + 1) % int(k);
        if (name.find("class-insensitive") != 0) CHECK(c.value(x3, other) != value);
    });
    // a piece of a larger array: every second sample of the inner axis, four of the classes
    auto piece = xt::view(x3, xt::all(), xt::range(0, 6, 2), xt::range(1, 5));
    scores part(12, 4);
    labels few;
    for (std::size_t i = 0; i < 12; ++i) {
        few.push_back(int(i % 4));
        for (std::size_t j = 0; j < 4; ++j) part(index_t(i), index_t(j)) = x3(i / 3, i % 3 * 2, j + 1);
    }
    CHECK(criterion(cross_entropy{}).value(piece, few) == criterion(cross_entropy{}).value(part, few));
}

TEST_CASE("values and vectors: a number a sample, a row a sample, into any container") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(1);
    const labels y = random_labels(1);
    for (any_loss const& loss : row_kinds()) {
        const std::string name = text_of(loss);
        CAPTURE(name);
        criterion c(loss);
        scores vectors = s;
        c.vectors(s, vectors);
        CHECK((vectors - table_of(loss, s)).norm() < 1e-12);
        for (int k : {0, 3}) CHECK((vectors.col(k) - values_of(loss, s, labels(samples, k))).norm() < 1e-13);
        std::vector<double> out(5);
        std::vector<float> floats(5);
        Eigen::VectorXd column(5);
        xt::xtensor<double, 1> array = xt::xtensor<double, 1>::from_shape({5});
        c.values(s, y, out), c.values(s, y, floats), c.values(s, y, column), c.values(s, y, array);
        double sum = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK(out[i] == values_of(loss, s, y)(index_t(i)));
            CHECK((float(out[i]) == floats[i] && out[i] == column(index_t(i)) && out[i] == array(i)));
            sum += out[i];
        }
        CHECK(std::abs(sum - value_of(loss, s, y)) < 1e-13 * (1 + std::abs(sum)));
        CHECK((vectors - vectors.col(0).replicate(1, classes)).norm() > (knows_labels(loss) ? 1e-3 : -1));
        scores in_place = s;
        c.vectors(in_place, in_place);
        CHECK(in_place == vectors);
    }
}

TEST_CASE("nothing is allocated for a shape that has been seen") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(1, 300, 40), v = random_scores(2, 300, 40), soft = random_scores(3, 300, 40).cwiseAbs();
    const Eigen::MatrixXd columns = s;
    const labels y = random_labels(1, 300, 40);
    std::vector<double> each(300), weights(300, 0.5);
    Eigen::Matrix<bool, -1, -1, Eigen::RowMajor> mask = Eigen::Matrix<bool, -1, -1, Eigen::RowMajor>::Constant(1, 40, false);
    const sample_options with{.weights = weights, .mask = view<bool const>(mask.data(), 1, 40)};
    scores out = s;
    Eigen::MatrixXd out_columns = s;
    for_any_kind([&](auto const& loss) {
        const std::string name = text_of(loss);
        CAPTURE(name);
        for (index_t threads : {1, 2}) {
            thread_pool pool(threads);
            criterion c(loss, {}, pool);
            auto everything = [&] {
                double sum =
                    c.value(s, y) + c.value(columns, soft, with) + c.gradient(s, y, out) + c.gradient(columns, y, out_columns) + c.gradient(s, soft, out, with);
                c.hvp(s, y, v, out), c.hvp(columns, soft, v, out_columns, with);
                c.values(s, y, view<double>(each.data(), 300, 1));
                if constexpr (class_loss<std::remove_cvref_t<decltype(loss)>>) c.vectors(s, out);
                return sum;
            };
            const double first = everything();
            const auto before = allocations();
            const double second = everything();
            CHECK(allocations() == before);
            CHECK(first == second);
        }
    });
    if (allocations_counted) {
        const auto before = allocations();
        const double planted = scores(s * 2.0).sum();
        CHECK(allocations() > before);
        CHECK(planted != 0);
    }
}

TEST_CASE("a sample's result depends on the rest of the batch only where the loss couples them") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(1, 50, 7);
    const labels y = random_labels(1, 50, 7);
    for_any_kind([&](auto const& loss) {
        const std::string name = text_of(loss);
        CAPTURE(name);
        constexpr bool coupled = couples_batch<std::remove_cvref_t<decltype(loss)>>;
        const Eigen::VectorXd all = values_of(loss, s, y);
        const scores g = gradient_of(loss, s, y), h = hvp_of(loss, s, y, s);
        for (index_t n : {1, 2, 17, 33}) {
            const scores some = s.topRows(n);
            const labels few(y.begin(), y.begin() + n);
            const double change = (values_of(loss, some, few) - all.head(n)).norm() + (gradient_of(loss, some, few) - g.topRows(n)).norm() +
                                  (hvp_of(loss, some, few, some) - h.topRows(n)).norm();
            if (coupled)
                CHECK(change > 1e-3);
            else
                CHECK(change == 0);
        }
    });
}

TEST_CASE("what is read may be a temporary") {
    const scores s = random_scores(1);
    const labels y = random_labels(1);
    criterion loss(cross_entropy{});
    CHECK(loss.value(scores(2 * s), y) == loss.value(scores(s + s), labels(y)));
}

TEST_CASE("a joined pair of scores is refused, and weights whose sum leaves the range") {
    const scores s = random_scores(1);
    const labels y = random_labels(1);
    criterion loss(cross_entropy{});
    CHECK_THROWS_WITH(loss.value(joined(as_view(s), as_view(s)), y), "isotypic: cross-entropy: a joined pair is two arrays of scores");
    const std::vector<double> heavy(std::size_t(s.rows()), 1e308);
    CHECK_THROWS_WITH(loss.value(s, y, {.weights = heavy}), "isotypic: cross-entropy: the weights' sum is too large");
}

TEST_CASE("labels with axes of their own have the leading ones of the scores") {
    xt::xtensor<double, 3> s = xt::zeros<double>({2, 3, 5});
    const xt::xtensor<int, 2> right = xt::zeros<int>({2, 3}), turned = xt::zeros<int>({3, 2});
    criterion loss(cross_entropy{});
    CHECK(loss.value(s, right) == doctest::Approx(std::log(5.0)));
    CHECK_THROWS_WITH(loss.value(s, turned), "isotypic: cross-entropy: labels of 3 x 2 for scores of 2 x 3 x 5");
}

TEST_CASE("arrays of the same axes are read and written alike, however the axes of each lie") {
    INFO("ISOTYPIC_SEED=", seed());
    using span = span_of<double, 4>;
    const std::array<std::size_t, 4> axes{2, 4, 5, 3};
    // in one piece; a gap after each item of the first axis, of the second, of the third; the first axis inside the others; the third outside
    const std::array<std::size_t, 4> layouts[] = {{60, 15, 3, 1}, {70, 15, 3, 1}, {72, 18, 3, 1}, {80, 20, 4, 1}, {3, 30, 6, 1}, {12, 3, 24, 1}};
    const scores s = random_scores(1, 40, 3), q = random_scores(2, 40, 3).cwiseAbs(), v = random_scores(3, 40, 3);
    const labels y = random_labels(1, 40, 3);
    std::vector<double> memory[4];
    const auto make = [&](std::size_t which, std::size_t layout, scores const& from) {
        memory[which].assign(200, -7);
        const span a{memory[which].data(), axes, layouts[layout]};
        for (std::size_t i = 0; i < 120; ++i) {
            const std::size_t at[] = {i / 60, i / 15 % 4, i / 3 % 5, i % 3};
            memory[which][at[0] * a.strides[0] + at[1] * a.strides[1] + at[2] * a.strides[2] + at[3]] = from.data()[i];
        }
        return a;
    };
    const auto read = [&](std::size_t which, span const& a) {
        scores found(40, 3);
        for (std::size_t i = 0; i < 120; ++i)
            found.data()[i] = memory[which][i / 60 * a.strides[0] + i / 15 % 4 * a.strides[1] + i / 3 % 5 * a.strides[2] + i % 3];
        return found;
    };
    for_any_kind([&](auto const& loss) {
        const std::string name = text_of(loss);
        CAPTURE(name);
        criterion c(loss);
        scores g = s, h = s;
        const double value = c.gradient(s, q, g);
        c.hvp(s, y, v, h);
        for (std::size_t i = 0; i < 6; ++i)
            for (std::size_t j = 0; j < 6; ++j) {
                CAPTURE(i);
                CAPTURE(j);
                const span from = make(0, i, s), soft = make(1, j, q), along = make(2, (j + 1) % 6, v), to = make(3, (i + j + 2) % 6, s);
                CHECK(c.gradient(from, soft, to) == value);
                CHECK(read(3, to) == g);
                c.hvp(from, y, along, to);
                CHECK(read(3, to) == h);
                CHECK(c.gradient(s, soft, to) == value);
                CHECK(read(3, to) == g);
                const auto before = allocations();
                c.gradient(from, soft, from);
                CHECK(allocations() == before);
                CHECK(read(0, from) == g);
            }
    });
    // items of one row are rows
    std::vector<double> one(s.data(), s.data() + 120);
    const xt::xtensor<double, 3> three = xt::zeros<double>({40, 1, 3});
    xt::xtensor<double, 3> out = three;
    const blocks<double> items(view<double>(one.data(), 1, 3), 40, 3);
    scores g = s;
    criterion c(cross_entropy{});
    CHECK(c.gradient(items, y, out) == c.gradient(s, y, g));
    CHECK(std::equal(out.begin(), out.end(), g.data()));
    c.gradient(items, y, span_of<double>{one.data(), {40, 1, 3}, {3, 3, 1}});
    CHECK(std::equal(one.begin(), one.end(), g.data()));
    // one place for the first sample, another for the last
    const span gaps{make(0, 1, s).first, axes, layouts[1]}, none{gaps.first, axes, layouts[0]};
    CHECK_THROWS_WITH(c.gradient(gaps, y, none), "isotypic: cross-entropy: scores and result share some memory, but not all of it");
    CHECK(read(0, gaps) == s);
}

TEST_CASE("arrays of other axes are refused, whose samples would be paired wrongly") {
    xt::xtensor<double, 3> s = xt::zeros<double>({4, 5, 3}), g = xt::ones<double>({4, 5, 3}), turned = xt::ones<double>({5, 4, 3});
    xt::xtensor<double, 4> split = xt::ones<double>({2, 2, 5, 3});
    xt::xtensor<double, 2> out = xt::ones<double>({5, 4});
    const labels y(20, 1);
    criterion loss(cross_entropy{});
    CHECK_THROWS_WITH(loss.gradient(s, y, turned), "isotypic: cross-entropy: the result is 5 x 4 x 3, the scores 4 x 5 x 3");
    CHECK_THROWS_WITH(loss.gradient(s, y, split), "isotypic: cross-entropy: the result is 2 x 2 x 5 x 3, the scores 4 x 5 x 3");
    CHECK_THROWS_WITH(loss.vectors(s, turned), "isotypic: cross-entropy: the result is 5 x 4 x 3, the scores 4 x 5 x 3");
    CHECK_THROWS_WITH(loss.hvp(s, y, turned, g), "isotypic: cross-entropy: the direction is 5 x 4 x 3, the scores 4 x 5 x 3");
    CHECK_THROWS_WITH(loss.gradient(s, turned, g), "isotypic: cross-entropy: soft labels of 5 x 4 x 3 for scores of 4 x 5 x 3");
    CHECK_THROWS_WITH(loss.values(s, y, out), "isotypic: cross-entropy: values of 5 x 4 for scores of 4 x 5 x 3");
    const blocks<double> items = as_blocks(s);
    const xt::xtensor<int, 2> other = xt::zeros<int>({5, 4});
    CHECK_THROWS_WITH(loss.value(items, other), "isotypic: cross-entropy: labels of 5 x 4 for scores of 4 x 5 x 3");
    CHECK_THROWS_WITH(loss.gradient(items, y, turned), "isotypic: cross-entropy: the result is 5 x 4 x 3, the scores 4 x 5 x 3");
    for (auto const* untouched : {&g, &turned}) CHECK(std::all_of(untouched->begin(), untouched->end(), [](double v) { return v == 1; }));
    CHECK(std::all_of(split.begin(), split.end(), [](double v) { return v == 1; }));
    CHECK(std::all_of(out.begin(), out.end(), [](double v) { return v == 1; }));
    // a matrix has a row for each sample
    scores rows(20, 3);
    CHECK(loss.gradient(s, y, rows) == loss.gradient(s, y, g));
    CHECK(std::equal(g.begin(), g.end(), rows.data()));
    CHECK_NOTHROW(loss.gradient(items, y, rows));
    CHECK_NOTHROW(loss.gradient(rows, y, g));
}
