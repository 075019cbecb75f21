// SPDX-License-Identifier: MIT
// Scales in the weights: the same function, scales of 1, and never a scale through a norm.
#include "parameters.hpp"
#include <isotypic/normalization/fold.hpp>
#include <isotypic/normalization/scale_direction.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

template <class In, class Out, class Mid>
struct layer_for_test {
    scaled_linear<rms_norm, In, Out, Mid> layer{{}, "L"};
    branches_for_test<In, Out> w;
    storage<double> x{3, 5}, a{3, 6}, b{3, 4};
    explicit layer_for_test(bool shared = true) : w({{6, 4}, 5, shared, 2}, 1) { x.fill(2); }
    std::vector<double> run() {
        layer.forward(x.one(), w.list, std::array{a.one(), b.one()});
        auto all = elements(a.one());
        for (double v : elements(b.one())) all.push_back(v);
        return all;
    }
    /// v and u of each branch.
    std::vector<std::vector<double>> gammas() {
        std::vector<std::vector<double>> g;
        for (auto const& one : w.list) In{}.value(one.in, g.emplace_back(5)), Out{}.value(one.out, g.emplace_back(one.weight.rows));
        return g;
    }
};

template <class In, class Out, class Mid>
void check_fold(bool out_folds, bool shared = true) {
    INFO("seed ", seed(), ": ", std::string(In::name), ", ", std::string(Out::name), ", ", std::string(Mid::name));
    layer_for_test<In, Out, Mid> f(shared);
    const auto before = f.run();
    const auto gammas = f.gammas();
    const std::vector<double> weights(f.w.numbers.begin(), f.w.numbers.begin() + 30);
    fold(f.layer, f.w.list);
    CHECK(distance(f.run(), before) < 1e-14);
    const auto after = f.gammas();
    for (std::size_t k = 0; k < after.size(); ++k)
        if (k % 2 == 0 || out_folds)
            for (double v : after[k]) CHECK(v == doctest::Approx(1).epsilon(1e-15));
        else
            CHECK(after[k] == gammas[k]);
    CHECK(std::equal(weights.begin(), weights.end(), f.w.numbers.begin()) == std::is_same_v<In, no_scale>);
    fold(f.layer, f.w.list);
    CHECK(distance(f.run(), before) < 1e-14);
}

}  // namespace

TEST_CASE("fold: the function stays, to rounding; u folds where nothing stands between") {
    check_fold<plain_scale, plain_scale, no_norm>(true);
    check_fold<plain_scale, no_scale, no_norm>(true);
    check_fold<product_scale, unit_direction, no_norm>(true);
    check_fold<exponential_scale, log_simplex, no_norm>(true);
    check_fold<plain_scale, plain_scale, rms_norm>(false);
    check_fold<product_scale, exponential_scale, layer_norm>(false);
    check_fold<no_scale, plain_scale, rms_norm>(false);
    check_fold<plain_scale, plain_scale, no_norm>(true, false);
    check_fold<product_scale, plain_scale, rms_norm>(false, false);
    layer_for_test<plain_scale, plain_scale, no_norm> own(false);
    const auto before = own.run();
    std::swap(own.w.list[0].in, own.w.list[1].in);
    CHECK(distance(own.run(), before) > 1e-3);
}

TEST_CASE("fold: u through a middle norm would be another function") {
    layer_for_test<plain_scale, plain_scale, rms_norm> f;
    const auto before = f.run();
    cpu device;
    for (auto const& w : f.w.list) {
        effective_weight<plain_scale, plain_scale>{}.value(device, w, w.weight);
        plain_scale{}.start(w.out);
    }
    plain_scale{}.start(f.w.list[0].in);
    CHECK(distance(f.run(), before) > 1e-2);
}

TEST_CASE("fold: refusals, with nothing written") {
    layer_for_test<plain_scale, plain_scale, no_norm> f;
    const auto before = f.w.numbers;
    auto list = f.w.list;
    list[1].out = {};
    CHECK_THROWS_WITH_AS(fold(f.layer, list),
                         "isotypic: L, fold: branch 1: the output scale: a plain scale of 4 numbers takes a vector of 4 and no magnitude, here are none and none",
                         error);
    list = f.w.list;
    list[1] = list[0];
    CHECK_THROWS_WITH_AS(fold(f.layer, list), "isotypic: L, fold: branches 0 and 1 share their weight, and it would be scaled twice", error);
    CHECK(f.w.numbers == before);
}
