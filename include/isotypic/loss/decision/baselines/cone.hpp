// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/solver.hpp>
#include <algorithm>
#include <utility>
#include <vector>

/// \file
/// The point of a cone {sum lambda_k n_k, lambda >= 0} that is nearest to a vector: non-negative least squares by active sets, in an
/// orthonormal basis of the active normals that is kept by Gram-Schmidt, taken twice. Dependent and repeated normals are no harm.
///
/// Source: Lawson, Hanson, Solving Least Squares Problems (1974), chapter 23.
namespace isotypic::detail {

class cone_projection {
public:
    /// p <- the point nearest to u; normals: rows of unit length.
    void project(std::span<double const> normals, std::span<double const> u, std::span<double> p) {
        d = u.size(), n = normals;
        const std::size_t count = n.size() / d;
        active.clear(), weight.clear(), basis.clear(), factor.clear();
        rest.assign(u.begin(), u.end());
        const double small = 1e-13 * std::sqrt(dot(u, u));
        for (std::size_t round = 0; grow(u, count, small); ++round) {
            if (round > 20 * count + 20) throw error("isotypic: the projection onto the cone of normals does not settle");
            rest.assign(u.begin(), u.end());
            for (int twice = 0; twice < 2; ++twice)
                for (std::size_t k = 0; k < active.size(); ++k) subtract(rest, q(k));
        }
        std::fill(p.begin(), p.end(), 0.0);
        for (std::size_t k = 0; k < active.size(); ++k)
            for (std::size_t j = 0; j < d; ++j) p[j] += weight[k] * normal(active[k])[j];
    }

private:
    std::size_t d = 0;
    std::span<double const> n;
    std::vector<std::size_t> active;
    std::vector<double> weight, target, rest, basis, line;
    std::vector<std::vector<double>> factor;  ///< of active normal k in the basis, k + 1 numbers
    std::vector<char> out;

    std::span<double const> normal(std::size_t k) const { return n.subspan(k * d, d); }
    std::span<double const> q(std::size_t k) const { return std::span(basis).subspan(k * d, d); }
    /// Takes q's part out of v; returns how much it was.
    static double subtract(std::vector<double>& v, std::span<double const> along) {
        const double part = dot(v, along);
        for (std::size_t j = 0; j < v.size(); ++j) v[j] -= part * along[j];
        return part;
    }

    /// One more normal, and those out that it makes needless. False where none is any use.
    bool grow(std::span<double const> u, std::size_t count, double small) {
        out.assign(count, 0);
        for (std::size_t k : active) out[k] = 1;
        for (;;) {
            std::size_t best = count;
            double most = small;
            for (std::size_t k = 0; k < count; ++k)
                if (const double slope = out[k] ? 0 : dot(normal(k), rest); slope > most) most = slope, best = k;
            if (best == count) return false;
            out[best] = 1;
            if (!enter(best, 1e-10)) continue;
            weight.push_back(0);
            solve(u);
            if (target.back() > 0) break;
            leave(active.size() - 1);
        }
        for (;;) {
            double step = 1;
            std::size_t first = active.size();
            for (std::size_t k = 0; k < active.size(); ++k)
                if (target[k] <= 0)
                    if (const double reach = weight[k] / (weight[k] - target[k]); first == active.size() || reach < step) step = reach, first = k;
            if (first == active.size()) break;
            for (std::size_t k = 0; k < active.size(); ++k) weight[k] += step * (target[k] - weight[k]);
            leave(first);
            solve(u);
        }
        weight = target;
        return true;
    }
    bool enter(std::size_t k, double least) {
        line.assign(normal(k).begin(), normal(k).end());
        std::vector<double> part(active.size() + 1, 0.0);
        for (int twice = 0; twice < 2; ++twice)
            for (std::size_t i = 0; i < active.size(); ++i) part[i] += subtract(line, q(i));
        const double left = part.back() = std::sqrt(dot(line, line));
        if (left <= least) return false;
        for (double x : line) basis.push_back(x / left);
        factor.push_back(std::move(part)), active.push_back(k);
        return true;
    }
    void leave(std::size_t k) {
        std::vector<std::size_t> later(active.begin() + index_t(k) + 1, active.end());
        active.resize(k), basis.resize(k * d), factor.resize(k), weight.erase(weight.begin() + index_t(k));
        for (std::size_t i : later) enter(i, 0);
    }
    /// The best weights of the active normals, of any sign.
    void solve(std::span<double const> u) {
        target.resize(active.size());
        for (std::size_t k = active.size(); k-- > 0;) {
            double v = dot(q(k), u);
            for (std::size_t i = k + 1; i < active.size(); ++i) v -= factor[i][k] * target[i];
            target[k] = v / factor[k][k];
        }
    }
};

}  // namespace isotypic::detail
