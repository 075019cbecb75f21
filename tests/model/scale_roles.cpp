// SPDX-License-Identifier: MIT
// Which role every parameter of a scaled_linear has, and a layerwise stack that trains one.
#include "../normalization/parameters.hpp"
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/scale_roles.hpp>
#include <isotypic/normalization/scale_direction.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

template <class In, class Out, class Mid, class Weight = projection>
std::string roles(bool list = false) {
    scaled_linear<rms_norm, In, Out, Mid> layer;
    branches_for_test<In, Out> w({{4, 3}, 5, true}, 1);
    std::string all;
    auto note = [&](std::string const& name, auto block) {
        all += name + ": " + type_name<typename decltype(block)::role>() + " " + detail::shape_text(block.all.rows(), block.all.cols()) + "; ";
    };
    if (list)
        for_each_parameter<Weight>(layer, w.list, note);
    else
        for_each_parameter<Weight>(layer, w.list[1], note);
    return all;
}

}  // namespace

TEST_CASE("roles: an input scale decays, one behind a norm does not, one behind a map alone does; a direction never") {
    CHECK(roles<plain_scale, plain_scale, rms_norm>() == "weight: projection 3 x 5; in: scale_in 5 x 1; out: scale_out 3 x 1; ");
    CHECK(roles<plain_scale, plain_scale, no_norm>() == "weight: projection 3 x 5; in: scale_in 5 x 1; out: scale_in 3 x 1; ");
    CHECK(roles<product_scale, exponential_scale, rms_norm>() ==
          "weight: projection 3 x 5; in: scale_in 5 x 1; in magnitude: scale_in 1 x 1; out: scale_out 3 x 1; out magnitude: scale_out 1 x 1; ");
    CHECK(roles<unit_direction, log_simplex, no_norm>() ==
          "weight: projection 3 x 5; in: scale_out 5 x 1; in magnitude: scale_in 1 x 1; out: scale_in 3 x 1; out magnitude: scale_in 1 x 1; ");
    CHECK(roles<no_scale, no_scale, no_norm, swiglu_gate>() == "weight: swiglu_gate 3 x 5; ");
}

TEST_CASE("roles: what branches share is visited once") {
    CHECK(roles<product_scale, plain_scale, rms_norm>(true) ==
          "branch 0, weight: projection 4 x 5; branch 0, in: scale_in 5 x 1; branch 0, in magnitude: scale_in 1 x 1; branch 0, out: scale_out 4 x 1; "
          "branch 1, weight: projection 3 x 5; branch 1, out: scale_out 3 x 1; ");
}

TEST_CASE("a stack trains a layer: gradients in the same order, decay of input scales only") {
    branch_shapes shapes{{4, 3}, 5, true};
    scaled_linear<rms_norm, product_scale, plain_scale, rms_norm> layer;
    branches_for_test<product_scale, plain_scale> w(shapes, 1), dw(shapes, 0);
    storage<double> x(6, 5), dx(6, 5), a(6, 4), b(6, 3);
    x.fill(2);
    const std::array ys{a.one(), b.one()};
    const double rate = 0.1, decay = 0.5;
    auto stack = layerwise<double>(on<projection>(identity{}, rate), on<scale_in>(identity{}, rate, {.rate = decay}), on<scale_out>(identity{}, rate));
    std::vector<block_handle<double>> handles;
    std::vector<gradient<double>> now;
    for_each_parameter(layer, w.list, [&](std::string const& name, auto block) { handles.push_back(stack.add("layer 0, " + name, block)); });
    layer.forward(x.one(), w.list, ys);
    layer.vjp(x.one(), w.list, ys, dw.list, dx.one());
    for_each_parameter(layer, dw.list, [&](std::string const&, auto block) { now.push_back(handles[now.size()](block.all)); });
    const auto before = w.numbers;
    stack.step(now);
    auto expected = moved(before, -rate, dw.numbers);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        double const* at = w.numbers.data() + i;
        auto const& in = w.list[0].in;
        if ((at >= in.vector.data && at < in.vector.data + 5) || at == in.magnitude.data) expected[i] -= rate * decay * before[i];
    }
    CHECK(distance(w.numbers, expected) < 1e-15);
    CHECK(distance(expected, before) > 1e-3);
}
