// SPDX-License-Identifier: MIT
#pragma once
#include "../storage.hpp"
#include "../update/formulas.hpp"
#include <doctest/doctest.h>

/// \file
/// What every engine of polar factors owes: any layout, in place, any scale, zero and empty blocks, bits that do
/// not depend on addresses.
namespace engines {
using namespace isotypic;
using formulas::distance, formulas::dense;

template <class T, class E>
dense factor(E const& engine, dense const& a, order o = order::rows, bool in_place = false) {
    cpu device;
    storage<T> x(a.rows(), a.cols(), o), u(a.rows(), a.cols(), o);
    for (index_t i = 0; i < a.rows(); ++i)
        for (index_t j = 0; j < a.cols(); ++j) x.one()(i, j) = T(a(i, j));
    engine(device, view<T const>(x.one()), in_place ? x.one() : u.one());
    return as_eigen(in_place ? x.one() : u.one()).template cast<double>();
}

/// `expected` is the engine's formula in double; `allowed` what an engine may lose of it in T, by matrix.
template <class T, class E, class F>
void keep_their_word(E const& engine, F const& expected, std::function<double(dense const&)> const& allowed) {
    for (auto shape : {std::pair{5, 12}, {12, 5}, {8, 8}, {1, 9}, {9, 1}, {1, 1}}) {
        const int m = shape.first, n = shape.second;
        INFO(m << " x " << n << ", seed " << seed());
        const dense a = formulas::gaussian(m, n, 7).template cast<T>().template cast<double>(), want = expected(a);
        const double rounding = allowed(a);
        for (order o : orders) {
            CHECK(distance(factor<T>(engine, a, o), want) <= rounding);
            CHECK(distance(factor<T>(engine, a, o, true), want) <= rounding);
        }
        for (double scale : {1e-30, 1e30}) CHECK(distance(factor<T>(engine, a * scale), want) <= rounding);
        CHECK(factor<T>(engine, dense::Zero(m, n)) == dense::Zero(m, n));
        if constexpr (sizeof(T) == sizeof(double)) {
            // Where |M|_F is no double, or 1 / |M|_F is none.
            const dense whole = (a * 0x1p20).array().round();
            for (int power : {-1074, 1023 - std::ilogb(whole.cwiseAbs().maxCoeff())}) {
                const dense far = whole.unaryExpr([&](double v) { return std::ldexp(v, power); });
                CHECK(distance(factor<T>(engine, far), factor<T>(engine, whole)) <= rounding);
                CHECK(distance(factor<T>(engine, far, order::columns, true), factor<T>(engine, whole)) <= rounding);
            }
        }
    }
    CHECK(factor<T>(engine, dense(0, 4)).size() == 0);
    CHECK(factor<T>(engine, dense(4, 0)).size() == 0);
}

template <class T, class E>
bool same_at_every_address(E const& engine) {
    cpu device;
    std::vector<T> first;
    for (index_t shift = 0; shift < 4; ++shift) {
        storage<T> x(7, 13, order::rows, shift), u(7, 13, order::rows, 3 - shift);
        x.fill(3);
        engine(device, view<T const>(x.one()), u.one());
        if (shift == 0) first = elements(u.one());
        if (!same_bits(first, elements(u.one()))) return false;
    }
    return true;
}

/// f(case, condition, a, polar) for every golden polar factor.
template <class F>
void for_each_golden(F const& f) {
    for (auto& row : golden::table("polar/index.tsv")) {
        const std::string name = row["case"];
        INFO(name);
        const double condition = row["rank"] == "0" ? 1 : std::stod(row["condition"]);
        f(condition, std::stod(row["nuclear_norm"]), formulas::matrices(golden::load("polar/" + name + ".a.npy"))[0],
          formulas::matrices(golden::load("polar/" + name + ".polar.npy"))[0]);
    }
}

}  // namespace engines
