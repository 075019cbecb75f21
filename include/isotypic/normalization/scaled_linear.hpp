// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_product.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/normalization/branch_checks.hpp>
#include <isotypic/normalization/effective_weight.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <tuple>

/// \file
/// Linear maps behind one normalization, with scale vectors on either side, for any number of branches b:
///
///     y_b = gamma_out_b o Mid( W_b (gamma_in_b o Core(x)) )
///
///     scaled_linear<rms_norm, plain_scale, product_scale, rms_norm> qkv({.core = {.eps = 1e-6}}, "attention of block 3");
///     qkv.forward(x, std::array{q, k, v}, std::array{as_view(Q), as_view(K), as_view(V)});
///     qkv.vjp(x, std::array{q, k, v}, dys, std::array{dq, dk, dv}, dx);
///     qkv.jvp(x, std::array{q, k, v}, tx, std::array{tq, tk, tv}, tys);
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

namespace detail {
/// y as few matrices as its strides allow: f(matrix, number of its first row).
template <class T, class F>
void for_each_slab(blocks<T> const& y, F const& f) {
    view<T> whole = y.first;
    whole.rows *= y.count;
    if (y.rows() == 1) whole.row_stride = y.count > 1 ? y.stride : whole.row_stride;
    if (y.count <= 1 || y.rows() == 1 || y.stride == y.rows() * y.first.row_stride) return f(whole, index_t{0});
    for (index_t k = 0; k < y.count; ++k) f(y.panel(k), k * y.rows());
}
}  // namespace detail

/// See the file's comment. Moves, does not copy.
template <class Core = rms_norm, class In = plain_scale, class Out = no_scale, class Mid = no_norm>
class scaled_linear {
public:
    static constexpr bool has_core = !std::is_same_v<Core, no_norm>, has_middle = !std::is_same_v<Mid, no_norm>;
    /// What folds into the weight: an output scale behind a norm does not.
    using weight_in_effect = effective_weight<In, std::conditional_t<has_middle, no_scale, Out>>;

    explicit scaled_linear(scaled_linear_settings<Core, Mid> set = {}, std::string what = "scaled linear", executor_ref threads = {})
        : core(make(set.core, what, threads)), middle(set.middle), name(std::move(what)), executor(threads), device(threads) {}

    template <class X, class Branches, class Y>
    void forward(X&& input, Branches const& branches, Y&& results) {
        const auto x = read(input);
        using T = typename decltype(x)::value_type;
        detail::require_branches<T, In, Out>(name, branches, x.cols(), has_middle);
        detail::require_results(name, x, branches, results, "result");
        seen = {};
        auto& kept = std::get<tape<T>>(tapes);
        kept.normed.resize(std::size_t(x.size()));
        const blocks<T> n = dense_as(kept.normed.data(), x);
        if constexpr (has_core)
            core.forward(x, n);
        else
            copy(device, x, n);
        if constexpr (has_middle) kept.before.resize(detail::list_size(branches)), kept.after.resize(detail::list_size(branches));
        for (std::size_t b = 0; b < detail::list_size(branches); ++b) {
            auto scope = device.scratch().open();
            auto const& w = detail::list_item(branches, b);
            const blocks<T> y = as_blocks(detail::list_item(results, b));
            const view<T const> a = weight<T>(w);
            if constexpr (!has_middle)
                detail::for_each_slab(y, [&](view<T> part, index_t at) { multiply<T>(device, 1, rows_of(n, at, part.rows), a.transposed(), 0, part); });
            else {
                const blocks<T> z = taped(kept.before[b], y), q = taped(kept.after[b], y);
                multiply<T>(device, 1, matrix_of(n), a.transposed(), 0, matrix_of(z));
                middle_of(b).forward(column_heads(matrix_of(z), w.heads), column_heads(matrix_of(q), w.heads));
                scale_features(gain(w), blocks<T const>(q), y);
            }
        }
        seen = {x.count, x.rows(), x.cols(), index_t(detail::list_size(branches)), index_t(sizeof(T))};
    }

    template <class X, class Branches, class D, class Gradients, class R>
    void vjp(X&& input, Branches const& branches, D&& cotangents, Gradients const& gradients, R&& result) {
        const auto x = read(input);
        using T = typename decltype(x)::value_type;
        require_seen<T>(x, branches);
        const blocks<T> dx = as_blocks(std::forward<R>(result));
        if (!x.same_shape(dx))
            throw error("isotypic: " + name + ": the input's gradient is " + detail::axes_of_blocks(dx) + ", the input " + detail::axes_of_blocks(x));
        detail::require_branches<T, In, Out>(name, branches, x.cols(), has_middle);
        detail::require_results(name, x, branches, cotangents, "result's gradient");
        detail::require_like<In, Out>(name, branches, gradients, "gradient");
        auto outer = device.scratch().open();
        auto const& kept = std::get<tape<T>>(tapes);
        const blocks<T const> n = dense_as(kept.normed.data(), x);
        const blocks<T> dn = dense_as(device.scratch().template take<T>(x.size()), x);
        for (std::size_t b = 0; b < detail::list_size(branches); ++b) {
            auto scope = device.scratch().open();
            auto const& w = detail::list_item(branches, b);
            auto const& dw = detail::list_item(gradients, b);
            const auto dy = read(detail::list_item(cotangents, b));
            const view<T const> a = weight<T>(w);
            const view<T> g = scratch<T>(w.weight.rows, w.weight.cols);
            auto through = [&](blocks<T const> const& dz) {
                detail::for_each_slab(dz, [&](view<T const> part, index_t at) {
                    multiply<T>(device, 1, part.transposed(), rows_of(n, at, part.rows), at ? 1 : 0, g);
                    multiply<T>(device, 1, part, a, b ? 1 : 0, rows_of(dn, at, part.rows));
                });
            };
            if constexpr (!has_middle)
                through(dy);
            else {
                const blocks<T const> z = dense_as(kept.before[b].data(), dy), q = dense_as(kept.after[b].data(), dy);
                const blocks<T> dq = dense_as(device.scratch().template take<T>(dy.size()), dy);
                scale_features(gain(w), dy, dq);
                if constexpr (!std::is_same_v<Out, no_scale>) {
                    const auto du = detail::scratch_numbers(device, dy.cols());
                    for (index_t k = 0; k < dy.count; ++k)
                        detail::add_weighted_sums(device, nullptr, q.panel(k).transposed(), dy.panel(k).transposed(), du.data());
                    Out{}.vjp(w.out, du, dw.out);
                }
                middle_of(b).vjp(column_heads(matrix_of(z), w.heads), column_heads(matrix_of(dq), w.heads), column_heads(matrix_of(dq), w.heads));
                through(blocks<T const>(dq));
            }
            weight_in_effect{}.vjp(device, folding(w), g, folding(dw));
        }
        if constexpr (has_core)
            core.vjp(x, dn, dx);
        else
            copy(device, dn, dx);
    }

    template <class X, class Branches, class D, class Tangents, class Y>
    void jvp(X&& input, Branches const& branches, D&& direction, Tangents const& tangents, Y&& results) {
        const auto x = read(input), tx = read(direction);
        using T = typename decltype(x)::value_type;
        require_seen<T>(x, branches);
        if (!x.same_shape(tx))
            throw error("isotypic: " + name + ": the direction is " + detail::axes_of_blocks(tx) + ", the input " + detail::axes_of_blocks(x));
        detail::require_branches<T, In, Out>(name, branches, x.cols(), has_middle);
        detail::require_like<In, Out>(name, branches, tangents, "tangent");
        detail::require_results(name, x, branches, results, "result's tangent");
        auto outer = device.scratch().open();
        auto const& kept = std::get<tape<T>>(tapes);
        const blocks<T const> n = dense_as(kept.normed.data(), x);
        const blocks<T> tn = dense_as(device.scratch().template take<T>(x.size()), x);
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
            auto through = [&](blocks<T> const& tz) {
                detail::for_each_slab(tz, [&](view<T> part, index_t at) {
                    multiply<T>(device, 1, rows_of(tn, at, part.rows), a.transposed(), 0, part);
                    multiply<T>(device, 1, rows_of(n, at, part.rows), view<T const>(ta).transposed(), 1, part);
                });
            };
            if constexpr (!has_middle)
                through(ty);
            else {
                const blocks<T const> z = dense_as(kept.before[b].data(), ty), q = dense_as(kept.after[b].data(), ty);
                const blocks<T> tz = dense_as(device.scratch().template take<T>(ty.size()), ty);
                through(tz);
                middle_of(b).jvp(column_heads(matrix_of(z), w.heads), column_heads(matrix_of(tz), w.heads), column_heads(matrix_of(tz), w.heads));
                const std::span<double const> u = gain(w);
                const std::span<double> tu = detail::scratch_numbers(device, ty.cols());
                Out{}.jvp(w.out, tw.out, tu);
                auto slope = [u, tu](index_t, index_t j, T const& value, T const& along, T& to) {
                    to = T(u[std::size_t(j)] * double(along) + tu[std::size_t(j)] * double(value));
                };
                for (index_t k = 0; k < ty.count; ++k) detail::for_each_entry(device, slope, q.panel(k), tz.panel(k), ty.panel(k));
            }
        }
    }

private:
    template <class T>
    struct tape {
        std::vector<T> normed;                      ///< Core(x)
        std::vector<std::vector<T>> before, after;  ///< the middle norm, for each branch
    };
    struct pass {
        index_t items = 0, rows = 0, features = 0, branches = 0, bytes = 0;
    };

    std::conditional_t<has_core, normalizer<Core>, no_norm> core;
    std::vector<std::conditional_t<has_middle, normalizer<Mid>, no_norm>> middles;
    Mid middle;
    std::string name;
    executor_ref executor;
    cpu device;
    std::tuple<tape<float>, tape<double>> tapes;
    pass seen;

    template <class C>
    static auto make(C const& c, std::string const& what, executor_ref threads) {
        if constexpr (std::is_same_v<C, no_norm>)
            return c;
        else
            return normalizer<C>(c, what, threads);
    }
    auto& middle_of(std::size_t b) {
        while (middles.size() <= b) middles.push_back(make(middle, name + ", branch " + std::to_string(middles.size()) + ", middle norm", executor));
        return middles[b];
    }

    template <class X>
    static auto read(X&& x) {
        const auto b = as_blocks(std::forward<X>(x));
        return blocks<typename decltype(b)::value_type const>(b);
    }
    /// Row-major, in the shape of another.
    template <class T, class U>
    static blocks<T> dense_as(T* memory, blocks<U> const& like) {
        return {view<T>(memory, like.rows(), like.cols()), like.count, like.rows() * like.cols()};
    }
    /// All items of a dense block as one matrix.
    template <class T>
    static view<T> matrix_of(blocks<T> const& x) {
        return view<T>(x.first.data, x.count * x.rows(), x.cols());
    }
    template <class T>
    static view<T> rows_of(blocks<T> const& x, index_t at, index_t count) {
        return matrix_of(x).part(at, 0, count, x.cols());
    }
    template <class T>
    static blocks<T> taped(std::vector<T>& memory, blocks<T> const& like) {
        memory.resize(std::size_t(like.size()));
        return dense_as(memory.data(), like);
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
    template <class B>
    std::span<double const> gain(B const& w) {
        const auto u = detail::scratch_numbers(device, w.weight.rows);
        Out{}.value(w.out, u);
        return u;
    }

    /// to_j = u_j from_j.
    template <class T>
    void scale_features(std::span<double const> u, blocks<T const> const& from, blocks<T> const& to) {
        for (index_t k = 0; k < to.count; ++k)
            detail::for_each_entry(
                device, [u](index_t, index_t j, T const& a, T& b) { b = T(u[std::size_t(j)] * double(a)); }, from.panel(k), to.panel(k));
    }
    template <class T, class X, class Branches>
    void require_seen(X const& x, Branches const& branches) const {
        const bool same = seen.items == x.count && seen.rows == x.rows() && seen.features == x.cols() && seen.bytes == index_t(sizeof(T)) &&
                          seen.branches == index_t(detail::list_size(branches));
        bool taped = same;
        if constexpr (has_middle)
            for (std::size_t b = 0; taped && b < detail::list_size(branches); ++b)
                taped = std::get<tape<T>>(tapes).before[b].size() == std::size_t(x.count * x.rows() * detail::list_item(branches, b).weight.rows);
        if (!taped)
            throw error("isotypic: " + name + ": a derivative at an input of " + detail::axes_of_blocks(x) + " and " +
                        std::to_string(detail::list_size(branches)) + " branches without a forward pass there");
    }
};

}  // namespace isotypic
