// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/algebra_parts.hpp>
#include <isotypic/check/null_space.hpp>
#include <isotypic/check/replay.hpp>
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
/// subspace, as centred ones do, what moves only the rest counts too. What breaks a symmetry by about 1e-8 of the output, such
/// as an eps, closes the gap (see `clear`); by less than 1e-10 it is not seen, and neither are pieces of a rule that no sample fell
/// into. For a rule in float the step must be about 5e-3, and the gap is then 1e2 or 1e3.
///
/// Source: the equation is that of Moskalev, Sepliarskaia, Sosnovik and Smeulders 2022 (LieGG), for maps whose output moves too.
namespace isotypic {

struct discover_options {
    std::uint64_t seed = isotypic::seed();
    double step = 6e-6;  ///< of the differences, a share of the root mean square of G's entries: near the cube root of a rounding
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

/// f and f' at a point.
struct linearization {
    MatrixXd value, slope;  ///< the slope has a column for every entry of G, column by column
    bool smooth;            ///< false where f has a kink or a jump within a step of G

    linearization(matrix_map const& f, MatrixXd g, double step) : value(f(g)), slope(g.size(), g.size()) {
        if (value.isZero(0)) throw std::runtime_error("isotypic: discover: the rule is zero at a sample, " + shape_text(f.m, f.n));
        const double size = std::sqrt(double(g.size())), h = step * g.norm() / size;
        double first = 0, second = 0;  // differences, squared
        for (index_t c = 0; c < g.size(); ++c) {
            double& x = g.reshaped()(c);
            const double here = x, high = here + h, low = here - h;
            x = high;
            const MatrixXd up = f(g);
            x = low;
            const MatrixXd down = f(g);
            x = here;
            slope.col(c) = (up - down).reshaped() / (high - low);
            first += (up - down).squaredNorm();
            second += (up - 2 * value + down).squaredNorm();
        }
        smooth = std::sqrt(second) <= std::fmax(1e-2 * std::sqrt(first), 1e-10 * size * value.norm());
    }
};

/// The equations at random points.
struct equation_source {
    matrix_map f;
    algebra_coordinates at;
    double step;
    random_stream random;
    index_t samples = 0, kinks = 0;

    /// f'(G)[A G + G B] - A' f - f B' at one of them, in units of f's root mean square. Kinks are passed over.
    MatrixXd next() {
        for (;; ++kinks) {
            if (kinks > 4 + samples) throw std::runtime_error("isotypic: discover: the rule has no derivative at most samples, " + shape_text(at.m, at.n));
            const double size = std::exp2(2 * random.uniform() - 1);
            const MatrixXd g = size * as_eigen(draw(specimen(at.m, at.n), 1, random)[0].panel(0, 0));
            const linearization here(f, g, step);
            if (!here.smooth) continue;
            ++samples;
            MatrixXd e(g.size(), at.length());
            e << here.slope * at.moves(g), -at.moves(here.value);
            return e * (std::sqrt(double(g.size())) / here.value.norm());
        }
    }
    index_t evaluations() const { return (samples + kinks) * (2 * at.m * at.n + 1); }
};

/// What all samples have in common, from so many of them that twice as many leave the same dimension.
inline null_space settled_null_space(equation_source& source) {
    const algebra_coordinates at = source.at;
    const index_t unknown = at.length(), q = at.m * at.n, batch = (std::max)(index_t(8), (2 * unknown + q - 1) / q);
    MatrixXd triangle = MatrixXd::Zero(unknown, unknown), more(batch * q, unknown);
    index_t before = -1;
    for (index_t wanted = batch; wanted <= 16 * unknown; wanted *= 2) {
        while (source.samples < wanted) {
            for (index_t i = 0; i < batch; ++i) more.middleRows(i * q, q) = source.next();
            fold(triangle, more);
        }
        const null_space null = null_space_of(triangle, at.idle(), source.step * source.step);
        if (null.basis.cols() == before) return null;
        before = null.basis.cols();
    }
    throw std::runtime_error("isotypic: discover: the dimension does not settle, " + shape_text(at.m, at.n));
}

}  // namespace detail

/// See the file's comment. Every value of the rule is the first step of a fresh run, at weight zero. Throws std::runtime_error
/// where the rule is not finite, zero, or has kinks wherever one looks, and where the dimension does not settle.
inline symmetry_algebra discover(replay const& rule, index_t m, index_t n, discover_options const& o = {}) {
    if (m < 1 || n < 1) throw error("isotypic: discover takes blocks with at least one row and one column, not " + detail::shape_text(m, n));
    const detail::algebra_coordinates at{m, n};
    detail::equation_source source{{rule, m, n}, at, o.step, random_stream(o.seed)};
    const detail::null_space null = detail::settled_null_space(source);

    Eigen::MatrixXd within(at.length(), 2 + null.basis.cols());
    within << at.idle(), null.basis;
    detail::part_search search{at, within, at.idle()};
    search.all();

    symmetry_algebra result;
    result.rows = m, result.cols = n;
    result.dimension = null.basis.cols(), result.gap = null.gap;
    result.samples = source.samples, result.evaluations = source.evaluations();
    result.parts = search.parts, result.unnamed = search.rest();
    return result;
}

/// Of a part, in double.
template <part P>
symmetry_algebra discover(P const& rule, index_t m, index_t n, discover_options const& o = {}) {
    return discover(updates_of<double>(rule), m, n, o);
}

}  // namespace isotypic
