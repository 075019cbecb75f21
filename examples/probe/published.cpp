// SPDX-License-Identifier: MIT
#include "source.hpp"
#include <isotypic/matrix/eigen.hpp>
#include <zoo/expected.hpp>
#include <zoo/rules.hpp>

source published_rules() {
    source s{"published rules", {}};
    for (auto const& [name, rule] : zoo::rules<double>()) {
        candidate c{name, isotypic::as_black_box(rule)};
        for (zoo::expectation const& e : zoo::expected)
            if (e.rule == c.name) c.expected = {e.wide, e.tall, e.square};
        s.rules.push_back(c);
    }
    return s;
}
