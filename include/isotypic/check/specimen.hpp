// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/matrix/layout.hpp>
#include <cmath>
#include <vector>

/// \file
/// What checkers feed to a rule: a block of doubles that owns its memory, and how one is drawn.
namespace isotypic {

/// `count` items of `rows` x `cols`, or joined pairs of them.
struct specimen {
    index_t rows = 0, cols = 0, count = 1;
    bool joined = false;
    std::vector<double> values;

    specimen() = default;
    specimen(index_t m, index_t n, index_t items = 1, bool pair = false)
        : rows(m), cols(n), count(items), joined(pair), values(std::size_t(m * n * items * (pair ? 2 : 1))) {}

    index_t panels() const { return joined ? 2 : 1; }
    blocks<double> all() { return around(values.data()); }
    blocks<double const> all() const { return around(values.data()); }
    /// Its shape in another memory, with nothing there yet.
    template <class S>
    blocks<double, S> shape_in() const {
        blocks<double, S> like(view<double, S>(nullptr, rows, cols), count, rows * cols);
        like.joined = joined;
        return like;
    }
    view<double> panel(index_t k, index_t p) { return all().panel(k, p); }
    view<double const> panel(index_t k, index_t p) const { return all().panel(k, p); }

private:
    template <class T>
    blocks<T> around(T* memory) const {
        blocks<T> like(view<T>(memory, rows, cols), count, rows * cols);
        like.joined = joined;
        return dense_like(memory, like);
    }
};

/// f(k, p, i, j) for every element: item, panel, row, column.
template <class F>
void for_each_element(specimen const& x, F const& f) {
    for (index_t k = 0; k < x.count; ++k)
        for (index_t p = 0; p < x.panels(); ++p)
            for (index_t i = 0; i < x.rows; ++i)
                for (index_t j = 0; j < x.cols; ++j) f(k, p, i, j);
}

/// `how_many` blocks shaped as `like`, drawn so that every average of them is well conditioned and rules
/// that divide by singular values or norms can be held to a few roundings:
///
///     X_t = D (Q + N_t) E,   Q a corner of a Haar rotation,   |N_t| about 0.4 or less,
///
/// D and E diagonal in [1, 2]: condition about 10. The numbers fit a float, so that float and double rules
/// see the same input.
inline std::vector<specimen> draw(specimen const& like, index_t how_many, random_stream& random) {
    const index_t m = like.rows, n = like.cols * like.panels(), most = (std::max)(m, n);
    std::vector<specimen> drawn(std::size_t(how_many), specimen(m, like.cols, like.count, like.joined));
    specimen q(most, most), d(1, m), e(1, n);
    for (index_t k = 0; k < like.count; ++k) {
        orthogonal::sample(q.panel(0, 0), random);
        for (double& v : d.values) v = 1 + random.uniform();
        for (double& v : e.values) v = 1 + random.uniform();
        const double noise = 0.4 / (std::sqrt(double(m)) + std::sqrt(double(n)));
        for (specimen& x : drawn)
            for (index_t i = 0; i < m; ++i)
                for (index_t j = 0; j < n; ++j) {
                    const double v = (q.panel(0, 0)(i, j) + noise * random.normal()) * d.values[std::size_t(i)] * e.values[std::size_t(j)];
                    x.panel(k, j / like.cols)(i, j % like.cols) = double(float(v));
                }
    }
    return drawn;
}

}  // namespace isotypic
