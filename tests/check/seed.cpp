// SPDX-License-Identifier: MIT
#include <isotypic/check/seed.hpp>
#include <doctest/doctest.h>
#include <cstdlib>
#include <string>

TEST_CASE("the seed is read from the environment") {
    const char* given = std::getenv("ISOTYPIC_SEED");
    const std::string kept = given ? given : "";
    auto with = [](char const* text) { return ::setenv("ISOTYPIC_SEED", text, 1), isotypic::seed(); };

    const auto usual = with("");
    CHECK(with("17") == 17);
    CHECK(with("0x10") == 16);
    CHECK(with("18446744073709551615") == 18446744073709551615u);
    CHECK(with("seventeen") == usual);
    ::unsetenv("ISOTYPIC_SEED");
    CHECK(isotypic::seed() == usual);

    if (given) ::setenv("ISOTYPIC_SEED", kept.c_str(), 1);
}
