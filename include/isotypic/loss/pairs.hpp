// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/pair_batch.hpp>

/// \file
/// A criterion of predictions and targets:
///
///     double l = loss.value(predictions, targets);
///     double l = loss.gradient(predictions, targets, result);          // in the predictions; result may be predictions or targets
///     loss.hvp(predictions, targets, direction, result);               // result may be any of them
///     loss.values(predictions, targets, out);                          // a number a sample, times its weight, not reduced
///     loss.gradient(predictions, targets, result, {.weights = w, .mask = m});
///
/// A sample is a row, or a matrix where the loss is one of matrices. A mask excludes elements: rows of all samples x columns, or
/// 1 x columns for all. Neither they nor samples of weight 0 are looked at; their derivatives are 0. Arrays are checked before anything
/// is written; nothing is allocated for a shape that has been seen.
namespace isotypic::detail {

/// See the file's comment. `Work` does it: `pull` (values, and the gradient where there is room for one) and `turn` (the Hessian along a
/// direction), both times a sample's share.
template <class Loss, class Work>
class pair_criterion {
public:
    explicit pair_criterion(Loss l, criterion_options how = {}, executor_ref threads = {})
        : loss(l), called(*how.name ? std::string(how.name) : name_of<Loss>()), reduce(how.reduce), device(threads) {
        detail::require(loss);
    }

    template <class P, class Y>
    double value(P&& predictions, Y&& targets, sample_options with = {}) {
        const auto x = array(std::forward<P>(predictions));
        using T = typename decltype(x)::value_type;
        auto scope = device.scratch().open();
        return pulled<T>(read<T>(x, std::forward<Y>(targets), with, reduce == reduction::mean), nullptr, [](index_t, double) {});
    }
    template <class P, class Y, class G>
    double gradient(P&& predictions, Y&& targets, G&& result, sample_options with = {}) {
        const auto x = array(std::forward<P>(predictions));
        using T = typename decltype(x)::value_type;
        const auto g = write<T>(x, std::forward<G>(result));
        auto scope = device.scratch().open();
        const auto b = read<T>(x, std::forward<Y>(targets), with, reduce == reduction::mean);
        apart(b.target, g, "targets");
        return pulled<T>(b, &g, [](index_t, double) {});
    }
    template <class P, class Y, class V>
    void values(P&& predictions, Y&& targets, V&& out, sample_options with = {}) {
        const auto x = array(std::forward<P>(predictions));
        using T = typename decltype(x)::value_type;
        auto scope = device.scratch().open();
        const auto b = read<T>(x, std::forward<Y>(targets), with, false);
        if constexpr (!Work::matrices) require_leading_axes(called, "values", out, "predictions", x.given);
        if (const index_t places = for_each_entry(out, [](index_t, auto&) {}); places != b.samples)
            throw error("isotypic: " + called + ": room for " + std::to_string(places) + " values of " + std::to_string(b.samples) + " samples");
        double* all = device.scratch().template take<double>(b.samples);
        pulled<T>(b, nullptr, [&](index_t i, double v) { all[i] = v; });
        for_each_entry(out, [&](index_t i, auto& v) { v = std::remove_reference_t<decltype(v)>(all[i]); });
    }
    template <class P, class Y, class D, class R>
    void hvp(P&& predictions, Y&& targets, D&& direction, R&& result, sample_options with = {}) {
        const auto x = array(std::forward<P>(predictions));
        using T = typename decltype(x)::value_type;
        const auto out = write<T>(x, std::forward<R>(result));
        const auto v = beside<T>(x, std::forward<D>(direction), "a direction");
        auto scope = device.scratch().open();
        const auto b = read<T>(x, std::forward<Y>(targets), with, reduce == reduction::mean);
        apart(b.target, out, "targets"), apart(v, out, "direction");
        Work::turn(device, called, loss, b, v, out);
    }

private:
    Loss loss;
    std::string called;
    reduction reduce;
    cpu device;

    template <class X>
    static auto array(X&& x) {
        if constexpr (Work::matrices || !many_axes<std::remove_reference_t<X>>) {
            const auto b = as_blocks(std::forward<X>(x));
            return with_shape(b, b);
        } else {
            const bool numbers = axes_of(x).rank == 1;  // a sample each
            return with_shape(x, numbers ? blocks(as_view(std::forward<X>(x))) : samples(std::forward<X>(x)));
        }
    }
    template <class X, class Y>
    static bool alike(X const& x, Y const& y) {
        return Work::matrices ? x.same_shape(y) : x.joined == y.joined && x.given.like(y.given);
    }
    template <class T, class U>
    void apart(blocks<T const> const& x, blocks<U> const& y, char const* what) const {
        if (!same_samples(x, y) && overlap(x, y)) throw error("isotypic: " + called + ": " + what + " and result share some memory, but not all of it");
    }
    template <class T, class X, class Y>
    blocks<T const> beside(X const& x, Y&& other, char const* what) const {
        const auto y = array(std::forward<Y>(other));
        static_assert(std::is_same_v<typename decltype(y)::value_type, T>, "isotypic: predictions, targets and directions hold numbers of one type");
        if (!alike(x, y)) throw error("isotypic: " + called + ": " + what + " of " + y.given.text() + " for predictions of " + x.given.text());
        return blocks<T const>(y);
    }

    template <class T, class X, class Y>
    pair_batch<T> read(X const& x, Y&& targets, sample_options const& with, bool mean) {
        static_assert(scalar<T>, "isotypic: a loss takes float or double");
        if (x.joined) throw error("isotypic: " + called + ": a joined pair is no array of predictions");
        const index_t rows = x.count * x.rows(), n = Work::matrices ? x.count : rows;
        pair_batch<T> b{blocks<T const>(x),
                        beside<T>(x, std::forward<Y>(targets), "targets"),
                        n,
                        Work::matrices ? x.rows() : 1,
                        device.scratch().template take<double>(n),
                        with.mask,
                        !with.mask.data};
        if (b.mask.data && (b.mask.cols != x.cols() || (b.mask.rows != rows && b.mask.rows != 1)))
            throw error("isotypic: " + called + ": a mask of " + shape_text(b.mask.rows, b.mask.cols) + " for predictions of " + x.given.text());
        sample_shares(called, with, mean, n, b.share);
        for (index_t i = 0; i < n; ++i) b.whole = b.whole && b.share[i] > 0;
        return b;
    }
    template <class T, class X, class G>
    blocks<T> write(X const& x, G&& result) const {
        const auto g = array(std::forward<G>(result));
        static_assert(std::is_same_v<std::remove_cv_t<decltype(g)>, sample_array<T>>,
                      "isotypic: a result holds numbers of the predictions' type, in memory that may be written");
        if (!alike(x, g)) throw error("isotypic: " + called + ": a result of " + g.given.text() + " for predictions of " + x.given.text());
        if (overlaps_itself(g)) throw error("isotypic: " + called + ": the result repeats its own memory");
        apart(blocks<T const>(x), g, "predictions");
        return g;
    }
    template <class T, class F>
    double pulled(pair_batch<T> const& b, blocks<T> const* g, F const& see) {
        double* all = device.scratch().template take<double>(b.samples);
        std::fill_n(all, b.samples, 0.0);
        Work::pull(device, called, loss, b, all, g);
        double total = 0;
        for (index_t i = 0; i < b.samples; ++i) {
            const double v = b.share[i] > 0 ? b.share[i] * all[i] : 0;
            see(i, v), total += v;
        }
        return total;
    }
};

}  // namespace isotypic::detail
