// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include "../storage.hpp"
#include "../update/formulas.hpp"
#include <doctest/doctest.h>

/// \file
/// What every engine of polar factors owes: any layout, in place, any scale, zero and empty blocks, bits that do
/// not depend on addresses. Eigen's part is compiled once, in engines.cpp.
namespace engines {
using namespace isotypic;
using namespace eager;
using formulas::distance, formulas::dense;

template <class T, class E>
dense factor(E const& engine, dense const& a, order o = order::rows, bool in_place = false) {
    cpu device;
    storage<T> x(a.rows(), a.cols(), o), u(a.rows(), a.cols(), o);
    for (index_t i = 0; i < a.rows(); ++i)
        for (index_t j = 0; j < a.cols(); ++j) x.one()(i, j) = T(a(i, j));
    engine(device, view<T const>(x.one()), in_place ? x.one() : u.one());
    return formulas::matrix(view<T const>(in_place ? x.one() : u.one()));
}

/// An engine in T without its types.
struct any_engine {
    std::function<dense(dense const&, order, bool in_place)> run;
    bool in_double;
    dense operator()(dense const& a, order o = order::rows, bool in_place = false) const { return run(a, o, in_place); }
    /// a in T
    dense rounded(dense const& a) const;
};
template <class T, class E>
any_engine any(E const& engine) {
    return {[engine](dense const& a, order o, bool in_place) { return factor<T>(engine, a, o, in_place); }, sizeof(T) == sizeof(double)};
}

/// `expected` is the engine's formula in double; `allowed` what an engine may lose of it in T, by matrix.
void keeps_its_word(any_engine const& engine, std::function<dense(dense const&)> const& expected, std::function<double(dense const&)> const& allowed);
template <class T, class E>
void keep_their_word(E const& engine, std::function<dense(dense const&)> const& expected, std::function<double(dense const&)> const& allowed) {
    keeps_its_word(any<T>(engine), expected, allowed);
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

/// f(condition, nuclear norm, a, polar) for every golden polar factor.
void for_each_golden(std::function<void(double, double, dense const&, dense const&)> const& f);

}  // namespace engines
