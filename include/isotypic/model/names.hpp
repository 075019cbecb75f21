// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

/// \file
/// The names of types, for errors and checkpoints: no strings to keep in step with the code.
namespace isotypic {
namespace detail {

template <class T>
constexpr char const* pretty_name() {
    return __PRETTY_FUNCTION__;
}

/// Every `from` becomes `to`. (std::string::replace makes g++ 12 warn of an overlap that is none.)
inline void replace(std::string& text, std::string_view from, std::string_view to) {
    std::string out;
    std::size_t begin = 0;
    for (auto at = text.find(from); at != text.npos; at = text.find(from, begin)) {
        out.append(text, begin, at - begin).append(to);
        begin = at + from.size();
    }
    text = out.append(text, begin);
}

}  // namespace detail

/// "embedding", "pipe<momentum, steepest<row_max>>": as the compiler prints it, without this library's and unnamed
/// namespaces, and a lambda without its place. Compilers differ in default arguments: polar<> or polar<newton_schulz>.
template <class T>
std::string type_name() {
    const std::string_view text = detail::pretty_name<T>();  // "... [with T = NAME]" or "... [T = NAME]"
    const auto begin = text.find("T = ") + 4;
    std::string name(text.substr(begin, text.rfind(']') - begin));
    for (std::string_view const noise : {"isotypic::", "detail::", "{anonymous}::", "(anonymous namespace)::"}) detail::replace(name, noise, "");
    detail::replace(name, " >", ">");
    for (auto at = name.find("(lambda at "); at != name.npos; at = name.find("(lambda at ")) name.replace(at, name.find(')', at) + 1 - at, "lambda");
    return name;
}

}  // namespace isotypic
