// SPDX-License-Identifier: MIT
#pragma once
#include "attention.hpp"
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/sep_norm.hpp>
#include <array>
#include <variant>

namespace sepnorm {

/// A norm over a batch, images x tokens x features with the class token first, by the library's.
template <class T>
class norm {
public:
    norm(config const& c, Index images, Index tokens, kind which, std::string name, isotypic::executor_ref threads)
        : rule(made(which, std::move(name), threads)), d(images * tokens, c.width), items(images), length(tokens) {}

    void forward(matrix<T> const& x, norm_weights<T> const& w, matrix<T>& y) {
        std::visit([&](auto& r) { r.forward(batch(x), parameters(r, w), batch(y)); }, rule);
    }
    /// dx += the gradient of x; `forward` was called with the same x.
    void backward(matrix<T> const& x, norm_weights<T> const& w, norm_weights<T>& dw, matrix<T> const& dy, matrix<T>& dx) {
        std::visit([&](auto& r) { r.vjp(batch(x), parameters(r, w), batch(dy), batch(d), parameters(r, dw)); }, rule);
        dx += d;
    }
    /// false takes the running statistics.
    void training(bool on) {
        std::visit([&](auto& r) { r.training = on; }, rule);
    }
    /// Of the class token, if it has a batch norm.
    isotypic::running_statistics* running() {
        auto* r = std::get_if<isotypic::sep_norm>(&rule);
        return r ? &std::get<0>(r->norms).running : nullptr;
    }

private:
    using shared_norm = isotypic::normalizer<isotypic::layer_norm>;
    using untied_norm = isotypic::typed_norm<isotypic::layer_norm, isotypic::layer_norm>;
    using any = std::variant<shared_norm, untied_norm, isotypic::sep_norm>;

    any rule;
    matrix<T> d;
    Index items, length;

    static any made(kind which, std::string name, isotypic::executor_ref threads) {
        const isotypic::layer_norm core{.eps = 1e-5};
        if (which == kind::shared) return any(std::in_place_type<shared_norm>, core, name, threads);
        if (which == kind::untied)
            return any(std::in_place_type<untied_norm>, name, threads, isotypic::first(1, core, "CLS"), isotypic::rest(core, "patches"));
        return any(std::in_place_type<isotypic::sep_norm>, isotypic::sep_norm_setting{}, name, threads);
    }
    auto batch(matrix<T> const& x) const { return isotypic::blocks<T const>({x.data(), length, x.cols()}, items, length * x.cols()); }
    auto batch(matrix<T>& x) const { return isotypic::blocks<T>({x.data(), length, x.cols()}, items, length * x.cols()); }

    template <class W>
    static auto parameters(shared_norm const&, W& w) {
        return isotypic::per_feature(w.gain, w.shift);
    }
    template <class Rule, class W>
    static auto parameters(Rule const&, W& w) {
        return std::array{isotypic::per_feature(w.class_gain, w.class_shift), isotypic::per_feature(w.gain, w.shift)};
    }
};

}  // namespace sepnorm
