// SPDX-License-Identifier: MIT
#pragma once
#include "network.hpp"
#include <isotypic/check/check.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/rule.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// Training of small networks by the library's rules, gradients by forward differentiation; group elements
/// that move several blocks together.
namespace network {

/// Outputs that agree, and outputs that do not: rounding, and six decades above it, since how much one draw of
/// a network shows of a broken symmetry is left to chance.
constexpr double same = 1e-12, other = 1e-6;

inline model<double> plain(std::vector<specimen> const& blocks) {
    model<double> m;
    for (specimen const& b : blocks) m.push_back({b.rows, b.cols, b.values});
    return m;
}

/// df / d(every entry of every block), f a number of a model.
template <class F>
std::vector<specimen> gradient(F const& f, std::vector<specimen> const& blocks) {
    model<dual> m;
    for (specimen const& b : blocks) m.push_back({b.rows, b.cols, vector<dual>(b.values.begin(), b.values.end())});
    std::vector<specimen> g = blocks;
    for (std::size_t b = 0; b < m.size(); ++b)
        for (std::size_t i = 0; i < m[b].values.size(); ++i) {
            m[b].values[i].slope = 1;
            g[b].values[i] = f(m).slope;
            m[b].values[i].slope = 0;
        }
    return g;
}

/// The blocks after every step, each under its own rule.
template <class F>
std::vector<std::vector<specimen>> train(F const& loss, std::vector<specimen> blocks, std::vector<replay> const& rules, int steps) {
    std::vector<run> running;
    for (std::size_t b = 0; b < blocks.size(); ++b) running.push_back(rules[b](blocks[b]));
    std::vector<std::vector<specimen>> all;
    for (int t = 0; t < steps; ++t) {
        const auto g = gradient(loss, blocks);
        for (std::size_t b = 0; b < blocks.size(); ++b) blocks[b] = running[b](blocks[b], g[b]);
        all.push_back(blocks);
    }
    return all;
}

/// The largest change of an output between two models, over the largest output.
template <class F>
double outputs_apart(F const& f, std::vector<specimen> const& a, std::vector<specimen> const& b, examples const& e) {
    double most = 0, apart = 0;
    for (auto const& x : e.in) {
        const auto u = f(plain(a), x), v = f(plain(b), x);
        for (std::size_t i = 0; i < u.size(); ++i) most = std::fmax(most, std::fabs(u[i])), apart = std::fmax(apart, std::fabs(u[i] - v[i]));
    }
    return apart / most;
}

/// g x and x h', for every item and both halves of a pair.
inline specimen on_rows(specimen const& g, specimen const& x) {
    specimen y = x;
    for_each_element(x, [&](index_t k, index_t p, index_t i, index_t j) {
        double sum = 0;
        for (index_t l = 0; l < x.rows; ++l) sum += g.panel(0, 0)(i, l) * x.panel(k, p)(l, j);
        y.panel(k, p)(i, j) = sum;
    });
    return y;
}
inline specimen on_cols(specimen const& h, specimen const& x) {
    specimen y = x;
    for_each_element(x, [&](index_t k, index_t p, index_t i, index_t j) {
        double sum = 0;
        for (index_t l = 0; l < x.cols; ++l) sum += x.panel(k, p)(i, l) * h.panel(0, 0)(j, l);
        y.panel(k, p)(i, j) = sum;
    });
    return y;
}
/// Item i becomes item j where g_ij = 1.
inline specimen on_items(specimen const& g, specimen const& x) {
    specimen y = x;
    for_each_element(x, [&](index_t k, index_t p, index_t i, index_t j) {
        double sum = 0;
        for (index_t l = 0; l < x.count; ++l) sum += g.panel(0, 0)(k, l) * x.panel(l, p)(i, j);
        y.panel(k, p)(i, j) = sum;
    });
    return y;
}

/// An element of G other than the identity.
template <group G>
specimen moving_element(index_t n, random_stream& random) {
    specimen g(n, n), one(n, n);
    trivial::sample(one.panel(0, 0), random);
    do G::sample(g.panel(0, 0), random);
    while (g.values == one.values);
    return g;
}

inline specimen block(index_t m, index_t n, random_stream& random, index_t items = 1, bool pair = false) {
    return draw(specimen(m, n, items, pair), 1, random)[0];
}

/// The share of a block that all rows share.
inline double vertical(specimen const& g) {
    return relative(difference(g, horizontal(g, true, false)), item_norms(g, g));
}

/// Unit rows, each at a rate of its own place: right under the identity alone.
inline const auto by_place = row_norm{} | rule<symmetry<trivial, orthogonal>>([](auto x, auto y) {
                          for (index_t i = 0; i < x.rows; ++i)
                              for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) * double(i + 1);
                      });

template <class P>
replay on(P const& p, double rate = 0.05) {
    return weights_of<symmetry<trivial, trivial>, double>(p, rate, {.rate = 0.2});
}
template <class P>
replay on_shifted(P const& p, double rate = 0.05) {
    return weights_of<up_to_row_shift<trivial, trivial>, double>(p, rate, {.rate = 0.2});
}
inline const auto rows = momentum{.beta = 0.8} | row_norm{};
inline const auto centred = momentum{.beta = 0.8} | centre{} | row_norm{} | centre{};

}  // namespace network
