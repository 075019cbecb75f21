// SPDX-License-Identifier: MIT
// A rule says its name, for its errors.
#include <isotypic/critic/combiner.hpp>
using namespace isotypic;

struct mine {
    static constexpr char const* name = "mine";  // BREAK: name => title
    void weights(view<double const>, std::span<double>, workspace&) const {}
};
combiner<mine> program(mine{}, 10);
// SAYS: combination_rule
