// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/normalization/effective_weight.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <isotypic/normalization/slabs.hpp>
#include <tuple>

/// \file
/// What follows the maps of a scaled_linear that has a middle norm, for each branch, head by head:
///
///     y = u o Mid(z)
///
/// with the memory that derivatives need. `results` is where z is to be written before `forward`.
namespace isotypic::detail {

/// See the file's comment.
template <class Mid, class Out>
class branch_middle {
public:
    branch_middle(Mid rule, std::string what, executor_ref threads) : core(rule), name(std::move(what)), executor(threads) {}

    /// Room for the z of branch b, in the shape of y.
    template <class T, class B, class U>
    blocks<T> results(std::size_t b, B const& w, blocks<U> const& y) {
        while (norms.size() <= b) norms.emplace_back(core, name + ", branch " + std::to_string(norms.size()) + ", middle norm", executor);
        auto& memory = std::get<kept<T>>(tapes);
        if (memory.before.size() <= b) memory.before.resize(b + 1), memory.after.resize(b + 1), memory.heads.resize(b + 1);
        memory.heads[b] = w.heads;
        memory.before[b].resize(std::size_t(y.size())), memory.after[b].resize(std::size_t(y.size()));
        return dense_as(memory.before[b].data(), y);
    }
    template <class T, class B>
    bool has(std::size_t b, B const& w, index_t samples) const {
        auto const& memory = std::get<kept<T>>(tapes);
        return b < memory.before.size() && memory.heads[b] == w.heads && memory.before[b].size() == std::size_t(samples * w.weight.rows);
    }

    template <class T, class B>
    void forward(cpu& device, std::size_t b, B const& w, blocks<T> const& y) {
        const blocks<T> q = normed<T>(b, y);
        norms[b].forward(heads(mapped<T>(b, y), w), heads(q, w));
        scale_by<T>(device, w, q, y);
    }
    /// dz is written, the gradients of u's parameters are added to.
    template <class T, class B, class D>
    void vjp(cpu& device, std::size_t b, B const& w, blocks<T const> const& dy, D const& dw, blocks<T> const& dz) {
        scale_by<T>(device, w, dy, dz);
        if constexpr (!std::is_same_v<Out, no_scale>) {
            const auto du = scratch_numbers(device, dy.cols());
            for (index_t k = 0; k < dy.count; ++k)
                add_weighted_sums(device, nullptr, view<T const>(normed<T>(b, dy).panel(k)).transposed(), dy.panel(k).transposed(), du.data());
            Out{}.vjp(w.out, du, dw.out);
        }
        norms[b].vjp(heads(mapped<T>(b, dy), w), heads(dz, w), heads(dz, w));
    }
    /// tz, the tangent of z, is overwritten.
    template <class T, class B, class D>
    void jvp(cpu& device, std::size_t b, B const& w, D const& tw, blocks<T> const& tz, blocks<T> const& ty) {
        norms[b].jvp(heads(mapped<T>(b, ty), w), heads(tz, w), heads(tz, w));
        const std::span<double const> u = gain(device, w);
        const std::span<double> tu = scratch_numbers(device, ty.cols());
        Out{}.jvp(w.out, tw.out, tu);
        auto slope = [u, tu](index_t, index_t j, T const& value, T const& along, T& to) {
            to = T(u[std::size_t(j)] * double(along) + tu[std::size_t(j)] * double(value));
        };
        for (index_t k = 0; k < ty.count; ++k) for_each_entry(device, slope, view<T const>(normed<T>(b, ty).panel(k)), view<T const>(tz.panel(k)), ty.panel(k));
    }

private:
    template <class T>
    struct kept {
        std::vector<std::vector<T>> before, after;
        std::vector<index_t> heads;
    };
    Mid core;
    std::string name;
    executor_ref executor;
    std::vector<normalizer<Mid>> norms;
    std::tuple<kept<float>, kept<double>> tapes;

    template <class T, class U>
    blocks<T> mapped(std::size_t b, blocks<U> const& like) {
        return dense_as(std::get<kept<T>>(tapes).before[b].data(), like);
    }
    template <class T, class U>
    blocks<T> normed(std::size_t b, blocks<U> const& like) {
        return dense_as(std::get<kept<T>>(tapes).after[b].data(), like);
    }
    template <class T, class B>
    static blocks<T> heads(blocks<T> const& dense, B const& w) {
        return column_heads(matrix_of(dense), w.heads);
    }
    template <class B>
    static std::span<double const> gain(cpu& device, B const& w) {
        const auto u = scratch_numbers(device, w.weight.rows);
        Out{}.value(w.out, u);
        return u;
    }
    /// to = u o from.
    template <class T, class B>
    static void scale_by(cpu& device, B const& w, blocks<T const> const& from, blocks<T> const& to) {
        const std::span<double const> u = gain(device, w);
        for (index_t k = 0; k < to.count; ++k)
            for_each_entry(device, [u](index_t, index_t j, T const& a, T& b) { b = T(u[std::size_t(j)] * double(a)); }, from.panel(k), to.panel(k));
    }
};

}  // namespace isotypic::detail
