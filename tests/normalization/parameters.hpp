// SPDX-License-Identifier: MIT
#pragma once
#include "../storage.hpp"
#include <isotypic/normalization/effective_weight.hpp>

/// \file
/// Branches for tests, all numbers of a list in one array, so that a test can move each and add whole lists.
namespace isotypic {

struct branch_shapes {
    std::vector<index_t> outputs;
    index_t inputs;
    bool shared = false;  ///< one input scale for all
    index_t heads = 1;
    order layout = order::rows;
};

template <class In, class Out, class T = double>
struct branches_for_test {
    std::vector<T> numbers;
    std::vector<branch<T>> list;

    explicit branches_for_test(branch_shapes const& s, std::uint64_t which = 0) {
        index_t used = 0;
        auto take = [&](index_t n) { return used += n, used - n; };
        auto scale = [&]<class Scale>(Scale, index_t n) { return std::pair(take(Scale::has_vector ? n : 0), take(Scale::has_magnitude ? 1 : 0)); };
        struct places {
            index_t weight;
            std::pair<index_t, index_t> in, out;
        };
        std::vector<places> at;
        for (std::size_t b = 0; b < s.outputs.size(); ++b) {
            places p{take(s.outputs[b] * s.inputs), {}, {}};
            p.in = s.shared && b ? at[0].in : scale(In{}, s.inputs);
            p.out = scale(Out{}, s.outputs[b]);
            at.push_back(p);
        }
        numbers.assign(std::size_t(used), T(0));
        auto parameters = [&]<class Scale>(Scale, std::pair<index_t, index_t> where, index_t n, bool lying) {
            scale_parameters<T> p;
            if constexpr (Scale::has_vector) p.vector = lying ? view<T>(numbers.data() + where.first, 1, n) : view<T>(numbers.data() + where.first, n, 1);
            if constexpr (Scale::has_magnitude) p.magnitude = view<T>(numbers.data() + where.second, 1, 1);
            return p;
        };
        for (std::size_t b = 0; b < at.size(); ++b) {
            T* w = numbers.data() + at[b].weight;
            list.push_back({s.layout == order::rows ? view<T>(w, s.outputs[b], s.inputs) : column_major(w, s.outputs[b], s.inputs),
                            parameters(In{}, at[b].in, s.inputs, b % 2), parameters(Out{}, at[b].out, s.outputs[b], b % 2), s.heads});
        }
        random_stream random(seed(), which);
        for (T& x : numbers) x = which ? T(2 * random.uniform() - 1) : T(0);
    }
    branches_for_test(branches_for_test const&) = delete;
};

template <class T>
double inner(std::vector<T> const& a, std::vector<T> const& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
    return sum;
}
/// |a - b| / |b|.
template <class T>
double distance(std::vector<T> const& a, std::vector<T> const& b) {
    double gap = 0;
    for (std::size_t i = 0; i < b.size(); ++i) gap += (double(a[i]) - double(b[i])) * (double(a[i]) - double(b[i]));
    return std::sqrt(gap / inner(b, b));
}
inline std::vector<double> random_numbers(std::size_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    std::vector<double> x(n);
    for (double& v : x) v = 2 * random.uniform() - 1;
    return x;
}
/// a + h b.
inline std::vector<double> moved(std::vector<double> a, double h, std::vector<double> const& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += h * b[i];
    return a;
}
/// (f(x + h t) - f(x - h t)) / 2h.
template <class F>
std::vector<double> central_difference(F&& f, std::vector<double> const& x, std::vector<double> const& t, double h = 1e-6) {
    auto above = f(moved(x, h, t));
    const auto below = f(moved(x, -h, t));
    for (std::size_t i = 0; i < above.size(); ++i) above[i] = (above[i] - below[i]) / (2 * h);
    return above;
}
/// The gradient of a number by differences along every axis.
template <class F>
std::vector<double> gradient_by_differences(F const& f, std::vector<double> const& x, double h = 1e-6) {
    std::vector<double> g(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        auto a = x, b = x;
        a[i] += h, b[i] -= h;
        g[i] = (f(a) - f(b)) / (2 * h);
    }
    return g;
}

}  // namespace isotypic
