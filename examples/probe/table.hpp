// SPDX-License-Identifier: MIT
#pragma once
#include "source.hpp"
#include <isotypic/check/probe.hpp>

/// \file
/// The symmetry tables of many rules as one, a line a rule, without the columns for both sides at once, which follow.
struct probed {
    source from;
    std::vector<isotypic::symmetry_table> tables;  ///< one for each rule
};

/// What the run comes to.
struct tally {
    std::size_t rules = 0, cells = 0, undecidable = 0, contradictions = 0, held_against = 0;
    std::vector<std::string> wrong{};  ///< contradictions, and cells that are not as derived by hand

    void see(isotypic::symmetry_table const& found, candidate const& c, std::string const& from);
    std::string text() const;
};

std::string as_markdown(probed const&);
/// A page of its own.
std::string as_html(std::vector<probed> const&, tally const&);
