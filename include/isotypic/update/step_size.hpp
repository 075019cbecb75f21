// SPDX-License-Identifier: MIT
#pragma once

/// \file
/// What a step multiplies a direction, the weight and the gradient by: w <- keep w - rate u(clip g).
namespace isotypic::detail {

/// What all gradients of a step are multiplied by, if it is given.
template <class Number>
struct gradient_factor {
    Number value{};
    bool given = false;
    constexpr double at_start() const { return given ? double(value) : 1; }
};

/// g times the factor, which may lie below the range of U where g is near its end: in two products.
template <class U>
struct clipped_by {
    U first, second;
    constexpr explicit clipped_by(double factor) : first(factor < 1e-30 ? U(0x1p-64) : U(1)), second(U(factor / double(first))) {}
    constexpr U operator()(U g) const { return first * g * second; }
};

/// From the rate, the rule's own scale and the decay; a device reads its numbers where its kernels start.
template <class Number>
struct step_size {
    Number rate;
    double scale = 1, decay = 0;
    gradient_factor<Number> clip{};

    struct numbers {
        double rate, keep, clip;
    };
    constexpr numbers at_start() const {
        const double r = double(rate);
        return {r * scale, 1 - r * decay, clip.at_start()};
    }
};

/// With the numbers of a device.
template <class Device>
using step_size_on = step_size<typename Device::template number<double>>;

}  // namespace isotypic::detail
