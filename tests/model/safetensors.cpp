// SPDX-License-Identifier: MIT
// The file format, byte by byte, and every way to damage it.
#include <isotypic/model/safetensors.hpp>
#include "support.hpp"
#include <doctest/doctest.h>
#include <sstream>

using namespace isotypic;

namespace {

std::string written(safetensors::file const& f) {
    std::ostringstream to;
    safetensors::write(f, to);
    return to.str();
}
safetensors::file read(std::string const& bytes) {
    std::istringstream from(bytes);
    return safetensors::read(from);
}
std::string framed(std::string const& header, std::string const& data) {
    std::string all(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) all[i] = char(header.size() >> (8 * i));
    return all + header + data;
}
const safetensors::file two{{{"step", "3"}}, {{"a", {"F32", {2, 3}, std::string(24, 'a')}}, {"b", {"F64", {1}, std::string(8, 'b')}}}};
const std::string damaged = "isotypic: the checkpoint is damaged or not in the safetensors format";

}  // namespace

TEST_CASE("safetensors: length, header and tensors stand where the format says") {
    const std::string bytes = written(two);
    const std::string header = R"({"__metadata__":{"step":"3"},"a":{"data_offsets":[0,24],"dtype":"F32","shape":[2,3]},"b":{"data_offsets":[24,32],"dtype":"F64","shape":[1]}})";
    const std::size_t n = (header.size() + 7) / 8 * 8;
    REQUIRE(bytes.size() == 8 + n + 32);
    CHECK(static_cast<unsigned char>(bytes[0]) == n);
    CHECK(bytes.substr(1, 7) == std::string(7, '\0'));
    CHECK(bytes.substr(8, n) == header + std::string(n - header.size(), ' '));
    CHECK(bytes.substr(8 + n) == std::string(24, 'a') + std::string(8, 'b'));
}

TEST_CASE("safetensors: what was written is read, and so is another writer's order of tensors") {
    const auto same = [](safetensors::file const& f) {
        CHECK(f.about == two.about);
        REQUIRE(f.tensors.size() == 2);
        CHECK(f.tensors.at("a").dtype == "F32");
        CHECK(f.tensors.at("a").shape == std::vector<index_t>{2, 3});
        CHECK(f.tensors.at("a").bytes == std::string(24, 'a'));
        CHECK(f.tensors.at("b").bytes == std::string(8, 'b'));
    };
    same(read(written(two)));
    same(read(framed(R"({"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},"__metadata__":{"step":"3"}})",
                     std::string(8, 'b') + std::string(24, 'a'))));
    CHECK(read(framed("{}", "")).tensors.empty());
    CHECK(read(framed(R"({"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", "1234")).tensors.at("x").bytes == "1234");
    CHECK(read(framed(R"({"x":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}})", "")).tensors.at("x").bytes.empty());
}

TEST_CASE("safetensors: a file cut short at any length, or with bytes to spare, is damaged") {
    const std::string bytes = written(two);
    for (std::size_t n = 0; n < bytes.size(); ++n) CHECK(message([&] { read(bytes.substr(0, n)); }) == damaged);
    CHECK(message([&] { read(bytes + '\0'); }) == damaged);
}

TEST_CASE("safetensors: a header that is no header, tensors that overlap, leave holes or have another size") {
    auto refuses = [](std::string const& header, std::size_t data) {
        INFO(header);
        CHECK(message([&] { read(framed(header, std::string(data, 'x'))); }) == damaged);
    };
    refuses("", 0);
    refuses("[]", 0);
    refuses("{", 0);
    refuses(R"({"a":1})", 0);
    refuses(R"({"__metadata__":{"step":3}})", 0);
    refuses(R"({"a":{"dtype":"F32","shape":[1]}})", 4);
    refuses(R"({"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}})", 4);
    refuses(R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})", 4);
    refuses(R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", 4);
    refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4);
    refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4);
    refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}})", 4);
    refuses(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4);
    refuses(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}})", 4);
    refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8);
    refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8);
    refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})", 12);
    std::string huge = framed("{}", "");
    huge[7] = char(0x7f);
    CHECK(message([&] { read(huge); }) == damaged);
}

TEST_CASE("safetensors: no byte of the header may change its high bit") {
    const std::string bytes = written(two);
    for (std::size_t i = 0; i < bytes.size() - 32; ++i) {
        std::string bad = bytes;
        bad[i] = char(bad[i] ^ char(0x80));
        CHECK(message([&] { read(bad); }) == damaged);
    }
}

TEST_CASE("safetensors: a name that is no text is refused as every error of this library") {
    safetensors::file f = two;
    f.about["\xff"] = "1";
    CHECK_THROWS_AS(written(f), error);
}

TEST_CASE("safetensors: streams that fail") {
    std::ostringstream full;
    full.setstate(std::ios::badbit);
    CHECK(message([&] { safetensors::write(two, full); }) == "isotypic: the checkpoint could not be written");
    std::istringstream gone;
    gone.setstate(std::ios::failbit);
    CHECK(message([&] { safetensors::read(gone); }) == "isotypic: the checkpoint could not be read");
}
