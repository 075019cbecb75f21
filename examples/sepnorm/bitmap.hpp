// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include <string>

namespace sepnorm {

/// A grey picture, white at first.
class bitmap {
public:
    bitmap(nn::Index w, nn::Index h) : width(w), height(h), pixels(std::size_t(w * h), '\xff') {}

    unsigned char& at(nn::Index x, nn::Index y) { return reinterpret_cast<unsigned char&>(pixels[std::size_t(y * width + x)]); }

    /// As a page holds it: a BMP file of 256 greys, in base 64.
    std::string url() const {
        const std::size_t row = std::size_t(width + 3) / 4 * 4, start = 14 + 40 + 1024;
        std::string file = "BM";
        auto put = [&](std::size_t x, int bytes) {
            for (int i = 0; i < bytes; ++i) file += char(x >> 8 * i & 255);
        };
        put(start + row * std::size_t(height), 4), put(0, 4), put(start, 4);
        put(40, 4), put(std::size_t(width), 4), put(std::size_t(height), 4), put(1, 2), put(8, 2), put(0, 24);
        for (std::size_t grey = 0; grey < 256; ++grey) put(grey * 0x010101, 4);
        for (nn::Index y = height; y-- > 0;) file += pixels.substr(std::size_t(y * width), std::size_t(width)), file.append(row - std::size_t(width), '\0');
        return "data:image/bmp;base64," + base64(file);
    }

private:
    nn::Index width, height;
    std::string pixels;

    static std::string base64(std::string const& bytes) {
        static constexpr char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string text;
        for (std::size_t i = 0; i < bytes.size(); i += 3) {
            unsigned three = 0;
            for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
            for (std::size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? digit[three >> (18 - 6 * k) & 63] : '=';
        }
        return text;
    }
};

}  // namespace sepnorm
