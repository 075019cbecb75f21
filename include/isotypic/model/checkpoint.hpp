// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/layerwise.hpp>
#include <cstring>
#include <istream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

/// \file
/// A stack's weights and state in the safetensors format (8 bytes of length, a JSON header, raw tensors),
/// so that training continues bit for bit:
///
///     "embed/weight"        the weight         shape [items,] [2,] rows, cols, row-major
///     "embed/0.momentum"    the rule's state   2 for a joined pair
///     __metadata__          step, and each block's role and rule
///
/// Rates, schedules and the numbers in rules are the program's and are not stored. Needs nlohmann/json.
namespace isotypic {
namespace detail {

/// A tensor of the file and the block that it belongs to.
struct stored {
    std::variant<blocks<float>, blocks<double>> values;
    std::string dtype() const { return values.index() ? "F64" : "F32"; }
    std::vector<index_t> shape() const {
        return std::visit([](auto const& b) {
            std::vector<index_t> s;
            if (b.count != 1) s.push_back(b.count);
            if (b.joined) s.push_back(2);
            s.push_back(b.rows()), s.push_back(b.cols());
            return s;
        }, values);
    }
    std::size_t bytes() const {
        return std::visit([](auto const& b) { return sizeof(*b.first.data) * std::size_t(b.size()); }, values);
    }
    /// f(pointer to element) in the file's order.
    template <class F>
    void for_each(F const& f) const {
        std::visit([&](auto const& b) {
            for (index_t m = 0; m < b.matrices(); ++m)
                for (index_t i = 0; i < b.rows(); ++i)
                    for (index_t j = 0; j < b.cols(); ++j) f(&b.matrix(m)(i, j));
        }, values);
    }
};

/// Every tensor of a stack by name, and the metadata that must agree.
template <class Stack>
std::pair<std::map<std::string, stored>, nlohmann::json> contents(Stack const& stack) {
    std::map<std::string, stored> tensors;
    nlohmann::json about = {{"format", "isotypic 1"}, {"step", std::to_string(stack.steps())}};
    stack.for_each_block([&](auto const& name, auto const& role, auto const& rule, auto const& weight) {
        tensors[name + "/weight"] = {weight};
        about[name + "/role"] = role, about[name + "/rule"] = rule;
    });
    stack.for_each_state([&](auto const& name, named_block b) { tensors[name + "/" + b.name] = {b.values}; });
    return {std::move(tensors), std::move(about)};
}

}  // namespace detail

/// Writes the stack. Throws isotypic::error if the stream fails.
template <class T, class... E>
void save(layerwise_stack<T, E...> const& stack, std::ostream& to) {
    const auto [tensors, about] = detail::contents(stack);
    nlohmann::json header = {{"__metadata__", about}};
    std::size_t at = 0;
    for (auto const& [name, t] : tensors) {
        header[name] = {{"dtype", t.dtype()}, {"shape", t.shape()}, {"data_offsets", {at, at + t.bytes()}}};
        at += t.bytes();
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const auto length = std::uint64_t(text.size());
    char raw[8];
    for (int i = 0; i < 8; ++i) raw[i] = char(length >> (8 * i));
    to.write(raw, 8).write(text.data(), std::streamsize(text.size()));
    for (auto const& [name, t] : tensors)
        t.for_each([&](auto const* p) { to.write(reinterpret_cast<char const*>(p), sizeof *p); });
    if (!to.flush()) throw error("isotypic: the checkpoint could not be written");
}

/// Reads weights, state and step count into a stack of the same blocks. Throws isotypic::error, and changes
/// nothing, if the file is damaged, or a name is missing, extra, or of another shape, dtype, role or rule.
template <class T, class... E>
void load(layerwise_stack<T, E...>& stack, std::istream& from) {
    const std::string file{std::istreambuf_iterator<char>(from), {}};
    auto damaged = [] { return error("isotypic: the checkpoint is damaged or not in the safetensors format"); };
    if (file.size() < 8) throw damaged();
    std::uint64_t length = 0;
    for (int i = 0; i < 8; ++i) length |= std::uint64_t(static_cast<unsigned char>(file[std::size_t(i)])) << (8 * i);
    if (length > file.size() - 8) throw damaged();
    const auto header = nlohmann::json::parse(file.begin() + 8, file.begin() + 8 + std::ptrdiff_t(length), nullptr, false);
    if (!header.is_object() || !header.contains("__metadata__")) throw damaged();
    const auto data = std::string_view(file).substr(8 + std::size_t(length));

    const auto [tensors, about] = detail::contents(stack);
    auto const& told = header["__metadata__"];
    for (auto const& [key, value] : about.items()) {
        if (key == "step") continue;
        if (!told.contains(key)) throw error("isotypic: the checkpoint has no '" + key + "', which the stack has");
        if (told[key] != value)
            throw error("isotypic: '" + key + "' is " + told[key].dump() + " in the checkpoint and " + value.dump() + " in the stack");
    }
    for (auto const& [name, entry] : header.items())
        if (name != "__metadata__" && !tensors.count(name)) throw error("isotypic: the checkpoint has '" + name + "', which the stack has not");
    std::map<std::string, std::string_view> found;
    index_t step = 0;
    try {
        step = index_t(std::stoll(told.at("step").template get<std::string>()));
        for (auto const& [name, t] : tensors) {
            if (!header.contains(name)) throw error("isotypic: the checkpoint has no '" + name + "', which the stack has");
            auto const& h = header[name];
            const auto dtype = h.at("dtype").template get<std::string>();
            const auto shape = h.at("shape").template get<std::vector<index_t>>();
            if (dtype != t.dtype()) throw error("isotypic: '" + name + "' is " + dtype + " in the checkpoint and " + t.dtype() + " in the stack");
            if (shape != t.shape())
                throw error("isotypic: '" + name + "' has shape " + h["shape"].dump() + " in the checkpoint and " + nlohmann::json(t.shape()).dump() + " in the stack");
            const auto range = h.at("data_offsets").template get<std::array<std::size_t, 2>>();
            if (range[0] > range[1] || range[1] > data.size() || range[1] - range[0] != t.bytes()) throw damaged();
            found[name] = data.substr(range[0], t.bytes());
        }
    } catch (nlohmann::json::exception const&) {
        throw damaged();
    } catch (std::logic_error const& e) {
        if (dynamic_cast<error const*>(&e)) throw;
        throw damaged();
    }

    for (auto const& [name, t] : tensors) {
        char const* p = found[name].data();
        t.for_each([&](auto* to) { std::memcpy(to, p, sizeof *to), p += sizeof *to; });
    }
    stack.continue_at(step);
}

}  // namespace isotypic
