// SPDX-License-Identifier: MIT
#pragma once
#include "../storage.hpp"
#include <isotypic/model/layerwise.hpp>
#include <string>

/// \file
/// What the tests of this room share: the text of an error, and the bits of a stack.
namespace isotypic {

/// What f throws, or nothing.
template <class F>
std::string message(F const& f) {
    try {
        f();
    } catch (error const& e) {
        return e.what();
    }
    return {};
}

template <class T>
void append_bits(std::string& bits, blocks<T> const& x) {
    for (index_t i = 0; i < x.matrices(); ++i)
        for (auto v : elements(x.matrix(i))) bits.append(reinterpret_cast<char const*>(&v), sizeof v);
}

/// Every weight and every state of a stack.
template <class Stack>
std::string bits_of(Stack const& stack) {
    std::string bits;
    stack.for_each_block([&](auto&&, auto&&, auto&&, auto const& weight) { append_bits(bits, weight); });
    stack.for_each_state([&](auto&&, named_block const& b) { std::visit([&](auto const& s) { append_bits(bits, s); }, b.values); });
    return bits;
}

}  // namespace isotypic
