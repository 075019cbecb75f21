// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/normalization/branch_list.hpp>
#include <isotypic/normalization/effective_weight.hpp>
#include <isotypic/normalization/scale_direction.hpp>

/// \file
/// What gradient flow leaves alone, one number for each way in which parameters trade with each other without a change of the function:
///
///     input_charges<plain_scale>(branches, inputs);         // std::span of doubles
///     output_charges<plain_scale>(branches[0], outputs);    // of one branch
///     charge(product_scale{}, branches[0].in);
///
///     input_charges      v_j^2 - |W_.j|^2, of branches that share v: v_j^2 - sum_b |W_b,.j|^2;   log_simplex: 2 (t_j + b / d) - |W_.j|^2
///     output_charges     u_i^2 - |W_i.|^2, also 2 (t_i + b / d) - |W_i.|^2
///     charge             beta^2 - |alpha|^2 of product_scale, |alpha|^2 - 2 b of exponential_scale, |alpha|^2 of unit_direction,
///                        sum(t) of log_simplex
///
/// v and u are the vectors themselves where a magnitude multiplies them. unit_direction has no such number with a weight, and is refused.
/// A step of size h changes each by O(h^2); decay of both sides by l brings the differences of squares to 0 as exp(-2 l t). Where an
/// input charge is 0 the two sides are balanced, and the bound on the sharpness, v_j^2 + |W_.j|^2, is smallest.
/// With a middle norm there are no output charges; |W|^2 and, of a plain scale, |v|^2 stay, each by itself.
///
/// Source: derived.
namespace isotypic {
namespace detail {

template <class Scale>
concept has_charges = Scale::has_vector && !std::is_same_v<Scale, unit_direction>;

/// The part of a charge that the scale has.
template <class Scale, class T>
double scale_part(scale_parameters<T> const& p, std::size_t i) {
    const double x = double(entry(p.vector, i));
    if constexpr (std::is_same_v<Scale, log_simplex>)
        return 2 * (x + double(p.magnitude(0, 0)) / double(p.vector.size()));
    else
        return x * x;
}
template <class T>
double square(view<T> v) {
    double sum = 0;
    for (std::size_t i = 0; i < std::size_t(v.size()); ++i) sum += double(entry(v, i)) * double(entry(v, i));
    return sum;
}

}  // namespace detail

namespace detail {

/// Charges of the columns, which `In` scales; `what` and `side` for errors.
template <class In, class Branches>
void charges_of_columns(std::string const& what, char const* side, Branches const& branches, std::span<double> out) {
    for (std::size_t b = 0; b < list_size(branches); ++b) {
        auto const& w = list_item(branches, b);
        const std::string who = "isotypic: " + what + ": branch " + std::to_string(b) + ": ";
        if (w.weight.cols != index_t(out.size()))
            throw error(who + "room for " + std::to_string(out.size()) + " numbers, and " + std::to_string(w.weight.cols) + " " + side);
        if (!fits<In>(w.in, w.weight.cols)) throw error(who + misfit<In>(w.in, w.weight.cols));
        for (std::size_t j = 0; j < out.size(); ++j)
            out[j] = (b ? out[j] : scale_part<In>(w.in, j)) - square(w.weight.part(0, index_t(j), w.weight.rows, 1));
    }
}

}  // namespace detail

/// One number for each input; the branches, or the one, share one scale of this kind, which need not be a plain one.
template <class In, class Branches>
void input_charges(Branches const& branches, std::span<double> out) {
    static_assert(detail::has_charges<In>, "isotypic: this scale trades with no column of the weight in a way that leaves a number alone");
    detail::charges_of_columns<In>("input charges", "inputs", branches, out);
}

/// One number for each output of a branch without a middle norm.
template <class Out, class T>
void output_charges(branch<T> const& w, std::span<double> out) {
    static_assert(detail::has_charges<Out>, "isotypic: this scale trades with no row of the weight in a way that leaves a number alone");
    detail::charges_of_columns<Out>("output charges", "outputs", branch<T>{w.weight.transposed(), w.out, {}}, out);
}

template <class T>
double charge(product_scale, scale_parameters<T> const& p) {
    return double(p.magnitude(0, 0)) * double(p.magnitude(0, 0)) - detail::square(p.vector);
}
template <class T>
double charge(exponential_scale, scale_parameters<T> const& p) {
    return detail::square(p.vector) - 2 * double(p.magnitude(0, 0));
}
template <class T>
double charge(unit_direction, scale_parameters<T> const& p) {
    return detail::square(p.vector);
}
template <class T>
double charge(log_simplex, scale_parameters<T> const& p) {
    double sum = 0;
    for (std::size_t i = 0; i < std::size_t(p.vector.size()); ++i) sum += double(detail::entry(p.vector, i));
    return sum;
}

}  // namespace isotypic
