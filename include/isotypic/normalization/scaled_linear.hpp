// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_product.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/normalization/branch_checks.hpp>
#include <isotypic/normalization/branch_middle.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <tuple>

/// \file
/// Linear maps behind one normalization, with scale vectors on either side, for any number of branches b:
///
///     y_b = gamma_out_b o Mid( W_b (gamma_in_b o Core(x)) )
///
///     branch<float> Q{as_view(Wq), {as_view(in)}, {as_view(out), as_view(size)}, heads}, K = ..., V = ...;    // weight, scales, heads
///     scaled_linear<rms_norm, plain_scale, product_scale, rms_norm> qkv({.core = {.eps = 1e-6}}, "attention of block 3");
///     qkv.forward(x, std::array{Q, K, V}, std::array{as_view(yq), as_view(yk), as_view(yv)});
///     qkv.vjp(x, std::array{Q, K, V}, dys, std::array{dQ, dK, dV}, dx);
///     qkv.jvp(x, std::array{Q, K, V}, tx, std::array{tQ, tK, tV}, tys);
///
/// The core runs once. In and Out are scales (scale_vector.hpp) or no_scale, Core and Mid cores or no_norm. Without a Mid the weight in
/// effect is diag(gamma_out) W diag(gamma_in); with one the size of W and of gamma_in do not count, and `heads` of a branch cuts its
/// outputs into equal bands, each normalized by itself: with one for each head of queries and keys it is QK-norm.
///
/// x is samples x features, or has three axes of which the last are the features, and so have the results. Lists hold branches, and
/// views or blocks; where there is one branch it may stand for the list. Results, tangents of results and dx are written; gradients of
/// parameters are ADDED to what is there. Branches may therefore share a scale, or a weight: name the same memory in each of them, and
/// the same memory in each of their gradients, which then gets the sum. A derivative is taken at x, parameters and heads of the last
/// forward pass, which the caller keeps; results and dx lie apart from x. Nothing is allocated for a shape that has been seen.
///
/// Errors name the layer, the branch and the shapes, before anything is written; a number that is not finite in front of a middle norm is
/// found on the way, when results of earlier branches are there.
///
/// Source: arXiv 2605.26895, where several branches are HG, scales on both sides DP and DP with a norm between DNP. Its formula for DNP
/// and the axis of that norm are unknown: y above, by heads, is our reading. Derivatives are derived.
namespace isotypic {

/// In place of a core: x itself.
struct no_norm {
    static constexpr char const* name = "no norm";
};

template <class Core, class Mid>
struct scaled_linear_settings {
    Core core{};
    Mid middle{};
};

/// See the file's comment. Moves, does not copy.
template <class Core = rms_norm, class In = plain_scale, class Out = no_scale, class Mid = no_norm>
class scaled_linear {
public:
    static constexpr bool has_core = !std::is_same_v<Core, no_norm>, has_middle = !std::is_same_v<Mid, no_norm>;
    static_assert(!detail::has_running_statistics<Mid>, "isotypic: a middle norm has no running statistics: take another core");
    /// What folds into the weight: an output scale behind a norm does not.
    using weight_in_effect = effective_weight<In, std::conditional_t<has_middle, no_scale, Out>>;

    explicit scaled_linear(scaled_linear_settings<Core, Mid> set = {}, std::string what = "scaled linear", executor_ref threads = {})
        : name(what),
          core(norm_or_none<normalizer<Core>>(set.core, what, threads)),
          middle(norm_or_none<detail::branch_middle<Mid, Out>>(set.middle, what, threads)),
          device(threads) {}

    /// In errors.
    std::string name;
    /// A batch core's `training` and `running`, among others.
    std::conditional_t<has_core, normalizer<Core>, no_norm> core;

    template <class X, class Branches, class Y>
    void forward(X&& input, Branches const& branches, Y&& results) {
        static_assert(!detail::temporary_memory<Y>, "isotypic: these results are temporaries: their memory is gone before anybody reads it, give them names");
        const auto x = detail::to_read(std::forward<X>(input));
        using T = typename decltype(x)::value_type;
        if (x.joined) throw error("isotypic: " + name + ": a joined pair is two arrays: give one after the other");
        detail::require_branches<T, In, Out>(name, branches, x.cols(), has_middle);
        detail::require_results(name, x, branches, results, "result");
        detail::require_apart(name, results);
        seen = {};
        auto& kept = std::get<std::vector<T>>(normed);
        kept.resize(std::size_t(x.size()));
        const blocks<T> n = detail::dense_as(kept.data(), x);
        if constexpr (detail::has_running_statistics<Core>) before = core.running;
        if constexpr (has_core)
            core.forward(x, n);
        else
            copy(device, x, n);
        try {
            map_branches(n, branches, results);
        } catch (...) {
            if constexpr (detail::has_running_statistics<Core>) core.running = before;
            throw;
        }
        if constexpr (detail::has_running_statistics<Core>) before = core.running;  // room for the next pass
        seen = {x.count, x.rows(), x.cols(), index_t(detail::list_size(branches)), index_t(sizeof(T))};
    }

    template <class X, class Branches, class D, class Gradients, class R>
    void vjp(X&& input, Branches const& branches, D&& cotangents, Gradients const& gradients, R&& result) {
        const auto x = detail::to_read(std::forward<X>(input));
        using T = typename decltype(x)::value_type;
        require_seen<T>(x, branches);
        const blocks<T> dx = as_blocks(std::forward<R>(result));
        if (!x.same_shape(dx))
            throw error("isotypic: " + name + ": the input's gradient is " + detail::axes_text(dx) + ", the input " + detail::axes_text(x));
        detail::require_branches<T, In, Out>(name, branches, x.cols(), has_middle);
        detail::require_results(name, x, branches, cotangents, "result's gradient");
        detail::require_like<In, Out>(name, branches, gradients, "gradient");
        auto outer = device.scratch().open();
        const blocks<T const> n = detail::dense_as(std::get<std::vector<T>>(normed).data(), x);
        const blocks<T> dn = detail::dense_as(device.scratch().template take<T>(x.size()), x);
        for (std::size_t b = 0; b < detail::list_size(branches); ++b) {
            auto scope = device.scratch().open();
            auto const& w = detail::list_item(branches, b);
            auto const& dw = detail::list_item(gradients, b);
            const auto dy = detail::to_read(detail::list_item(cotangents, b));
            const view<T const> a = weight<T>(w);
            const view<T> g = scratch<T>(w.weight.rows, w.weight.cols);
            auto back = [&](blocks<T const> const& dz) {
                detail::for_each_slab(dz, [&](view<T const> part, index_t at) {
                    multiply<T>(device, 1, part.transposed(), detail::rows_of(n, at, part.rows), at ? 1 : 0, g);
                    multiply<T>(device, 1, part, a, b ? 1 : 0, detail::rows_of(dn, at, part.rows));
                });
            };
            if constexpr (has_middle) {
                const blocks<T> dz = detail::dense_as(device.scratch().template take<T>(dy.size()), dy);
                middle.vjp(device, b, w, dy, dw, dz);
                back(dz);
            } else
                back(dy);
            weight_in_effect{}.vjp(device, folding(w), g, folding(dw));
        }
        if constexpr (has_core)
            core.vjp(x, dn, dx);
        else
            copy(device, dn, dx);
    }

    template <class X, class Branches, class D, class Tangents, class Y>
    void jvp(X&& input, Branches const& branches, D&& direction, Tangents const& tangents, Y&& results) {
        static_assert(!detail::temporary_memory<Y>, "isotypic: these results are temporaries: their memory is gone before anybody reads it, give them names");
        const auto x = detail::to_read(std::forward<X>(input)), tx = detail::to_read(std::forward<D>(direction));
        using T = typename decltype(x)::value_type;
        require_seen<T>(x, branches);
        if (!x.same_shape(tx))
            throw error("isotypic: " + name + ": the direction is " + detail::axes_text(tx) + ", the input " + detail::axes_text(x));
        detail::require_branches<T, In, Out>(name, branches, x.cols(), has_middle);
        detail::require_like<In, Out>(name, branches, tangents, "tangent");
        detail::require_results(name, x, branches, results, "result's tangent");
        detail::require_apart(name, results);
        auto outer = device.scratch().open();
        const blocks<T const> n = detail::dense_as(std::get<std::vector<T>>(normed).data(), x);
        const blocks<T> tn = detail::dense_as(device.scratch().template take<T>(x.size()), x);
        if constexpr (has_core)
            core.jvp(x, tx, tn);
        else
            copy(device, tx, tn);
        for (std::size_t b = 0; b < detail::list_size(branches); ++b) {
            auto scope = device.scratch().open();
            auto const& w = detail::list_item(branches, b);
            auto const& tw = detail::list_item(tangents, b);
            const blocks<T> ty = as_blocks(detail::list_item(results, b));
            const view<T const> a = weight<T>(w);
            const view<T> ta = scratch<T>(a.rows, a.cols);
            weight_in_effect{}.jvp(device, folding(w), folding(tw), ta);
            auto along = [&](blocks<T> const& tz) {
                detail::for_each_slab(tz, [&](view<T> part, index_t at) {
                    multiply<T>(device, 1, detail::rows_of(tn, at, part.rows), a.transposed(), 0, part);
                    multiply<T>(device, 1, detail::rows_of(n, at, part.rows), view<T const>(ta).transposed(), 1, part);
                });
            };
            if constexpr (has_middle) {
                const blocks<T> tz = detail::dense_as(device.scratch().template take<T>(ty.size()), ty);
                along(tz);
                middle.jvp(device, b, w, tw, tz, ty);
            } else
                along(ty);
        }
    }

private:
    struct pass {
        index_t items = 0, rows = 0, features = 0, branches = 0, bytes = 0;
    };

    std::conditional_t<has_middle, detail::branch_middle<Mid, Out>, no_norm> middle;
    cpu device;
    std::tuple<std::vector<float>, std::vector<double>> normed;  ///< Core(x)
    running_statistics before;
    pass seen;

    template <class Norm, class C>
    static auto norm_or_none(C const& c, std::string const& what, executor_ref threads) {
        if constexpr (std::is_same_v<C, no_norm>)
            return c;
        else
            return Norm(c, what, threads);
    }
    template <class T, class Branches, class Y>
    void map_branches(blocks<T> const& n, Branches const& branches, Y& results) {
        for (std::size_t b = 0; b < detail::list_size(branches); ++b) {
            auto scope = device.scratch().open();
            auto const& w = detail::list_item(branches, b);
            const blocks<T> y = as_blocks(detail::list_item(results, b));
            const view<T const> a = weight<T>(w);
            auto map = [&](blocks<T> const& z) {
                detail::for_each_slab(z, [&](view<T> part, index_t at) { multiply<T>(device, 1, detail::rows_of(n, at, part.rows), a.transposed(), 0, part); });
            };
            if constexpr (has_middle) {
                map(middle.template results<T>(b, w, y));
                middle.forward(device, b, w, y);
            } else
                map(y);
        }
    }
    template <class T>
    view<T> scratch(index_t rows, index_t cols) {
        return {device.scratch().template take<T>(rows * cols), rows, cols};
    }
    /// The branch with what folds into its weight.
    template <class B>
    static B folding(B w) {
        if constexpr (has_middle) w.out = {};
        return w;
    }
    template <class T, class B>
    view<T const> weight(B const& w) {
        const view<T> a = scratch<T>(w.weight.rows, w.weight.cols);
        weight_in_effect{}.value(device, folding(w), a);
        return a;
    }
    template <class T, class X, class Branches>
    void require_seen(X const& x, Branches const& branches) const {
        bool same = seen.items == x.count && seen.rows == x.rows() && seen.features == x.cols() && seen.bytes == index_t(sizeof(T)) &&
                    seen.branches == index_t(detail::list_size(branches));
        if constexpr (has_middle)
            for (std::size_t b = 0; same && b < detail::list_size(branches); ++b)
                same = middle.template has<T>(b, detail::list_item(branches, b), x.count * x.rows());
        if (!same)
            throw error("isotypic: " + name + ": a derivative at an input of " + detail::axes_text(x) + " and " +
                        std::to_string(detail::list_size(branches)) + " branches without a forward pass there");
    }
};

}  // namespace isotypic
