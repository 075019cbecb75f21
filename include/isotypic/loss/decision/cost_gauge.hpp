// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <isotypic/loss/decision/index_list.hpp>
#include <isotypic/loss/decision/instances.hpp>
#include <isotypic/device/workspace.hpp>
#include <algorithm>

/// \file
/// Changes of the costs that move no decision where all feasible x satisfy A x = b:
///
///     c -> c + A' lambda        c'x moves by b'lambda for every x
///
/// node potentials of a shortest path, constants of a row or column of an assignment. The group is the row space of A, held as an orthonormal
/// basis Q (k x d):
///
///     cost_gauge gauge = cost_gauge::equalities(a);                 // a: m x d, float or double, of any rank
///     cost_gauge gauge = cost_gauge::equalities(a, known);          // only those lambda that leave the costs of `known` alone
///
/// For known K reflections of the rows empty A_K one column after another; what rows remain are 0 there. A row that is less than 1e-10 of
/// the largest one counts as 0. Derived here.
namespace isotypic {

/// See the file's comment.
class cost_gauge {
public:
    template <matrix A>
    static cost_gauge equalities(A&& constraints, index_list known = {}) {
        const auto a = as_view(constraints);
        cost_gauge g;
        g.columns = std::size_t(a.cols);
        std::vector<std::vector<double>> rows;
        for (index_t i = 0; i < a.rows; ++i) {
            rows.emplace_back(g.columns);
            for (index_t j = 0; j < a.cols; ++j) rows.back()[std::size_t(j)] = double(a(i, j));
            if (detail::first_not_finite(rows.back()) < g.columns)
                throw error("isotypic: cost gauge: row " + std::to_string(i) + " of the equalities is not finite");
        }
        double largest = 0;
        for (auto const& r : rows) largest = std::fmax(largest, std::sqrt(detail::dot(r, r)));
        for (index_t k : std::span<index_t const>(known)) {
            if (k < 0 || k >= a.cols) throw error("isotypic: cost gauge: known cost " + std::to_string(k) + " of " + std::to_string(a.cols));
            empty_column(rows, std::size_t(k), tolerance * largest);
        }
        g.orthonormalise(rows, tolerance * largest);
        return g;
    }

    index_t dimension() const { return index_t(columns); }
    index_t rank() const { return columns ? index_t(basis.size() / columns) : 0; }
    std::span<double const> row(index_t k) const { return std::span<double const>(basis).subspan(std::size_t(k) * columns, columns); }
    bool moves(index_t j) const {
        for (index_t k = 0; k < rank(); ++k)
            if (row(k)[std::size_t(j)] != 0) return true;
        return false;
    }

    /// y <- y - Q'Q y, 0 where all but rounding is taken off. What is left of rounding the second turn takes.
    void project(std::span<double> y) const {
        const double before = detail::dot(y, y);
        for (int turn = 0; turn < 2; ++turn)
            for (index_t k = 0; k < rank(); ++k) take_off(row(k), y);
        constexpr double lost = 1e-14;
        if (detail::dot(y, y) <= lost * lost * double(columns) * before) std::fill(y.begin(), y.end(), 0.0);
    }
    /// c <- c + an element of the group.
    void move(random_stream& random, std::span<double> c) const {
        for (index_t k = 0; k < rank(); ++k) {
            const double by = random.normal();
            for (std::size_t j = 0; j < columns; ++j) c[j] += by * row(k)[j];
        }
    }

private:
    static constexpr double tolerance = 1e-10;
    std::size_t columns = 0;
    std::vector<double> basis;

    static void take_off(std::span<double const> q, std::span<double> y) {
        const double along = detail::dot(q, y);
        for (std::size_t j = 0; j < y.size(); ++j) y[j] -= along * q[j];
    }
    /// Reflects the rows so that all but the last are 0 in column j, and drops that one.
    static void empty_column(std::vector<std::vector<double>>& rows, std::size_t j, double none) {
        double size = 0;
        for (auto const& r : rows) size += r[j] * r[j];
        size = std::sqrt(size);
        if (size > none) {
            std::vector<double> v, by(rows[0].size(), 0.0);
            for (auto const& r : rows) v.push_back(r[j]);
            v.back() += v.back() < 0 ? -size : size;
            const double square = detail::dot(v, v);
            for (std::size_t i = 0; i < rows.size(); ++i)
                for (std::size_t l = 0; l < by.size(); ++l) by[l] += 2 * v[i] * rows[i][l] / square;
            for (std::size_t i = 0; i < rows.size(); ++i)
                for (std::size_t l = 0; l < by.size(); ++l) rows[i][l] -= v[i] * by[l];
            rows.pop_back();
        }
        for (auto& r : rows) r[j] = 0;
    }
    /// Gram and Schmidt, the longest row first.
    void orthonormalise(std::vector<std::vector<double>>& rows, double none) {
        const auto shorter = [](auto const& a, auto const& b) { return detail::dot(a, a) < detail::dot(b, b); };
        while (!rows.empty()) {
            const auto at = std::max_element(rows.begin(), rows.end(), shorter);
            std::vector<double> q = std::move(*at);
            rows.erase(at);
            for (index_t k = 0; k < rank(); ++k) take_off(row(k), q);
            const double size = std::sqrt(detail::dot(q, q));
            if (!(size > none)) return;
            for (double& v : q) v /= size;
            for (auto& r : rows) take_off(q, r);
            basis.insert(basis.end(), q.begin(), q.end());
        }
    }
};

/// The map that forgets it, y = x - Q'Q x; its own derivative.
struct gauge_fixed {
    cost_gauge gauge;

    using costs = std::span<double const>;
    static constexpr char const* name = "gauge-fixed costs";
    static constexpr bool keeps_known = true;

    void require(cost_instances const& data) const {
        if (gauge.dimension() != data.dimension())
            throw error("isotypic: " + std::string(name) + ": a gauge of " + std::to_string(gauge.dimension()) + " costs for instances of " +
                        std::to_string(data.dimension()));
    }
    void require_known(std::span<index_t const> known) const {
        for (index_t k : known)
            if (gauge.moves(k))
                throw error("isotypic: " + std::string(name) + ": the gauge moves known cost " + std::to_string(k) + ": give `equalities` what is known");
    }
    void forward(costs, costs x, std::span<double> y, workspace&) const { std::copy(x.begin(), x.end(), y.begin()), gauge.project(y); }
    void jvp(costs c, costs, costs v, std::span<double> out, workspace& w) const { forward(c, v, out, w); }
    void vjp(costs c, costs, costs g, std::span<double> out, workspace& w) const { forward(c, g, out, w); }
};

}  // namespace isotypic
