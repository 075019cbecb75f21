// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <cmath>
#include <cstddef>
#include <vector>

/// \file
/// Networks small enough to read, for tests of what a symmetry means: forward passes over any number type.
namespace network {

using namespace isotypic;

/// a + b e with e^2 = 0: a value and its slope.
struct dual {
    double value = 0, slope = 0;
    dual(double v = 0, double s = 0) : value(v), slope(s) {}
    friend dual operator+(dual a, dual b) { return {a.value + b.value, a.slope + b.slope}; }
    friend dual operator-(dual a, dual b) { return {a.value - b.value, a.slope - b.slope}; }
    friend dual operator*(dual a, dual b) { return {a.value * b.value, a.slope * b.value + a.value * b.slope}; }
    friend dual operator/(dual a, dual b) { return {a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value}; }
    friend dual exp(dual a) { return {std::exp(a.value), a.slope * std::exp(a.value)}; }
    friend dual log(dual a) { return {std::log(a.value), a.slope / a.value}; }
    friend bool operator<(dual a, dual b) { return a.value < b.value; }
};

template <class S>
using vector = std::vector<S>;

/// A block whose numbers are S; k counts items, or the halves of a joined pair.
template <class S>
struct weights {
    index_t rows, cols;
    vector<S> values;
    S operator()(index_t k, index_t i, index_t j) const { return values[std::size_t((k * rows + i) * cols + j)]; }
};
template <class S>
using model = std::vector<weights<S>>;

template <class S>
vector<S> multiply(weights<S> const& w, index_t k, vector<S> const& x) {
    vector<S> y(std::size_t(w.rows), S(0));
    for (index_t i = 0; i < w.rows; ++i)
        for (index_t j = 0; j < w.cols; ++j) y[std::size_t(i)] = y[std::size_t(i)] + w(k, i, j) * x[std::size_t(j)];
    return y;
}

/// W_d (silu(W_g x) * W_u x)
template <class S>
vector<S> swiglu(weights<S> const& gate, index_t g, weights<S> const& up, index_t u, weights<S> const& down, index_t d, vector<S> const& x) {
    using std::exp;
    vector<S> a = multiply(gate, g, x), b = multiply(up, u, x);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = a[i] / (S(1) + exp(S(0) - a[i])) * b[i];
    return multiply(down, d, a);
}

template <class S>
S log_sum_exp(vector<S> const& z) {
    using std::exp, std::log;
    S most = z[0], sum(0);
    for (S const& v : z)
        if (most < v) most = v;
    for (S const& v : z) sum = sum + exp(v - most);
    return log(sum) + most;
}

/// The numbers with which a router weighs its experts: softmax or sigmoid of all logits, kept for the two largest.
template <class S>
vector<S> top_two(vector<S> const& z, bool sigmoid) {
    using std::exp;
    const S total = log_sum_exp(z);
    vector<S> p;
    for (S const& v : z) p.push_back(sigmoid ? S(1) / (S(1) + exp(S(0) - v)) : exp(v - total));
    std::size_t first = 0, second = z.size();
    for (std::size_t e = 1; e < z.size(); ++e)
        if (z[first] < z[e]) first = e;
    for (std::size_t e = 0; e < z.size(); ++e)
        if (e != first && (second == z.size() || z[second] < z[e])) second = e;
    for (std::size_t e = 0; e < z.size(); ++e)
        if (e != first && e != second) p[e] = S(0);
    return p;
}

/// router, gates, ups, downs: sum over the two experts chosen of p_e swiglu_e(x)
template <class S>
vector<S> experts(model<S> const& m, vector<S> const& x, bool sigmoid) {
    const vector<S> p = top_two(multiply(m[0], 0, x), sigmoid);
    vector<S> y(std::size_t(m[3].rows), S(0));
    for (std::size_t e = 0; e < p.size(); ++e) {
        if (!(S(0) < p[e])) continue;
        const index_t k = index_t(e);
        const vector<S> out = swiglu(m[1], k, m[2], k, m[3], k, x);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] + p[e] * out[i];
    }
    return y;
}

/// What goes in and what should come out, one row an example.
struct examples {
    std::vector<vector<double>> in, out;
    examples(index_t how_many, index_t inputs, index_t outputs, random_stream& random) {
        auto normal = [&](index_t n) {
            vector<double> v;
            for (index_t i = 0; i < n; ++i) v.push_back(random.normal());
            return v;
        };
        for (index_t i = 0; i < how_many; ++i) in.push_back(normal(inputs)), out.push_back(normal(outputs));
    }
};

/// Half the mean square of f(m, x) - y.
template <class S, class F>
S square_loss(F const& f, model<S> const& m, examples const& e) {
    S sum(0);
    for (std::size_t n = 0; n < e.in.size(); ++n) {
        const vector<S> y = f(m, vector<S>(e.in[n].begin(), e.in[n].end()));
        for (std::size_t i = 0; i < y.size(); ++i) sum = sum + (y[i] - S(e.out[n][i])) * (y[i] - S(e.out[n][i])) * S(0.5 / double(e.in.size()));
    }
    return sum;
}

}  // namespace network
