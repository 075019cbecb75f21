// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

/// \file
/// The names of types, for errors and checkpoints: no strings to keep in step with the code.
namespace isotypic {

/// "embedding", "pipe<momentum, steepest<row_max> >": as the compiler prints it, without this library's namespace.
template <class T>
std::string type_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    const auto begin = text.find("T = ") + 4;
    auto end = text.find(';', begin);
    if (end == text.npos) end = text.rfind(']');
    std::string name(text.substr(begin, end - begin));
    for (std::string_view const word : {"isotypic::", "detail::"})
        for (auto at = name.find(word); at != name.npos; at = name.find(word)) name.erase(at, word.size());
    return name;
}

}  // namespace isotypic
