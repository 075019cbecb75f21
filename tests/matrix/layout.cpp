// SPDX-License-Identifier: MIT
#include <isotypic/matrix/layout.hpp>
#include "storage.hpp"
#include <doctest/doctest.h>
#include <set>

using namespace isotypic;

namespace {

float memory[4096];

/// A small block somewhere in the middle of `memory`, with strides of either sign, nested or not.
blocks<float> any_block(random_stream& r) {
    auto stride = [&] { return r.below(25) - 12; };
    view<float> one;  // not through the constructor, which would clean the strides of axes of length one
    one.data = memory + 2000 + r.below(24);
    one.rows = 1 + r.below(4), one.cols = 1 + r.below(4), one.row_stride = stride(), one.col_stride = stride();
    return blocks<float>(one, 1 + r.below(3), stride());
}

blocks<float> maybe_joined(blocks<float> b, random_stream& r) {
    if (r.below(3) == 0) b.joined = true, b.second = b.first.data + r.below(41) - 20;
    return b;
}

std::multiset<float*> addresses(blocks<float> const& x) {
    std::multiset<float*> all;
    for (index_t m = 0; m < x.matrices(); ++m)
        for (index_t i = 0; i < x.rows(); ++i)
            for (index_t j = 0; j < x.cols(); ++j) all.insert(&x.matrix(m)(i, j));
    return all;
}

bool repeats(std::multiset<float*> const& all) { return std::set<float*>(all.begin(), all.end()).size() < all.size(); }

bool meet(std::multiset<float*> const& a, std::multiset<float*> const& b) {
    for (float* p : a)
        if (b.count(p)) return true;
    return false;
}

}  // namespace

TEST_CASE("overlaps_itself against counting: never misses, exact where the axes are nested") {
    random_stream r(seed(), 1);
    int clean = 0, overlapping = 0;
    for (int t = 0; t < 20000; ++t) {
        const auto x = maybe_joined(any_block(r), r);
        const bool truth = repeats(addresses(x)), said = overlaps_itself(x);
        INFO("seed ", seed(), " case ", t);
        if (truth) REQUIRE(said);
        if (detail::nested(detail::axes_of_panel(x))) REQUIRE(said == truth);
        (said ? overlapping : clean)++;
    }
    CHECK(clean > 1000);
    CHECK(overlapping > 1000);
}

TEST_CASE("overlap against counting: never misses, exact for equal extents and nested strides") {
    random_stream r(seed(), 2);
    int apart_within_range = 0, together = 0;
    for (int t = 0; t < 40000; ++t) {
        auto x = maybe_joined(any_block(r), r), y = maybe_joined(any_block(r), r);
        if (t % 2) {  // an equal layout at another place
            y = x;
            y.first.data += r.below(61) - 30;
            if (y.second) y.second += r.below(61) - 30;
        }
        const bool truth = meet(addresses(x), addresses(y)), said = overlap(x, y);
        INFO("seed ", seed(), " case ", t);
        if (truth) REQUIRE(said);
        if (t % 2 && detail::nested(detail::axes_of_panel(x))) {
            REQUIRE(said == truth);
            const auto a = detail::range_of(x, 0), b = detail::range_of(y, 0);
            apart_within_range += !said && a.first <= b.second && b.first <= a.second;
        }
        together += said;
        REQUIRE(said == overlap(y, x));
    }
    CHECK(apart_within_range > 1000);
    CHECK(together > 1000);
}

TEST_CASE("bands of one matrix, of any width and cut into heads or not, overlap where they do") {
    random_stream r(seed(), 4);
    int apart = 0, together = 0;
    for (int t = 0; t < 20000; ++t) {
        const view<float> whole(memory, 12, 12);
        auto band = [&] {
            const index_t heads = 1 + r.below(3), width = 1 + r.below(4), at = r.below(13 - heads * width);
            const auto v = whole.part(r.below(3), at, 1 + r.below(9), heads * width);
            return r.below(2) ? column_heads(v, heads) : blocks<float>(v);
        };
        auto x = band(), y = band();
        if (r.below(2)) x = x.transposed(), y = y.transposed();
        INFO("seed ", seed(), " case ", t);
        const bool said = overlap(x, y);
        REQUIRE(said == meet(addresses(x), addresses(y)));
        (said ? together : apart)++;
    }
    CHECK(apart > 1000);
    CHECK(together > 1000);
}

TEST_CASE("has_zero_stride sees a broadcast on any axis, and none on an axis of length one or in nothing") {
    float m[8] = {};
    CHECK(has_zero_stride(blocks<float>(view<float>(m, 2, 3, 0, 1))));
    CHECK(has_zero_stride(blocks<float>(view<float>(m, 2, 3, 1, 0))));
    CHECK(has_zero_stride(blocks<float>(view<float>(m, 2, 3), 2, 0)));
    CHECK(!has_zero_stride(blocks<float>(view<float>(m, 2, 3))));
    CHECK(!has_zero_stride(blocks<float>(view<float>(m, 1, 3, 0, 1))));
    CHECK(!has_zero_stride(blocks<float>(view<float>(m, 3, 1, 1, 0), 1, 0)));
    CHECK(!has_zero_stride(blocks<float>(view<float>(m, 5, 0))));
    CHECK(!overlaps_itself(blocks<float>(view<float>(m, 5, 0))));
    CHECK(!overlap(blocks<float>(view<float>(m, 0, 4)), blocks<float>(view<float>(m, 2, 4))));
}

TEST_CASE("blocks of two element types overlap by address") {
    double m[4] = {};
    auto* f = reinterpret_cast<float*>(m);
    CHECK(overlap(blocks<double>(view<double>(m, 1, 2)), blocks<float>(view<float>(f + 3, 1, 2))));
    CHECK(!overlap(blocks<double>(view<double>(m, 1, 2)), blocks<float>(view<float>(f + 4, 1, 2))));
    CHECK(overlap(blocks<double const>(view<double>(m, 1, 2)), blocks<double>(view<double>(m + 1, 1, 2))));
}

TEST_CASE("dense_like keeps shape and innermost axis, and packs") {
    random_stream r(seed(), 3);
    for (int t = 0; t < 2000; ++t) {
        const auto x = maybe_joined(any_block(r), r);
        const auto d = dense_like(memory, x);
        INFO("seed ", seed(), " case ", t);
        REQUIRE(d.same_shape(x));
        const auto all = addresses(d);
        REQUIRE(!repeats(all));
        REQUIRE(*all.begin() == memory);
        REQUIRE(*all.rbegin() == memory + x.size() - 1);
        if (x.rows() > 1 && x.cols() > 1)
            REQUIRE((std::abs(x.first.row_stride) < std::abs(x.first.col_stride)) == (d.first.row_stride == 1));
    }
}
