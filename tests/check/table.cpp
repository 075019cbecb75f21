// SPDX-License-Identifier: MIT
#include <isotypic/check/table.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace isotypic;
using M = Eigen::MatrixXd;

namespace {
symmetry_table sample() {
    return probe([](M const& g) -> M { return g.rowwise().normalized(); }, {.shapes = {{3, 4}}, .name = "a<b> & \"c\""});
}
}  // namespace

TEST_CASE("a table as text and Markdown") {
    const std::string t = text(sample()), m = markdown(sample());
    CHECK(t.find("3 x 4       special     1e+-30\n") != std::string::npos);
    CHECK(t.find("rows: permutation     0           not finite  not finite\n") != std::string::npos);
    CHECK(t.find("rows: rotation        no ") != std::string::npos);
    CHECK(std::count(t.begin(), t.end(), '\n') == 17);
    CHECK(m.find("| --- | --- | --- | --- |\n| rows: permutation | 0 | not finite | not finite |\n") != std::string::npos);
}

TEST_CASE("a table as JSON is JSON, and as HTML has its names escaped") {
    const auto j = nlohmann::json::parse(json(sample()));
    CHECK(j["rule"] == "a<b> & \"c\"");
    REQUIRE(j["cells"].size() == 48);
    CHECK(j["cells"][0]["action"] == "rows: permutation");
    CHECK(j["cells"][0]["verdict"] == "exact");
    CHECK(j["cells"][2]["verdict"] == "broken");
    CHECK(j["cells"][2]["defect"] > 0.01);
    const std::string h = html(sample());
    CHECK(h.find("a&lt;b&gt; &amp; \"c\"") != std::string::npos);
    CHECK(h.find("<td class=\"n\">no ") != std::string::npos);
    CHECK(h.find("<td class=\"u\">not finite</td>") != std::string::npos);
}
