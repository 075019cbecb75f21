// SPDX-License-Identifier: MIT
#include <zoo/zoo.hpp>

#include <doctest/doctest.h>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t actions = 16;
constexpr std::pair<int, int> shapes[] = {{4, 6}, {6, 4}, {5, 5}};

template <class T>
zoo::matrix<T> gradient(int m, int n, int t) {
    zoo::matrix<T> g(m, n);
    for (int i = 0; i < m; ++i)
        for (int j = 0; j < n; ++j) g(i, j) = T(2 * std::sin(1 + 7 * i * i + 3 * j + 11 * t + 5 * i * j));
    return g;
}

/// The three updates of a fresh copy of f.
template <class T>
std::vector<zoo::matrix<T>> updates(zoo::rule<T> f, int m, int n) {
    std::vector<zoo::matrix<T>> u;
    for (int t = 1; t <= 3; ++t) {
        u.push_back(f(gradient<T>(m, n, t)));
        REQUIRE(u.back().rows() == m);
        REQUIRE(u.back().cols() == n);
        REQUIRE(u.back().allFinite());
    }
    return u;
}

template <class T>
zoo::base<T> const* base_of(std::vector<zoo::base<T>> const& bases, std::string const& name) {
    for (zoo::base<T> const& b : bases)
        if (name == b.rule) return &b;
    return nullptr;
}

}  // namespace

TEST_CASE_TEMPLATE("every mutant runs, alike each time, and differs from its rule", T, float, double) {
    const auto bases = zoo::bases<T>();
    for (zoo::fault<T> const& f : zoo::faults<T>()) {
        INFO(f.rule);
        INFO(f.kind);
        zoo::base<T> const* const b = base_of(bases, f.rule);
        REQUIRE(b != nullptr);
        T difference = 0;
        for (std::pair<int, int> const& shape : shapes) {
            const auto u = updates<T>(f.mutant, shape.first, shape.second), again = updates<T>(f.mutant, shape.first, shape.second);
            const auto v = updates<T>(b->function, shape.first, shape.second);
            CHECK(u == again);
            for (std::size_t t = 0; t < u.size(); ++t) difference = std::max(difference, (u[t] - v[t]).norm() / v[t].norm());
        }
        // What only a small gradient shows is small here.
        if (std::string(f.kind) != "absolute eps 1e-8" && std::string(f.kind) != "overflow guard clamps") CHECK(difference > T(1e-4));
    }
}

TEST_CASE("a fault that shows at small or large gradients only shows there") {
    const auto bases = zoo::bases<double>();
    for (zoo::fault<double> const& f : zoo::faults<double>()) {
        INFO(f.rule);
        INFO(f.kind);
        const bool guard = std::string(f.kind) == "overflow guard clamps";
        if (!guard && std::string(f.kind) != "absolute eps 1e-8") continue;
        const zoo::matrix<double> g = std::ldexp(1.0, guard ? 30 : -30) * gradient<double>(4, 6, 1);
        auto mutant = f.mutant, rule = base_of(bases, f.rule)->function;
        const zoo::matrix<double> u = mutant(g), v = rule(g);
        CHECK((u - v).norm() > 1e-2 * v.norm());
    }
}

TEST_CASE("the list is as long and as varied as it is meant to be, and held out by thirds") {
    std::set<std::string> rules, kinds, held_rules, held_kinds, pairs;
    for (zoo::fault<double> const& f : zoo::faults<double>()) {
        rules.insert(f.rule);
        kinds.insert(f.kind);
        CHECK(pairs.insert(std::string(f.rule) + ": " + f.kind).second);
    }
    CHECK(pairs.size() >= 110);
    CHECK(kinds.size() >= 22);
    CHECK(rules.size() >= 11);
    CHECK(rules.size() == zoo::bases<double>().size());
    for (char const* name : zoo::held_out_rules) CHECK((rules.count(name) == 1 && held_rules.insert(name).second));
    for (char const* name : zoo::held_out_kinds) CHECK((kinds.count(name) == 1 && held_kinds.insert(name).second));
    CHECK(3 * held_rules.size() >= rules.size());
    CHECK(3 * held_kinds.size() >= kinds.size());
    std::size_t held = 0;
    for (zoo::fault<double> const& f : zoo::faults<double>()) {
        const bool named = held_rules.count(f.rule) + held_kinds.count(f.kind) > 0;
        CHECK(zoo::held_out(f) == named);
        held += named;
    }
    CHECK(3 * held >= pairs.size());
    CHECK(2 * (pairs.size() - held) >= held);
}

TEST_CASE("a fault breaks only what its rule has, and what it breaks is closed under the groups") {
    const auto bases = zoo::bases<double>();
    for (zoo::base<double> const& b : bases)
        for (char const* row : {b.wide, b.tall, b.square}) {
            INFO(b.rule);
            CHECK(std::string(row).size() == actions);
            CHECK(std::string(row).find_first_not_of("=x") == std::string::npos);
        }
    for (zoo::fault<double> const& f : zoo::faults<double>()) {
        INFO(f.rule);
        INFO(f.kind);
        zoo::base<double> const* const b = base_of(bases, f.rule);
        REQUIRE(b != nullptr);
        const std::string breaks = f.breaks;
        REQUIRE(breaks.size() == actions);
        CHECK(breaks.find_first_not_of(".x") == std::string::npos);
        CHECK(breaks.find('x') != std::string::npos);
        auto claimed = [&](std::size_t c) { return b->wide[c] == '=' || b->tall[c] == '=' || b->square[c] == '='; };
        for (std::size_t c = 0; c < actions; ++c)
            if (breaks[c] == 'x') CHECK(claimed(c));
        // A rotation may be a permutation or signs, a pair may be one element and the identity, signs may be -1.
        for (std::size_t side : {std::size_t(0), std::size_t(5), std::size_t(10)}) {
            const std::size_t rotation = side + 2;
            for (std::size_t c : {side, side + 1})
                if (breaks[c] == 'x' && claimed(rotation)) CHECK(breaks[rotation] == 'x');
            if (breaks[14] == 'x' && claimed(side + 1)) CHECK(breaks[side + 1] == 'x');
        }
        for (std::size_t c : {std::size_t(0), std::size_t(1), std::size_t(2)})
            if (claimed(10 + c)) CHECK((breaks[10 + c] == 'x') == (breaks[c] == 'x' || breaks[5 + c] == 'x'));
        for (std::size_t c : {std::size_t(4), std::size_t(9)})
            if (breaks[13] == 'x' && claimed(c)) CHECK(breaks[c] == 'x');
    }
}
