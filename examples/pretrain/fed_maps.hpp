// SPDX-License-Identifier: MIT
#pragma once
#include <pretrain/norms.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/scaled_linear.hpp>
#include <nn/matrix.hpp>
#include <memory>
#include <vector>

/// \file
/// The linear maps that one norm feeds,  y_b = gamma_out_b * middle(W_b (gamma_in_b * norm(x))),  with the placement picked at run time.
namespace pretrain {

using nn::cref, nn::Index, nn::matrix, nn::ref;

template <class T>
using branches = std::vector<isotypic::branch<T>>;
template <class T>
using views = std::vector<isotypic::view<T>>;

template <class T>
struct fed_maps {
    virtual ~fed_maps() = default;
    virtual void forward(ref<T> x, branches<T> const& w, views<T> const& y) = 0;
    /// Adds to dw, writes dx; x as in the last forward pass.
    virtual void backward(ref<T> x, branches<T> const& w, views<T> const& dy, branches<T> const& dw, ref<T> dx) = 0;
};

template <class T, class In, class Out, class Middle>
struct fed_maps_of final : fed_maps<T> {
    isotypic::scaled_linear<isotypic::rms_norm, In, Out, Middle> map;

    explicit fed_maps_of(std::string name) : map(constants(), std::move(name)) {}
    void forward(ref<T> x, branches<T> const& w, views<T> const& y) override { map.forward(x, w, y); }
    void backward(ref<T> x, branches<T> const& w, views<T> const& dy, branches<T> const& dw, ref<T> dx) override { map.vjp(x, w, dy, dw, dx); }

private:
    static isotypic::scaled_linear_settings<isotypic::rms_norm, Middle> constants() {
        isotypic::scaled_linear_settings<isotypic::rms_norm, Middle> all{.core = {.eps = 1e-5}};
        if constexpr (!std::is_same_v<Middle, isotypic::no_norm>) all.middle.eps = 1e-5;
        return all;
    }
};

/// As the placement has them; the `last` maps, the head's, have nothing behind them.
template <class T>
std::unique_ptr<fed_maps<T>> make_fed_maps(placement const& p, bool last, std::string const& name) {
    using namespace isotypic;
    if (!p.in) return std::make_unique<fed_maps_of<T, no_scale, no_scale, no_norm>>(name);
    return with_scale(p.as, [&](auto scale) -> std::unique_ptr<fed_maps<T>> {
        using S = decltype(scale);
        if (last || !p.out) return std::make_unique<fed_maps_of<T, S, no_scale, no_norm>>(name);
        if (p.middle) return std::make_unique<fed_maps_of<T, S, S, rms_norm>>(name);
        return std::make_unique<fed_maps_of<T, S, S, no_norm>>(name);
    });
}

}  // namespace pretrain
