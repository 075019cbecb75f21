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
///     __metadata__          step, and each block's role and rule, as type_name spells them; of two matrices, how many are panels of a pair
///
/// Rates, schedules and the numbers in rules are the program's and are not stored. A file is about numbers, not about where they lay: one
/// that a stack on a GPU has written (with device/cuda_copy.cuh) goes into one on the CPU, and the reverse. There `step` counts the steps
/// that were taken, none that was refused.
namespace isotypic {

/// f(x), where the CPU reads x. A device with a memory of its own has a function of this name.
template <class T, class F>
void on_host(cpu const&, blocks<T> const& x, F const& f) {
    f(x);
}

namespace detail {

template <class T>
constexpr char const* dtype = sizeof(T) == 8 ? "F64" : sizeof(T) == 4 ? "F32" : unit_roundoff<T> == 0x1p-11 ? "F16" : "BF16";

/// f(element) in the file's order.
template <class T, class F>
void for_each_stored(blocks<T> const& b, F const& f) {
    for (index_t m = 0; m < b.matrices(); ++m)
        for (index_t i = 0; i < b.rows(); ++i)
            for (index_t j = 0; j < b.cols(); ++j) f(b.matrix(m)(i, j));
}

/// What a block will be in the file; `with_bytes` copies its elements.
template <class Device, class T, class S>
safetensors::tensor stored(Device const& device, blocks<T, S> const& b, bool with_bytes) {
    safetensors::tensor t{dtype<T>, {}, {}};
    if (b.count != 1) t.shape.push_back(b.count);
    if (b.joined) t.shape.push_back(2);
    t.shape.insert(t.shape.end(), {b.rows(), b.cols()});
    auto append = [&](T const& x) { t.bytes.append(reinterpret_cast<char const*>(&x), sizeof x); };
    if (with_bytes) on_host(device, blocks<T const, S>(b), [&](blocks<T const> const& here) { for_each_stored(here, append); });
    return t;
}

/// f(name, block) for every tensor of a stack.
template <class Stack, class F>
void for_each_tensor(Stack const& stack, F const& f) {
    stack.for_each_block([&](auto const& name, auto const&, auto const&, auto const& weight) { f(name + "/weight", weight); });
    stack.for_each_state([&](auto const& name, auto const& state) {
        std::visit([&](auto const& b) { f(name + "/" + state.name, b); }, state.values);
    });
}

/// Steps that were taken; a device that does not wait counts them itself.
template <class Stack>
index_t steps_taken(Stack const& stack) {
    if constexpr (requires { stack.on_device().status(); })
        return stack.on_device().status().steps;
    else
        return stack.steps();
}

template <class Stack>
safetensors::file stored(Stack const& stack, bool with_bytes) {
    safetensors::file f;
    f.about = {{"format", "isotypic 1"}, {"step", std::to_string(steps_taken(stack))}};
    stack.for_each_block([&](auto const& name, auto const& role, auto const& rule, auto const& weight) {
        f.about[name + "/role"] = role, f.about[name + "/rule"] = rule;
        if (weight.matrices() == 2) f.about[name + "/panels"] = std::to_string(weight.panels());
    });
    for_each_tensor(stack, [&](std::string const& name, auto const& b) {
        if (!f.tensors.emplace(name, stored(stack.on_device(), b, with_bytes)).second) throw error("isotypic: the stack has two tensors called '" + name + "'");
    });
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
    for (auto const& [key, text] : stack.about)
        if (!key.ends_with("/panels")) require(file.about, key, "checkpoint", "stack");  // which older files lack
    for (auto const& [name, t] : stack.tensors) {
        differ("the type of '" + name + "'", file.tensors.at(name).dtype, t.dtype);
        differ("the shape of '" + name + "'", shape(file.tensors.at(name)), shape(t));
    }
}

}  // namespace detail

/// Writes the stack. Throws isotypic::error if the stream fails.
template <class Device, class T, class... E>
void save(layerwise_stack_on<Device, T, E...> const& stack, std::ostream& to) {
    safetensors::write(detail::stored(stack, true), to);
}

/// Reads weights, state and step count into a stack of the same blocks. Throws isotypic::error, and changes
/// nothing, if the file is damaged, or a name is missing, extra, or of another shape, dtype, role or rule.
template <class Device, class T, class... E>
void load(layerwise_stack_on<Device, T, E...>& stack, std::istream& from) {
    const safetensors::file file = safetensors::read(from);
    detail::require_same(file, detail::stored(stack, false));
    index_t step = -1;
    std::string const& text = file.about.at("step");
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (failed != std::errc() || end != text.data() + text.size() || step < 0)
        throw error("isotypic: the checkpoint's step is '" + text + "', not a count");
    detail::for_each_tensor(stack, [&](std::string const& name, auto const& b) {
        char const* p = file.tensors.at(name).bytes.data();
        auto take = [&](auto& x) { std::memcpy(&x, p, sizeof x), p += sizeof x; };
        on_host(stack.on_device(), b, [&](auto const& here) { detail::for_each_stored(here, take); });
    });
    stack.continue_at(step);
}

}  // namespace isotypic
