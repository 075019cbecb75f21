// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/score_map.hpp>

/// \file
/// A loss over a batch, with its scratch memory: what a program calls.
///
///     criterion loss(symmetrise(gce{.q = 0.3}));              // the mean over the batch
///     double l = loss.value(scores, labels);
///     double l = loss.gradient(scores, labels, dscores);      // and its value; dscores may be scores
///     loss.hvp(scores, labels, direction, result);            // the Hessian in the scores times a direction
///     loss.values(scores, labels, out);                       // a number a sample, times its weight, not reduced
///     loss.vectors(scores, out);                              // l(s, k) for every class k
///     loss.gradient(scores, labels, dscores, {.weights = w, .mask = m});
///
/// scores: an array whose last axis are the classes and whose leading ones are the batch, float or double: Eigen, xtensor, mdspan, views
/// and blocks, in any layout, without a copy. labels: whole numbers, one a sample, in any container; or soft labels, an array like the
/// scores. A mask excludes classes, and so does a score of -infinity: they count in no mean and have gradient 0. With weights the mean is
/// sum w l / sum w; a sample of weight 0 is not looked at, nor its label.
///
/// Nothing is allocated for a shape that has been seen. Labels, weights and shapes are checked before anything is written; a score that is
/// not finite is found on the way, so that a result is then of no use. Errors name the loss and the sample.
namespace isotypic {

enum class reduction { mean, sum };

struct criterion_options {
    reduction reduce = reduction::mean;
    char const* name = "";  ///< of the loss in errors; empty: its own
};

/// See the file's comment. Moves, does not copy.
template <class Loss>
class criterion {
    static_assert(class_loss<Loss> || detail::is_mapped<Loss>,
                  "a criterion takes a loss: cross_entropy{}, symmetrise(gce{}), unit_scores{} | unhinged{}, or a type with `name`, `law` and `at(log_probability)`");

public:
    explicit criterion(Loss l, criterion_options how = {}, executor_ref threads = {})
        : loss(l), called(*how.name ? std::string(how.name) : detail::name_of(l)), reduce(how.reduce), device(threads) {
        detail::require(loss);
    }

    template <class S, class L>
    double value(S&& scores, L const& labels, sample_options with = {}) {
        const auto x = detail::samples(std::forward<S>(scores));
        using T = typename decltype(x)::value_type;
        auto scope = device.scratch().open();
        const auto b = read<T>(x, labels, with, reduce == reduction::mean);
        return pulled<T>(b, nullptr, [](index_t, double) {});
    }
    template <class S, class L, class G>
    double gradient(S&& scores, L const& labels, G&& result, sample_options with = {}) {
        const auto x = detail::samples(std::forward<S>(scores));
        using T = typename decltype(x)::value_type;
        const auto g = write<T>(x, std::forward<G>(result));
        auto scope = device.scratch().open();
        const auto b = read<T>(x, labels, with, reduce == reduction::mean);
        return pulled<T>(b, &g, [](index_t, double) {});
    }
    template <class S, class L, class V>
    void values(S&& scores, L const& labels, V&& out, sample_options with = {}) {
        const auto x = detail::samples(std::forward<S>(scores));
        using T = typename decltype(x)::value_type;
        auto scope = device.scratch().open();
        const auto b = read<T>(x, labels, with, false);
        double* all = device.scratch().template take<double>(b.samples);
        if (const index_t places = detail::for_each_entry(out, [](index_t, auto&) {}); places != b.samples)
            throw error("isotypic: " + called + ": room for " + std::to_string(places) + " values of " + std::to_string(b.samples) + " samples");
        pulled<T>(b, nullptr, [&](index_t i, double v) { all[i] = v; });
        detail::for_each_entry(out, [&](index_t i, auto& v) { v = std::remove_reference_t<decltype(v)>(b.share[i] > 0 ? all[i] : 0); });
    }
    template <class S, class L, class D, class R>
    void hvp(S&& scores, L const& labels, D&& direction, R&& result, sample_options with = {}) {
        const auto x = detail::samples(std::forward<S>(scores));
        using T = typename decltype(x)::value_type;
        const auto out = write<T>(x, std::forward<R>(result));
        const blocks<T const> v(detail::samples(std::forward<D>(direction)));
        if (!v.same_shape(blocks<T const>(x))) throw error("isotypic: " + called + ": the direction is " + shape(v) + ", the scores " + shape(x));
        if (overlap(v, out)) throw error("isotypic: " + called + ": direction and result share memory");
        auto scope = device.scratch().open();
        const auto b = read<T>(x, labels, with, reduce == reduction::mean);
        auto turn = [&](auto const& l, detail::class_batch<T> const& at, blocks<T const> const& along, blocks<T> const& to) {
            detail::for_each_row(device, called, at, &along, &to, [&](index_t, auto& row, auto const& w, T const* t, T* h) { detail::turn(l, row, w, t, h); });
        };
        if constexpr (detail::is_mapped<Loss>) {
            const auto dense = mapped(b);
            T *moved = dense.copy(device, v), *g = dense.take(device), *h = dense.take(device);
            dense.lines.derivative(moved, g);
            turn(loss.loss, dense.batch, dense.like(static_cast<T const*>(g)), dense.like(h));
            dense.lines.derivative(h, h);
            pull_rows(loss.loss, dense.batch, dense.like(g), [](index_t, double) {});
            dense.lines.second(moved, g, h);
            dense.paste(device, h, out);
        } else {
            turn(loss, b, v, out);
        }
    }
    /// L(s) for each sample; 0 for excluded classes.
    template <class S, class R>
    void vectors(S&& scores, R&& result) {
        static_assert(!detail::is_mapped<Loss>, "the loss vector is one of mapped scores: map them first");
        const auto x = detail::samples(std::forward<S>(scores));
        using T = typename decltype(x)::value_type;
        const auto out = write<T>(x, std::forward<R>(result));
        auto scope = device.scratch().open();
        const auto b = read<T>(x, blocks<T const>(x), {}, false, true);
        detail::for_each_row(device, called, b, static_cast<blocks<T const> const*>(nullptr), &out,
                             [&](index_t, auto& row, auto const&, T const*, T* to) { detail::losses(loss, row, to); });
    }

private:
    Loss loss;
    std::string called;
    reduction reduce;
    cpu device;

    template <class B>
    static std::string shape(B const& x) {
        return std::to_string(x.count * x.rows()) + " x " + std::to_string(x.cols());
    }

    template <class T, class X, class L>
    detail::class_batch<T> read(X const& x, L const& labels, sample_options const& with, bool mean, bool unlabelled = false) {
        static_assert(scalar<T>, "isotypic: a loss takes float or double");
        workspace& w = device.scratch();
        const index_t n = x.count * x.rows(), classes = x.cols();
        detail::class_batch<T> b{blocks<T const>(x), n, classes, with.mask, w.take<double>(n)};
        if (n && !classes) throw error("isotypic: " + called + ": scores of " + shape(x) + " have no classes");
        if (with.mask.data && (with.mask.cols != classes || (with.mask.rows != n && with.mask.rows != 1)))
            throw error("isotypic: " + called + ": a mask of " + detail::shape_text(with.mask.rows, with.mask.cols) + " for scores of " + shape(x));
        detail::sample_shares(called, with, mean, n, b.share);
        if (unlabelled) return b.label = w.take<index_t>(n), std::fill_n(b.label, n, index_t{-1}), b;
        if constexpr (requires { requires std::floating_point<typename decltype(as_blocks(labels))::value_type>; }) {
            b.soft = blocks<T const>(detail::samples(labels));
            if (!b.soft.same_shape(b.scores)) throw error("isotypic: " + called + ": soft labels of " + shape(b.soft) + " for scores of " + shape(x));
            for (index_t i = 0; i < n; ++i)
                for (index_t k = 0; k < classes && b.share[i] > 0; ++k)
                    if (const T q = detail::sample(b.soft, i)(0, k); !(q >= 0 && std::isfinite(q)))
                        throw error("isotypic: " + called + ": " + detail::sample_text(i, n) + ": the soft label of class " + std::to_string(k) + " is " + std::to_string(q));
        } else {
            b.label = w.take<index_t>(n);
            const index_t found = detail::for_each_entry(labels, [&](index_t i, auto const& y) {
                static_assert(std::integral<std::remove_cvref_t<decltype(y)>>, "isotypic: labels are whole numbers, or an array like the scores");
                if (i < n) b.label[i] = index_t(y);
            });
            if (found != n) throw error("isotypic: " + called + ": " + std::to_string(found) + " labels for " + std::to_string(n) + " samples");
            for (index_t i = 0; i < n; ++i)
                if (b.share[i] > 0 && (b.label[i] < 0 || b.label[i] >= classes))
                    throw error("isotypic: " + called + ": the label of " + detail::sample_text(i, n) + " is " + std::to_string(b.label[i]) + ", and there are " + std::to_string(classes) + " classes");
        }
        return b;
    }
    template <class T, class X, class G>
    blocks<T> write(X const& x, G&& result) const {
        const auto g = detail::samples(std::forward<G>(result));
        static_assert(std::is_same_v<std::remove_cv_t<decltype(g)>, blocks<T>>, "isotypic: a result holds numbers of the scores' type, in memory that may be written");
        if (!g.same_shape(blocks<T const>(x))) throw error("isotypic: " + called + ": the result is " + shape(g) + ", the scores " + shape(x));
        if (overlaps_itself(g)) throw error("isotypic: " + called + ": the result repeats its own memory");
        if (!same_place(x, g) && overlap(x, g)) throw error("isotypic: " + called + ": scores and result share some memory, but not all of it");
        return g;
    }

    /// The sum of the samples' values; see(i, value); the gradient where there is room for one.
    template <class T, class F>
    double pulled(detail::class_batch<T> const& b, blocks<T> const* g, F const& see) {
        if constexpr (detail::is_mapped<Loss>) {
            const auto dense = mapped(b);
            if (!g) return pull_rows(loss.loss, dense.batch, {}, see);
            T* inner = dense.take(device);
            const double total = pull_rows(loss.loss, dense.batch, dense.like(inner), see);
            dense.lines.derivative(inner, inner);
            dense.paste(device, inner, *g);
            return total;
        } else {
            return pull_rows(loss, b, g ? *g : blocks<T>(), see);
        }
    }
    template <class L, class T, class F>
    double pull_rows(L const& l, detail::class_batch<T> const& b, blocks<T> const& g, F const& see) {
        auto scope = device.scratch().open();
        double* all = device.scratch().template take<double>(b.samples);
        std::fill_n(all, b.samples, 0.0);
        detail::for_each_row(device, called, b, static_cast<blocks<T const> const*>(nullptr), g.size() ? &g : nullptr,
                             [&](index_t i, auto& row, auto const& w, T const*, T* to) { all[i] = detail::pull(l, row, w, to); });
        double total = 0;
        for (index_t i = 0; i < b.samples; ++i) see(i, all[i]), total += all[i];
        return total;
    }

    /// Mapped scores in memory of their own, -infinity where a class is excluded.
    template <class T>
    struct dense_scores {
        detail::class_batch<T> batch;
        detail::score_lines<decltype(std::declval<Loss const&>().map), T> lines;

        T* take(cpu& d) const { return d.scratch().template take<T>(batch.samples * batch.classes); }
        template <class U>
        blocks<U> like(U* first) const {
            return view<U>(first, batch.samples, batch.classes);
        }
        T* copy(cpu& d, blocks<T const> const& x) const {
            T* to = take(d);
            for (index_t i = 0; i < batch.samples; ++i)
                for (index_t k = 0; k < batch.classes; ++k) to[i * batch.classes + k] = detail::sample(x, i)(0, k);
            return to;
        }
        void paste(cpu&, T const* from, blocks<T> const& to) const {
            for (index_t i = 0; i < batch.samples; ++i)
                for (index_t k = 0; k < batch.classes; ++k) detail::sample(to, i)(0, k) = from[i * batch.classes + k];
        }
    };
    template <class T>
    dense_scores<T> mapped(detail::class_batch<T> const& b) {
        const index_t n = b.samples, classes = b.classes;
        T *s = device.scratch().template take<T>(n * classes), *y = device.scratch().template take<T>(n * classes);
        for (index_t i = 0; i < n; ++i) {
            if (b.share[i] > 0)
                if (const std::string why = detail::fault(b, i); !why.empty()) throw error("isotypic: " + called + ": " + detail::sample_text(i, n) + ": " + why);
            for (index_t k = 0; k < classes; ++k) {
                const bool out = b.mask.data && b.mask(b.mask.rows == 1 ? 0 : i, k);
                s[i * classes + k] = out ? -std::numeric_limits<T>::infinity() : detail::sample(b.scores, i)(0, k);
            }
        }
        dense_scores<T> d{b, {loss.map, device.scratch(), s, n, classes}};
        d.lines.forward(y);
        d.batch.scores = view<T const>(y, n, classes), d.batch.mask = {};
        return d;
    }
};

}  // namespace isotypic
