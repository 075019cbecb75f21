// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/algebra_parts.hpp>
#include <isotypic/check/black_box.hpp>
#include <isotypic/check/null_space.hpp>
#include <isotypic/check/seed.hpp>
#include <stdexcept>

/// \file
/// The continuous symmetry of a rule f, found and not asked for: every (A, B, A', B') in gl(m) + gl(n) + gl(m) + gl(n) with
///
///     f'(G)[A G + G B] = A' f(G) + f(G) B'      at every G,
///
/// without (aI, -aI) on the input and on the output, which do nothing. f'(G) comes from central differences. The number of samples
/// is doubled until the dimension is the same twice in a row: for a rule that is analytic, a single more sample that takes
/// nothing away settles it with probability 1. After that, known algebras are looked for.
///
/// What is linear in G on both sides is found, hence no shift and, of a group, only what is connected with 1. The symmetry is
/// that of the derivatives: a rule that is constant in pieces, as sign is, has all of gl(m) + gl(n). Where all outputs lie in a
/// subspace, as centred ones do, what moves only the rest counts too. G is drawn between 2^-10 and 4, so that an absolute eps of
/// 1e-8 and a threshold near 1 are seen; what holds but for them is told as well. Not seen are an eps below about 1e-10, and a piece
/// of a rule into which no sample fell. Of a rule in float the gaps are 1e2 or 1e3.
///
/// Source: the equation is that of Moskalev, Sepliarskaia, Sosnovik and Smeulders 2022 (LieGG), for maps whose output moves too.
namespace isotypic {

struct discover_options {
    std::uint64_t seed = isotypic::seed();
    double step = 0;  ///< of the differences, a share of the root mean square of G's entries; 0 is 1e-3, and 1e-2 for a rule in float
};

namespace detail {

/// A rule as a map of Eigen matrices: the first step of a fresh run, at weight zero.
struct matrix_map {
    replay const& rule;
    index_t m, n;

    MatrixXd operator()(MatrixXd const& g) const {
        specimen x(m, n);
        as_eigen(x.panel(0, 0)) = g;
        const specimen y = rule(x)(specimen(m, n), x);
        if (y.values.size() != x.values.size()) throw std::runtime_error("isotypic: discover: the rule returned another shape than it was given");
        const MatrixXd f = as_eigen(y.panel(0, 0));
        if (!f.allFinite()) throw std::runtime_error("isotypic: discover: the rule is not finite at a sample, " + shape_text(m, n));
        return f;
    }
};

/// f and f' at a point, by differences of order eight, whose step falls until those of order six agree.
struct linearization {
    MatrixXd value, slope;  ///< the slope has a column for every entry of G, column by column
    index_t evaluations = 1;
    double weight = 1;  ///< as much as the slope's roundings are larger; 0 where f has a kink, a jump or a pole near G

    linearization(matrix_map const& f, MatrixXd g, double step, double unit) : value(f(g)), slope(g.size(), g.size()) {
        if (value.isZero(0)) throw std::runtime_error("isotypic: discover: the rule is zero at a sample, " + shape_text(f.m, f.n));
        const double size = g.norm() / std::sqrt(double(g.size()));
        for (index_t c = 0; c < g.size() && weight > 0; ++c) {
            double share = 1;
            while (share >= 1. / 64 && !difference(f, g, c, share * step * size, 100 * unit)) share /= 8;
            weight = share < 1. / 64 ? 0 : std::fmin(weight, share);
        }
    }

private:
    bool difference(matrix_map const& f, MatrixXd& g, index_t c, double h, double rounding) {
        constexpr double eighth[] = {4. / 5, -1. / 5, 4. / 105, -1. / 280}, sixth[] = {3. / 4, -3. / 20, 1. / 60, 0};
        double& x = g.reshaped()(c);
        const double here = x;
        MatrixXd best = MatrixXd::Zero(f.m, f.n), other = best;
        for (int k = 0; k < 4; ++k) {
            const double high = here + (k + 1) * h, low = here - (k + 1) * h;
            x = high;
            const MatrixXd up = f(g);
            x = low;
            const MatrixXd slant = (up - f(g)) * ((k + 1) * 2 * h / (high - low));
            best += eighth[k] * slant, other += sixth[k] * slant;
        }
        x = here;
        evaluations += 8;
        slope.col(c) = best.reshaped() / h;
        return (best - other).norm() <= rounding * std::fmax(value.norm(), best.norm());
    }
};

/// The equations at random points.
struct equation_source {
    matrix_map f;
    algebra_coordinates at;
    double step, unit;  ///< unit: a rounding of the rule's
    random_stream random;
    index_t samples = 0, kinks = 0, evaluations = 0;

    /// f'(G)[A G + G B] - A' f - f B' at one of them, the longest column of norm 1. Kinks are passed over.
    MatrixXd next() {
        for (;; ++kinks) {
            if (kinks > 4 + samples) throw std::runtime_error("isotypic: discover: the rule has no derivative at most samples, " + shape_text(at.m, at.n));
            const double size = std::exp2(12 * random.uniform() - 10);
            const MatrixXd g = size * as_eigen(draw(specimen(at.m, at.n), 1, random)[0].panel(0, 0));
            const linearization here(f, g, step, unit);
            evaluations += here.evaluations;
            if (here.weight == 0) continue;
            ++samples;
            MatrixXd e(g.size(), at.length());
            e << here.slope * at.moves(g), -at.moves(here.value);
            return e * (here.weight / e.colwise().norm().maxCoeff());
        }
    }
};

/// What all samples have in common, from so many of them that twice as many leave the same dimension. Those after the first say
/// no more than how they act on what the first left.
inline std::vector<null_space> settled_null_spaces(equation_source& source) {
    const algebra_coordinates at = source.at;
    const index_t unknown = at.length(), q = at.m * at.n, batch = (std::max)(index_t(8), (2 * unknown + q - 1) / q);
    MatrixXd more(batch * q, unknown), first = MatrixXd::Zero(unknown, unknown), rest;
    auto look = [&] {
        for (index_t i = 0; i < batch; ++i) more.middleRows(i * q, q) = source.next();
    };
    auto spaces = [&](MatrixXd const& triangle) { return null_spaces_of(triangle, at.idle(), source.unit / source.step); };
    look();
    fold(first, more);
    std::vector<null_space> null = spaces(first);
    const MatrixXd left = null.back().basis;
    rest.setZero(left.cols(), left.cols());
    for (index_t wanted = 2 * batch; wanted <= 16 * unknown; wanted *= 2) {
        while (source.samples < wanted) {
            look();
            fold(rest, more * left);
        }
        const index_t before = null[0].basis.cols();
        MatrixXd all = first;
        fold(all, rest * left.transpose());
        null = spaces(all);
        if (null[0].basis.cols() == before) return null;
    }
    throw std::runtime_error("isotypic: discover: the dimension does not settle, " + shape_text(at.m, at.n));
}

inline named_algebra named(null_space const& null, algebra_coordinates at) {
    MatrixXd within(at.length(), 2 + null.basis.cols());
    within << at.idle(), null.basis;
    part_search search{at, within, at.idle()};
    search.all();
    return {null.basis.cols(), null.gap, null.size, search.parts, search.rest()};
}

inline symmetry_algebra discovered(black_box const& rule, index_t m, index_t n, discover_options const& o) {
    if (m < 1 || n < 1) throw error("isotypic: discover takes blocks with at least one row and one column, not " + shape_text(m, n));
    const algebra_coordinates at{m, n};
    const double step = o.step > 0 ? o.step : rule.unit > 0x1p-30 ? 1e-2 : 1e-3;
    equation_source source{{rule.start, m, n}, at, step, rule.unit, random_stream(o.seed)};
    const std::vector<null_space> found = settled_null_spaces(source);

    symmetry_algebra result{named(found[0], at), m, n, source.samples, source.evaluations, {}};
    for (std::size_t i = 1; i < found.size(); ++i) result.nearly.push_back(named(found[i], at));
    return result;
}

}  // namespace detail

/// See the file's comment. `rule` is anything that `as_black_box` takes; its values are the first step of a fresh run, at weight
/// zero. Throws std::runtime_error where the rule is not finite, zero, or has kinks wherever one looks, and where the dimension
/// does not settle.
template <class M = void, class F>
symmetry_algebra discover(F const& rule, index_t m, index_t n, discover_options const& o = {}) {
    return detail::discovered(as_black_box<M>(rule), m, n, o);
}

}  // namespace isotypic
