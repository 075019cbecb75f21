// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/safetensors.hpp>
#include <charconv>
#include <cstring>

/// \file
/// A stack's weights and state in the safetensors format, so that training continues bit for bit:
///
///     "embed/weight"        the weight         shape [items,] [2,] rows, cols, whatever its layout in memory
///     "embed/0.momentum"    the rule's state   2 for a joined pair
///     __metadata__          step, and each block's role and rule, as type_name spells them
///
/// Rates, schedules and the numbers in rules are the program's and are not stored.
namespace isotypic {
namespace detail {

/// f(element) in the file's order.
template <class T, class F>
void for_each_stored(blocks<T> const& b, F const& f) {
    for (index_t m = 0; m < b.matrices(); ++m)
        for (index_t i = 0; i < b.rows(); ++i)
            for (index_t j = 0; j < b.cols(); ++j) f(b.matrix(m)(i, j));
}

/// What a block will be in the file; `with_bytes` copies its elements.
template <class T>
safetensors::tensor stored(blocks<T> const& b, bool with_bytes) {
    safetensors::tensor t{sizeof(T) == 8 ? "F64" : "F32", {}, {}};
    if (b.count != 1) t.shape.push_back(b.count);
    if (b.joined) t.shape.push_back(2);
    t.shape.insert(t.shape.end(), {b.rows(), b.cols()});
    if (with_bytes) for_each_stored(b, [&](T const& x) { t.bytes.append(reinterpret_cast<char const*>(&x), sizeof x); });
    return t;
}

/// f(name, block) for every tensor of a stack.
template <class Stack, class F>
void for_each_tensor(Stack const& stack, F const& f) {
    stack.for_each_block([&](auto const& name, auto const&, auto const&, auto const& weight) { f(name + "/weight", weight); });
    stack.for_each_state([&](auto const& name, named_block const& state) {
        std::visit([&](auto const& b) { f(name + "/" + state.name, b); }, state.values);
    });
}

template <class Stack>
safetensors::file stored(Stack const& stack, bool with_bytes) {
    safetensors::file f;
    f.about = {{"format", "isotypic 1"}, {"step", std::to_string(stack.steps())}};
    stack.for_each_block([&](auto const& name, auto const& role, auto const& rule, auto const&) {
        f.about[name + "/role"] = role, f.about[name + "/rule"] = rule;
    });
    for_each_tensor(stack, [&](std::string const& name, auto const& b) { f.tensors[name] = stored(b, with_bytes); });
    return f;
}

/// Throws unless a file fits a stack.
inline void require_same(safetensors::file const& file, safetensors::file const& stack) {
    auto differ = [](std::string const& name, std::string const& in_file, std::string const& in_stack) {
        if (in_file != in_stack) throw error("isotypic: " + name + " is " + in_file + " in the checkpoint and " + in_stack + " in the stack");
    };
    auto require = [](auto const& all, auto const& name, char const* one, char const* other) {
        if (!all.count(name)) throw error("isotypic: the " + std::string(one) + " has no '" + name + "', which the " + other + " has");
    };
    auto shape = [](safetensors::tensor const& t) {
        std::string text;
        for (index_t n : t.shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
        return text;
    };
    for (auto const& [key, text] : stack.about)
        if (key != "step" && file.about.count(key)) differ("'" + key + "'", file.about.at(key), text);
    for (auto const& [name, t] : stack.tensors) require(file.tensors, name, "checkpoint", "stack");
    for (auto const& [name, t] : file.tensors) require(stack.tensors, name, "stack", "checkpoint");
    for (auto const& [key, text] : stack.about) require(file.about, key, "checkpoint", "stack");
    for (auto const& [name, t] : stack.tensors) {
        differ("the type of '" + name + "'", file.tensors.at(name).dtype, t.dtype);
        differ("the shape of '" + name + "'", shape(file.tensors.at(name)), shape(t));
    }
}

}  // namespace detail

/// Writes the stack. Throws isotypic::error if the stream fails.
template <class T, class... E>
void save(layerwise_stack<T, E...> const& stack, std::ostream& to) {
    safetensors::write(detail::stored(stack, true), to);
}

/// Reads weights, state and step count into a stack of the same blocks. Throws isotypic::error, and changes
/// nothing, if the file is damaged, or a name is missing, extra, or of another shape, dtype, role or rule.
template <class T, class... E>
void load(layerwise_stack<T, E...>& stack, std::istream& from) {
    const safetensors::file file = safetensors::read(from);
    detail::require_same(file, detail::stored(stack, false));
    index_t step = -1;
    std::string const& text = file.about.at("step");
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (failed != std::errc() || end != text.data() + text.size() || step < 0)
        throw error("isotypic: the checkpoint's step is '" + text + "', not a count");
    detail::for_each_tensor(stack, [&](std::string const& name, auto const& b) {
        char const* p = file.tensors.at(name).bytes.data();
        detail::for_each_stored(b, [&](auto& x) { std::memcpy(&x, p, sizeof x), p += sizeof x; });
    });
    stack.continue_at(step);
}

}  // namespace isotypic
