// SPDX-License-Identifier: MIT
#pragma once
#include <nn/transformer.hpp>
#include <isotypic/group/random.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

/// \file
/// A text and its three parts: the first 90 % to learn from, 5 % to choose by, the last 5 % for the final word.
using bytes = std::span<unsigned char const>;

struct text {
    std::string name, all;

    bytes train() const { return cut(0, 18); }
    bytes validation() const { return cut(18, 19); }
    bytes test() const { return cut(19, 20); }

private:
    bytes cut(std::size_t from, std::size_t to) const {
        return bytes(reinterpret_cast<unsigned char const*>(all.data()), all.size())
            .subspan(all.size() * from / 20, all.size() * to / 20 - all.size() * from / 20);
    }
};

/// The King James Bible as Debian's package prints it, a verse a line.
inline std::string bible() {
    std::string all;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen("bible -f 'Gen1:1-Rev22:21' 2>/dev/null", "r"), pclose);
    char some[1 << 16];
    for (std::size_t n; pipe && (n = std::fread(some, 1, sizeof some, pipe.get())) > 0;) all.append(some, n);
    return all;
}

/// A file, or the Bible where none is named; of a size that has a batch of `a_batch` bytes and one more in each part.
inline text read_text(std::string const& file, long a_batch) {
    text t;
    if (file.empty()) {
        t = {"the King James Bible", bible()};
        if (t.all.empty()) throw std::runtime_error("no text: name one by --text FILE, or install Debian's package bible-kjv");
    } else {
        std::ifstream from(file, std::ios::binary);
        t = {std::filesystem::path(file).filename(), {std::istreambuf_iterator<char>(from), {}}};
    }
    const auto least = std::size_t(20 * a_batch);
    if (t.all.size() < least) throw std::runtime_error(t.name + " is too short: " + std::to_string(least) + " bytes at least");
    return t;
}

/// The batch of a step: sequences from anywhere in the part, drawn by seed and step alone.
inline void draw(bytes part, nn::Index length, unsigned seed, long step, std::vector<nn::sequence>& batch) {
    isotypic::random_stream random(seed, 1u << 20, std::uint32_t(step));
    for (auto& start : batch) start = part.data() + random.below(isotypic::index_t(part.size()) - length);
}

/// All sequences of a part, side by side, or about `most` of them, evenly spread.
inline std::vector<nn::sequence> windows(bytes part, nn::Index length, nn::Index most) {
    const nn::Index all = (nn::Index(part.size()) - 1) / length, n = std::min(all, most);
    std::vector<nn::sequence> starts;
    for (nn::Index i = 0; i < n; ++i) starts.push_back(part.data() + i * all / n * length);
    return starts;
}
