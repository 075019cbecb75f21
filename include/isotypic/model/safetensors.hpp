// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <algorithm>
#include <bit>
#include <cstdint>
#include <istream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

/// \file
/// The safetensors format (github.com/huggingface/safetensors), whole files at a time:
///
///     8 bytes     n, the length of the header, little-endian
///     n bytes     {"__metadata__": {key: text}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
///     the rest    the tensors, row-major, little-endian, without holes
///
/// Needs nlohmann/json.
namespace isotypic::safetensors {

struct tensor {
    std::string dtype;  ///< "F32", "F64", ...
    std::vector<index_t> shape;
    std::string bytes;
};

struct file {
    std::map<std::string, std::string> about;  ///< __metadata__
    std::map<std::string, tensor> tensors;
};

/// Throws isotypic::error if the stream fails.
inline void write(file const& f, std::ostream& to) {
    static_assert(std::endian::native == std::endian::little, "the bytes of a tensor are written as they lie in memory");
    nlohmann::json header = {{"__metadata__", f.about}};
    std::size_t at = 0;
    for (auto const& [name, t] : f.tensors) {
        header[name] = {{"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {at, at + t.bytes.size()}}};
        at += t.bytes.size();
    }
    std::string text;
    try {
        text = header.dump();
    } catch (nlohmann::json::exception const& e) {  // a name that is not UTF-8
        throw error(std::string("isotypic: the checkpoint could not be written: ") + e.what());
    }
    text.resize((text.size() + 7) / 8 * 8, ' ');  // the tensors begin aligned
    char length[8];
    for (int i = 0; i < 8; ++i) length[i] = char(std::uint64_t(text.size()) >> (8 * i));
    to.write(length, 8).write(text.data(), std::streamsize(text.size()));
    for (auto const& [name, t] : f.tensors) to.write(t.bytes.data(), std::streamsize(t.bytes.size()));
    if (!to.flush()) throw error("isotypic: the checkpoint could not be written");
}

/// Throws isotypic::error if the stream fails or its bytes are not such a file to the last one.
inline file read(std::istream& from) {
    if (!from) throw error("isotypic: the checkpoint could not be read");
    const std::string all{std::istreambuf_iterator<char>(from), {}};
    auto require = [](bool fine) {
        if (!fine) throw error("isotypic: the checkpoint is damaged or not in the safetensors format");
    };
    require(all.size() >= 8);
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i) length |= std::uint64_t(static_cast<unsigned char>(all[i])) << (8 * i);
    require(length <= all.size() - 8);
    const auto data = all.begin() + 8 + std::ptrdiff_t(length);
    const auto header = nlohmann::json::parse(all.begin() + 8, data, nullptr, false);
    require(header.is_object());

    file f;
    std::vector<std::array<std::size_t, 2>> ranges;
    try {
        for (auto const& [name, entry] : header.items()) {
            if (name == "__metadata__") {
                f.about = entry.get<std::map<std::string, std::string>>();
                continue;
            }
            tensor t{entry.at("dtype").get<std::string>(), entry.at("shape").get<std::vector<index_t>>(), {}};
            const auto [begin, end] = ranges.emplace_back(entry.at("data_offsets").get<std::array<std::size_t, 2>>());
            require(begin <= end && end <= std::size_t(all.end() - data));
            const std::size_t one = t.dtype == "F64" ? 8 : t.dtype == "F32" ? 4 : t.dtype == "F16" || t.dtype == "BF16" ? 2 : 0;
            std::size_t size = one;
            for (index_t n : t.shape) size *= std::size_t(n);
            require(size == end - begin || !one);
            t.bytes.assign(data + std::ptrdiff_t(begin), data + std::ptrdiff_t(end));
            f.tensors.emplace(name, std::move(t));
        }
    } catch (nlohmann::json::exception const&) {
        require(false);
    }
    std::sort(ranges.begin(), ranges.end());
    std::size_t at = 0;
    for (auto const& [begin, end] : ranges) require(begin == at), at = end;
    require(at == std::size_t(all.end() - data));
    return f;
}

}  // namespace isotypic::safetensors
