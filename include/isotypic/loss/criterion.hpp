// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_reader.hpp>
#include <isotypic/loss/device_criterion.hpp>
#include <isotypic/loss/mapped_batch.hpp>

/// \file
/// A loss over a batch, with its scratch memory: what a program calls.
///
///     criterion loss(symmetrise(gce{.q = 0.3}));              // the mean over the batch
///     double l = loss.value(scores, labels);
///     double l = loss.gradient(scores, labels, dscores);      // and its value; dscores may be scores
///     loss.hvp(scores, labels, direction, result);            // the Hessian in the scores times a direction
///     loss.values(scores, labels, out);                       // a number a sample, times its weight, not reduced
///     loss.vectors(scores, out);                              // l(s, k) for every class k
///     loss.gradient(scores, labels, dscores, {.weights = w, .mask = as_view(m)});
///     criterion loss(gce{}, {.reduce = reduction::sum}, pool);  // on the threads of an executor
///     criterion loss(gce{}, {}, cuda(stream));                  // on a GPU: see device_criterion.hpp
///
/// scores: an array whose last axis are the classes and whose leading ones are the batch, float or double: Eigen, xtensor, mdspan, views
/// and blocks, in any layout, without a copy. labels: whole numbers, one a sample, in any container; or soft labels, an array like the
/// scores, whose rows may have any sum. Arrays beside the scores have their axes, or are matrices of a row a sample. A mask excludes
/// classes, and so does a score of -infinity: they count in no mean and have gradient 0. With weights the mean is sum w l / sum w; a sample
/// of weight 0 is not looked at, nor its label.
///
/// Nothing is allocated for a shape that has been seen. Labels, weights and shapes are checked before anything is written; a score that is
/// not finite is found on the way, so that a result is then of no use. Errors name the loss and the sample.
namespace isotypic {

/// See the file's comment. Moves, does not copy.
template <class Loss, class Device = cpu>
class criterion : detail::class_reader {
    static_assert(
        class_loss<Loss> || detail::is_mapped<Loss>,
        "a criterion takes a loss: cross_entropy{}, symmetrise(gce{}), unit_scores{} | unhinged{}, or a type with `name`, `law` and `at(log_probability)`");

public:
    /// Does the loss of a sample depend on the others of its batch?
    static constexpr bool couples_batch = detail::couples<Loss>;

    explicit criterion(Loss l, criterion_options how = {}, executor_ref threads = {}) : class_reader(detail::name_of<Loss>(), how, threads), loss(l) {
        detail::require(loss);
    }

    template <class S, class L>
    double value(S const& scores, L const& labels, sample_options with = {}) {
        const auto x = scores_of(scores);
        auto scope = device.scratch().open();
        auto b = read(x, with, reduce == reduction::mean);
        read_labels(b, x.given, labels, nullptr);
        return sum(b, pulled(b, nullptr));
    }
    template <class S, class L, class G>
    double gradient(S const& scores, L const& labels, G&& result, sample_options with = {}) {
        const auto x = scores_of(scores);
        const auto g = write(x, std::forward<G>(result));
        auto scope = device.scratch().open();
        auto b = read(x, with, reduce == reduction::mean);
        read_labels(b, x.given, labels, &g);
        return sum(b, pulled(b, &g));
    }
    template <class S, class L, class V>
    void values(S const& scores, L const& labels, V&& out, sample_options with = {}) {
        const auto x = scores_of(scores);
        auto scope = device.scratch().open();
        auto b = read(x, with, false);
        read_labels(b, x.given, labels, nullptr);
        detail::require_leading_axes(called, "values", out, "scores", x.given);
        if (const index_t places = detail::for_each_entry(out, [](index_t, auto&) {}); places != b.samples)
            refuse("room for " + std::to_string(places) + " values of " + std::to_string(b.samples) + " samples");
        double const* all = pulled(b, nullptr);
        detail::for_each_entry(out, [&](index_t i, auto& v) { v = std::remove_reference_t<decltype(v)>(all[i]); });
    }
    template <class S, class L, class D, class R>
    void hvp(S const& scores, L const& labels, D const& direction, R&& result, sample_options with = {}) {
        const auto x = scores_of(scores);
        const auto out = write(x, std::forward<R>(result));
        const auto v = scores_of(direction);
        static_assert(std::is_same_v<decltype(v), decltype(x)>, "isotypic: scores and direction hold numbers of one type");
        if (!v.given.like(x.given)) refuse("the direction is " + v.given.text() + ", the scores " + x.given.text());
        if (overlap(v, out)) refuse("direction and result share memory");
        auto scope = device.scratch().open();
        auto b = read(x, with, reduce == reduction::mean);
        read_labels(b, x.given, labels, &out);
        turned(b, v, out);
    }
    /// L(s) for each sample; 0 for excluded classes.
    template <class S, class R>
    void vectors(S const& scores, R&& result) {
        static_assert(!detail::is_mapped<Loss>, "the loss vector is one of mapped scores: map them first");
        const auto x = scores_of(scores);
        const auto out = write(x, std::forward<R>(result));
        using T = typename decltype(out)::value_type;
        auto scope = device.scratch().open();
        auto b = read(x, {}, false);
        b.label = device.scratch().template take<index_t>(b.samples);
        std::fill_n(b.label, b.samples, index_t{-1});
        detail::for_each_row<T>(device, called, b, nullptr, &out,
                                [&](index_t, detail::class_row<T>& row, auto const&, T const*, T* to) { detail::losses(loss, row, to); });
    }

private:
    Loss loss;

    template <class T>
    static double sum(detail::class_batch<T> const& b, double const* all) {
        double total = 0;
        for (index_t i = 0; i < b.samples; ++i) total += all[i];
        return total;
    }
    /// The samples' values, each times its share; the gradient where there is room for one.
    template <class T>
    double const* pulled(detail::class_batch<T> const& b, std::type_identity_t<blocks<T>> const* g) {
        if constexpr (detail::is_mapped<Loss>) {
            const detail::mapped_batch<decltype(Loss::map), T> mapped(device, called, loss.map, b);
            if (!g) return pull(loss.loss, mapped.batch, nullptr);
            T* inner = mapped.take();
            const blocks<T> to = mapped.like(inner);
            double const* all = pull(loss.loss, mapped.batch, &to);
            mapped.derivative(inner, inner), mapped.paste(inner, *g);
            return all;
        } else {
            return pull(loss, b, g);
        }
    }
    template <class L, class T>
    double const* pull(L const& l, detail::class_batch<T> const& b, std::type_identity_t<blocks<T>> const* g) {
        double* all = device.scratch().template take<double>(b.samples);
        std::fill_n(all, b.samples, 0.0);
        detail::for_each_row<T>(device, called, b, nullptr, g, [&](index_t i, detail::class_row<T>& row, detail::class_target<T> const& w, T const*, T* to) {
            all[i] = detail::pull(l, row, w, to);
        });
        return all;
    }

    template <class T>
    void turned(detail::class_batch<T> const& b, blocks<T const> const& v, blocks<T> const& out) {
        if constexpr (detail::is_mapped<Loss>) {
            const detail::mapped_batch<decltype(Loss::map), T> mapped(device, called, loss.map, b);
            T *along = mapped.copy(v), *g = mapped.take(), *h = mapped.take();
            mapped.derivative(along, g);
            turn<typename std::remove_cvref_t<decltype(loss.loss)>, T>(loss.loss, mapped.batch, mapped.like(g), mapped.like(h));
            mapped.derivative(h, h);
            const blocks<T> to = mapped.like(g);
            pull(loss.loss, mapped.batch, &to);
            mapped.second(along, g, h), mapped.paste(h, out);
        } else {
            turn(loss, b, v, out);
        }
    }
    template <class L, class T>
    void turn(L const& l, detail::class_batch<T> const& b, blocks<T const> const& v, blocks<T> const& out) {
        detail::for_each_row<T>(device, called, b, &v, &out,
                                [&](index_t, detail::class_row<T>& row, detail::class_target<T> const& w, T const* t, T* h) { detail::turn(l, row, w, t, h); });
    }
};

template <class Loss, class Device>
    requires(!std::is_same_v<typename std::remove_reference_t<Device>::space, host>)
criterion(Loss, criterion_options, Device&&) -> criterion<Loss, Device>;

}  // namespace isotypic
