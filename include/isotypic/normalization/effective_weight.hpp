// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/normalization/scale_vector.hpp>

/// \file
/// The weight that a linear map with scale vectors has in effect, as a function of what is trained:
///
///     A = diag(u) W diag(v),    v = In(parameters), u = Out(parameters)
///
///     dW_ij = u_i v_j G_ij,    dv_j = sum_i u_i W_ij G_ij,    du_i = sum_j v_j W_ij G_ij,    G = dL/dA, outputs x inputs
///
/// `value` and `jvp` write, `vjp` adds. Under gradient flow A' = -P G with P = J J', `precondition`; for plain scales
///
///     P G = u_i^2 v_j^2 G_ij + A_ij / u_i^2 sum_k A_ik G_ik + A_ij / v_j^2 sum_k A_kj G_kj
///
/// Errors: shapes that do not fit, before anything is written. Source: arXiv 2605.26895 for P of a scale in front; the rest is derived.
namespace isotypic {

/// A linear map with its scale vectors, all in the caller's memory: weight outputs x inputs, `in` for the inputs, `out` for the outputs.
/// Gradients and tangents are another one.
template <class T>
struct branch {
    view<T> weight{};
    scale_parameters<T> in{}, out{};
    index_t heads = 1;  ///< equal bands of outputs, each normalized by itself where scaled_linear has a middle norm
};

namespace detail {

/// f(i, j, x_ij...) for every element of equally shaped matrices.
template <class F, class... T>
void for_each_entry(cpu& device, F const& f, view<T>... x) {
    auto const& like = first_of(x...);
    const bool by_columns = ((x.row_stride == 1) && ...) && like.rows > 1;
    const index_t lines = by_columns ? like.cols : like.rows, length = by_columns ? like.rows : like.cols;
    for_each_band(device, lines, length, [&](index_t begin, index_t end) {
        for (index_t l = begin; l < end; ++l)
            for (index_t k = 0; k < length; ++k) by_columns ? f(k, l, x(k, l)...) : f(l, k, x(l, k)...);
    });
}

/// out_i += sum_j c_j a_ij b_ij, in double and in an order that depends on shape and layout alone; no c stands for 1.
template <class T, class U>
void add_weighted_sums(cpu& device, double const* c, view<T> a, view<U> b, double* out) {
    auto weight = [c](index_t j) { return c ? c[j] : 1.0; };
    constexpr index_t strip = 512;
    if (a.col_stride == 1 && b.col_stride == 1)
        for_each_band(device, a.rows, a.cols, [&](index_t begin, index_t end) {
            for (index_t i = begin; i < end; ++i) {
                double lane[4] = {};
                for (index_t j = 0; j < a.cols; ++j) lane[j % 4] += weight(j) * double(a(i, j)) * double(b(i, j));
                out[i] += (lane[0] + lane[1]) + (lane[2] + lane[3]);
            }
        });
    else
        for_each_part(device, (a.rows + strip - 1) / strip, a.size(), [&](index_t s) {
            for (index_t j = 0; j < a.cols; ++j)
                for (index_t i = s * strip; i < (std::min)(a.rows, (s + 1) * strip); ++i) out[i] += weight(j) * double(a(i, j)) * double(b(i, j));
        });
}

/// n numbers of scratch, each x.
inline std::span<double> scratch_numbers(cpu& device, index_t n, double x = 0) {
    double* memory = device.scratch().template take<double>(n);
    std::fill_n(memory, n, x);
    return {memory, std::size_t(n)};
}

/// What is wrong with a branch of this many outputs and inputs; nothing, if nothing is.
template <class In, class Out, class T>
std::string misfit(branch<T> const& w, index_t outputs, index_t inputs) {
    if (w.weight.rows != outputs || w.weight.cols != inputs)
        return "the weight is " + shape_text(w.weight.rows, w.weight.cols) + ", not " + shape_text(outputs, inputs);
    if (!fits<In>(w.in, inputs)) return "the input scale: " + misfit<In>(w.in, inputs);
    if (!fits<Out>(w.out, outputs)) return "the output scale: " + misfit<Out>(w.out, outputs);
    return {};
}

}  // namespace detail

/// See the file's comment.
template <class In = plain_scale, class Out = no_scale>
struct effective_weight {
    template <class T, class U>
    void value(cpu& device, branch<T> const& w, view<U> a) const {
        require(a, w);
        auto scope = device.scratch().open();
        const auto v = gamma<In>(device, w.in, a.cols), u = gamma<Out>(device, w.out, a.rows);
        detail::for_each_entry(
            device, [u, v](index_t i, index_t j, auto const& x, U& y) { y = U(at(u, i) * double(x) * at(v, j)); }, w.weight, a);
    }
    template <class T, class U, class V>
    void vjp(cpu& device, branch<T> const& w, view<U> g, branch<V> const& dw) const {
        require(g, w, dw);
        auto scope = device.scratch().open();
        const auto v = gamma<In>(device, w.in, g.cols), u = gamma<Out>(device, w.out, g.rows);
        detail::for_each_entry(
            device, [u, v](index_t i, index_t j, auto const& x, V& y) { y += V(at(u, i) * double(x) * at(v, j)); }, g, dw.weight);
        if constexpr (!std::is_same_v<In, no_scale>) {
            const auto dv = detail::scratch_numbers(device, g.cols);
            detail::add_weighted_sums(device, u.data(), w.weight.transposed(), g.transposed(), dv.data());
            In{}.vjp(w.in, dv, dw.in);
        }
        if constexpr (!std::is_same_v<Out, no_scale>) {
            const auto du = detail::scratch_numbers(device, g.rows);
            detail::add_weighted_sums(device, v.data(), w.weight, g, du.data());
            Out{}.vjp(w.out, du, dw.out);
        }
    }
    template <class T, class U, class V>
    void jvp(cpu& device, branch<T> const& w, branch<U> const& t, view<V> out) const {
        require(out, w, t);
        auto scope = device.scratch().open();
        const auto v = gamma<In>(device, w.in, out.cols), u = gamma<Out>(device, w.out, out.rows);
        const auto tv = detail::scratch_numbers(device, out.cols), tu = detail::scratch_numbers(device, out.rows);
        In{}.jvp(w.in, t.in, tv), Out{}.jvp(w.out, t.out, tu);
        auto slope = [=](index_t i, index_t j, auto const& x, auto const& along, V& y) {
            y = V(at(u, i) * at(v, j) * double(along) + (at(tu, i) * at(v, j) + at(u, i) * at(tv, j)) * double(x));
        };
        detail::for_each_entry(device, slope, w.weight, t.weight, out);
    }
    /// J J' g.
    template <class T, class U, class V>
    void precondition(cpu& device, branch<T> const& w, view<U> g, view<V> out) const {
        require(g, w);
        auto scope = device.scratch().open();
        const branch<double> d{view<double>(detail::scratch_numbers(device, g.size()).data(), g.rows, g.cols), detail::scratch_parameters<In>(device, g.cols),
                               detail::scratch_parameters<Out>(device, g.rows)};
        vjp(device, w, g, d);
        jvp(device, w, d, out);
    }

private:
    static double at(std::span<double const> x, index_t i) { return x[std::size_t(i)]; }
    template <class Scale, class T>
    static std::span<double const> gamma(cpu& device, scale_parameters<T> const& p, index_t n) {
        const auto values = detail::scratch_numbers(device, n);
        Scale{}.value(p, values);
        return values;
    }
    template <class A, class... B>
    static void require(view<A> a, B const&... w) {
        auto one = [&](auto const& b) {
            const std::string wrong = detail::misfit<In, Out>(b, a.rows, a.cols);
            if (!wrong.empty()) throw error("isotypic: effective weight " + detail::shape_text(a.rows, a.cols) + ": " + wrong);
        };
        (one(w), ...);
    }
};

}  // namespace isotypic
