// SPDX-License-Identifier: MIT
#include <isotypic/check/finding.hpp>
#include <isotypic/check/probe.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <zoo/zoo.hpp>

#include <doctest/doctest.h>
#include <cstdlib>
#include <fstream>

/// \file
/// The checker against the planted faults: no rule is accused of what it does not do, no fault is missed, and a failure shrinks to
/// something that a person can follow.
using namespace isotypic;

namespace {

struct cells {
    std::vector<std::vector<outcome>> of_shape;

    explicit cells(black_box const& rule) {
        trial_options o;
        o.inputs = {input::gaussian};
        for (check_shape s : o.shapes) of_shape.push_back(sweep(rule, all_actions(), s, o));
    }
    /// The outcome of an action at the first shape that breaks it, or null.
    outcome const* broken(std::size_t action) const {
        for (auto const& row : of_shape)
            if (row[action].worst.what == verdict::broken) return &row[action];
        return nullptr;
    }
};

/// Of every mutant, in the order of `zoo::faults`; swept once for all test cases.
template <class T>
std::vector<cells> const& swept() {
    static const std::vector<cells> all = [] {
        std::vector<cells> of;
        for (auto const& f : zoo::faults<T>()) of.emplace_back(as_black_box(f.mutant));
        return of;
    }();
    return all;
}

}  // namespace

TEST_CASE_TEMPLATE("rules without a fault are as expected", T, float, double) {
    for (auto const& b : zoo::bases<T>()) {
        INFO(std::string(b.rule));
        const cells found(as_black_box(b.function));
        char const* want[] = {b.wide, b.tall, b.square};
        for (std::size_t s = 0; s < 3; ++s) CHECK(symmetry_table::marks(found.of_shape[s]) == want[s]);
    }
}

TEST_CASE_TEMPLATE("every planted fault is found, by every action that it breaks", T, float, double) {
    int faults[2] = {0, 0}, found[2] = {0, 0}, cells_due[2] = {0, 0}, cells_found[2] = {0, 0};
    const auto list = zoo::faults<T>();
    for (std::size_t k = 0; k < list.size(); ++k) {
        auto const& f = list[k];
        const int held = zoo::held_out(f) ? 1 : 0;
        cells const& seen = swept<T>()[k];
        bool any = false;
        std::string missed;
        for (std::size_t a = 0; a < table_columns; ++a) {
            if (f.breaks[a] != 'x') continue;
            ++cells_due[held];
            if (seen.broken(a))
                any = true, ++cells_found[held];
            else
                missed += all_actions()[a].name + "; ";
        }
        ++faults[held], found[held] += any ? 1 : 0;
        INFO(std::string(f.rule), ", ", std::string(f.kind), ", missed: ", missed);
        CHECK(any);
        CHECK(missed == "");
    }
    for (int held : {0, 1})
        MESSAGE(std::string(held ? "held out: " : "tuned on: "), found[held], " of ", faults[held], " faults found, ", cells_found[held], " of ",
                cells_due[held], " cells");
}

TEST_CASE("19 of 20 faults shrink to 3 x 3 and two generators or less") {
    int small = 0, all = 0;
    std::ofstream written;
    if (char const* path = std::getenv("ISOTYPIC_WRITE_REPRODUCERS")) written.open(path);
    const auto list = zoo::faults<double>();
    for (std::size_t k = 0; k < list.size(); ++k) {
        auto const& f = list[k];
        INFO(std::string(f.rule), ", ", std::string(f.kind));
        const black_box box = as_black_box(f.mutant);
        cells const& seen = swept<double>()[k];
        for (std::size_t a = 0; a < table_columns; ++a) {
            if (f.breaks[a] != 'x' || !seen.broken(a)) continue;
            const trial t = shrunk(box, all_actions()[a], *seen.broken(a));
            CHECK(judge(box, t).what == verdict::broken);
            const bool is_small = t.rows <= 3 && t.cols <= 3 && t.moves.size() <= 2;
            ++all, small += is_small ? 1 : 0;
            if (!is_small) MESSAGE(std::string(f.rule), ", ", std::string(f.kind), ": ", code(t));
            written << "{\"" << f.rule << "\", \"" << f.kind << "\", " << code(t) << "},\n";
            break;
        }
    }
    MESSAGE(small, " of ", all);
    CHECK(20 * small >= 19 * all);
}

TEST_CASE("every printed reproducer replays, on whatever platform this is") {
    struct reproducer {
        std::string rule, kind;
        trial printed;
    };
    const reproducer list[] = {
#include <zoo/reproducers.inc>
    };
    std::size_t replayed = 0;
    for (auto const& f : zoo::faults<double>())
        for (reproducer const& r : list) {
            if (r.rule != f.rule || r.kind != f.kind) continue;
            INFO(r.rule, ", ", r.kind);
            ++replayed;
            CHECK(judge(as_black_box(f.mutant), r.printed).what == verdict::broken);
        }
    CHECK(replayed == zoo::faults<double>().size());
}
