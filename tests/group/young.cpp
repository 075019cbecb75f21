// SPDX-License-Identifier: MIT
#include <isotypic/group/young.hpp>
#include "group/samples.hpp"

using namespace isotypic;

namespace {
using class_token = young<1>;
using registers = young<1, 4>;
using token_and_rest = product<permutation, permutation, 1>;
}  // namespace

TEST_CASE("Young subgroups: the relations, by type and by samples") {
    check_relation<registers, registers>(true);
    check_relation<registers, class_token>(true);
    check_relation<registers, young<5>>(true);
    check_relation<registers, permutation>(true);
    check_relation<registers, orthogonal>(true);
    check_relation<young<1, 1, 2>, young<2>>(true);
    check_relation<young<1, 1, 2>, young<1, 3>>(true);
    check_relation<young<>, permutation>(true);
    check_relation<young<>, class_token>(false);
    check_relation<class_token, registers>(false, false);  // of four positions there are none beyond the registers
    CHECK(samples_in<class_token, registers>(8) < 20);
    check_relation<young<2>, young<1>>(false);
    check_relation<young<2>, young<1, 2>>(false);
    check_relation<permutation, class_token>(false);
    check_relation<class_token, trivial>(false);
    check_relation<trivial, registers>(true);
}

TEST_CASE("a Young subgroup with one cut is a product") {
    check_relation<class_token, token_and_rest>(true);
    check_relation<token_and_rest, class_token>(true);
    check_relation<registers, token_and_rest>(true);
    check_relation<token_and_rest, young<2>>(false);
    check_relation<product<permutation, signed_permutation, 1>, class_token>(false);
    check_relation<class_token, product<permutation, orthogonal, 1>>(true);
    check_relation<class_token, product<trivial, permutation, 1>>(false, false);  // conservative: S_1 is trivial
}

TEST_CASE("every permutation that keeps the labels is as likely as the others") {
    const label_keeping classes{{7, 3, 7, 3, 7}};
    random_stream random(seed());
    std::vector<int> count(3125);
    for (int t = 0; t < 12000; ++t) {
        storage<double> g(5, 5);
        classes.sample(g.one(), random);
        std::size_t code = 0;
        for (index_t i = 0; i < 5; ++i)
            for (index_t j = 0; j < 5; ++j)
                if (g.one()(i, j) == 1) code = 5 * code + std::size_t(j);
        ++count[code];
        CHECK(classes.contains(g.one(), 0));
    }
    int seen = 0;
    double chi = 0;
    for (int c : count) seen += c > 0, chi += c > 0 ? (c - 1000.) * (c - 1000.) / 1000 : 0;
    INFO("seed ", seed());
    CHECK(seen == 12);  // 3! 2!
    CHECK(chi < 40);    // chi squared with 11 degrees of freedom: beyond it once in 25000 seeds
}

TEST_CASE("the generators reach every element, and none more") {
    const label_keeping classes{{7, 3, 7, 3, 7}};
    auto exchanges = classes.generators();
    CHECK(exchanges.size() == 3);
    std::vector<std::vector<int>> reached{{0, 1, 2, 3, 4}};
    for (std::size_t k = 0; k < reached.size(); ++k)
        for (auto const& e : exchanges) {
            auto next = reached[k];
            std::swap(next[std::size_t(e.first)], next[std::size_t(e.second)]);
            if (std::find(reached.begin(), reached.end(), next) == reached.end()) reached.push_back(next);
        }
    CHECK(reached.size() == 12);
    CHECK(registers::generators(8).size() == 5);
    CHECK(young<>::generators(8).size() == 7);
}

TEST_CASE("a permutation that exchanges labels is not contained, nor a sign") {
    const label_keeping classes{{0, 1, 1}};
    const double keeps[9] = {1, 0, 0, 0, 0, 1, 0, 1, 0}, moves[9] = {0, 1, 0, 1, 0, 0, 0, 0, 1}, sign[9] = {-1, 0, 0, 0, 1, 0, 0, 0, 1};
    CHECK(classes.contains(view<double const>(keeps, 3, 3), 0));
    CHECK(!classes.contains(view<double const>(moves, 3, 3), 1e-3));
    CHECK(!classes.contains(view<double const>(sign, 3, 3), 1e-3));
    CHECK(class_token::of(4).label == std::vector<index_t>{0, 1, 1, 1});
    CHECK(young<3, 3>::of(4).label == std::vector<index_t>{0, 0, 0, 1});
    CHECK(samples_in<registers, registers>(0) == 20);
    CHECK(samples_in<registers, registers>(1) == 20);
    CHECK_THROWS_WITH_AS((void)classes.contains(view<double const>(keeps, 2, 2), 0), "isotypic: 3 labels for 2 positions", error);
}
