// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/action.hpp>
#include <isotypic/check/defect.hpp>
#include <isotypic/check/replay.hpp>

/// \file
/// The remaining claims of a part as numbers: its shift laws and its degree of homogeneity.
namespace isotypic {

/// How far a part is from each statement of `shift_law`, relative to its output, the worst over steps.
struct shift_errors {
    double blind = 0, horizontal = 0, carries = 0, keeps = 0;
};

/// Shifts of rows, or of columns; the weight stays.
inline shift_errors shift_law_errors(replay const& rule, bool of_rows, index_t rows, index_t cols, check_options const& o = {}) {
    random_stream random(o.seed);
    const specimen like(rows, cols, o.count, o.joined);
    const specimen weight = draw(like, 1, random)[0];
    auto flat = [&](specimen const& x) { return horizontal(x, of_rows, !of_rows); };

    const run plain = rule(like), moved = rule(like), level = rule(like);
    defect blind, horizontal_, carries, keeps;
    for (specimen const& g : draw(like, o.steps, random)) {
        const specimen u = plain(weight, g), v = moved(weight, shifted(g, of_rows, !of_rows, random)), w = level(weight, flat(g));
        blind.see(distance(u, v), 1);
        carries.see(relative(flat(difference(u, v)), item_norms(u, v)), 1);
        horizontal_.see(relative(difference(u, flat(u)), item_norms(u, u)), 1);
        keeps.see(relative(difference(w, flat(w)), item_norms(w, w)), 1);
    }
    return {blind.error, horizontal_.error, carries.error, keeps.error};
}

/// |U(tG) - t^p U(G)| / |t^p U(G)| for a factor t > 0 and the degree p.
inline defect homogeneity_error(replay const& rule, double degree, double factor, index_t rows, index_t cols, check_options const& o = {}) {
    random_stream random(o.seed);
    const specimen like(rows, cols, o.count, o.joined);
    const specimen weight = draw(like, 1, random)[0];
    auto scaled = [](specimen x, double s) {
        for (double& v : x.values) v *= s;
        return x;
    };
    defect worst{0, 0, o.seed};
    const run plain = rule(like), moved = rule(like);
    index_t t = 0;
    for (specimen const& g : draw(like, o.steps, random))
        worst.see(distance(moved(weight, scaled(g, factor)), scaled(plain(weight, g), std::pow(factor, degree))), ++t);
    return worst;
}

template <scalar T = double, device D = cpu, part P>
shift_errors shift_law_errors(P const& rule, bool of_rows, index_t rows, index_t cols, check_options const& o = {}) {
    return shift_law_errors(updates_of<T, D>(rule), of_rows, rows, cols, o);
}
template <scalar T = double, device D = cpu, part P>
defect homogeneity_error(P const& rule, double degree, double factor, index_t rows, index_t cols, check_options const& o = {}) {
    return homogeneity_error(updates_of<T, D>(rule), degree, factor, rows, cols, o);
}

}  // namespace isotypic
