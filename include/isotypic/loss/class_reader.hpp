// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_batch.hpp>

/// \file
/// What the criterion of every class loss does alike: arguments checked and read, before anything is written.
namespace isotypic {

enum class reduction { mean, sum };

struct criterion_options {
    reduction reduce = reduction::mean;
    char const* name = "";  ///< of the loss in errors; empty: its own
};

namespace detail {

class class_reader {
protected:
    std::string called;
    reduction reduce;
    cpu device;

    class_reader(std::string loss, criterion_options how, executor_ref threads)
        : called(*how.name ? std::string(how.name) : std::move(loss)), reduce(how.reduce), device(threads) {}

    template <class B>
    static std::string shape(B const& x) {
        return shape_text(x.count * x.rows(), x.cols());
    }
    [[noreturn]] void refuse(std::string const& what) const { throw error("isotypic: " + called + ": " + what); }

    /// What is only read may be a temporary: it lives as long as the call.
    template <class X>
    auto scores_of(X const& x) const {
        static_assert(
            requires { samples(x); },
            "isotypic: this has no shape or no memory of its own: evaluate it into a matrix, or pass a map or as_view(pointer, rows, cols)");
        const auto b = with_shape(x, samples(x));
        using T = typename decltype(b)::value_type;
        static_assert(std::is_same_v<typename decltype(b)::space, host>, "isotypic: these scores lie in another memory than the CPU's: give the criterion their device");
        static_assert(scalar<T>, "isotypic: a loss takes float or double");
        if (b.joined) refuse("a joined pair is two arrays of scores");
        return sample_array<T const>{b, b.given};
    }

    /// Scores, weights and mask.
    template <class T>
    class_batch<T> read(blocks<T const> const& x, sample_options const& with, bool mean) {
        const index_t n = x.count * x.rows(), classes = x.cols();
        class_batch<T> b{x, n, classes, with.mask, device.scratch().template take<double>(n)};
        if (n && !classes) refuse("scores of " + shape(x) + " have no classes");
        if (with.mask.data && (with.mask.cols != classes || (with.mask.rows != n && with.mask.rows != 1)))
            refuse("a mask of " + shape_text(with.mask.rows, with.mask.cols) + " for scores of " + shape(x));
        sample_shares(called, with, mean, n, b.share);
        return b;
    }
    template <class T, class L>
    void read_labels(class_batch<T>& b, array_shape const& scores, L const& labels, std::type_identity_t<blocks<T>> const* result) {
        if constexpr (requires { requires std::floating_point<typename decltype(as_blocks(labels))::value_type>; }) {
            static_assert(std::is_same_v<typename decltype(as_blocks(labels))::value_type, T>, "isotypic: soft labels and scores hold numbers of one type");
            const auto soft = with_shape(labels, samples(labels));
            b.soft = soft;
            if (soft.joined || !soft.given.like(scores)) refuse("soft labels of " + soft.given.text() + " for scores of " + scores.text());
            if (result && overlap(b.soft, *result)) refuse("soft labels and result share memory");
            for (index_t i = 0; i < b.samples; ++i)
                for (index_t k = 0; k < b.classes && b.share[i] > 0; ++k)
                    if (const T q = sample(b.soft, i)(0, k); !(q >= 0 && std::isfinite(q)))
                        refuse(sample_text(i, b.samples) + ": the soft label of class " + std::to_string(k) + " is " + std::to_string(q));
        } else {
            require_leading_axes(called, "labels", labels, "scores", scores);
            b.label = device.scratch().template take<index_t>(b.samples);
            const index_t found = for_each_entry(labels, [&](index_t i, auto const& y) {
                static_assert(std::integral<std::remove_cvref_t<decltype(y)>>, "isotypic: labels are whole numbers, or an array like the scores");
                if (i < b.samples) b.label[i] = index_t(y);
            });
            require_labels(b.label, found, b.share, b.samples, b.classes);
        }
    }
    void require_labels(index_t const* label, index_t found, double const* share, index_t n, index_t classes) const {
        if (found != n) refuse(std::to_string(found) + " labels for " + std::to_string(n) + " samples");
        for (index_t i = 0; i < n; ++i)
            if (share[i] > 0 && (label[i] < 0 || label[i] >= classes))
                refuse("the label of " + sample_text(i, n) + " is " + std::to_string(label[i]) + ", and there are " + std::to_string(classes) + " classes");
    }

    template <class T, class G>
    blocks<T> write(sample_array<T const> const& x, G&& result) const {
        const auto g = with_shape(result, samples(std::forward<G>(result)));
        static_assert(std::is_same_v<std::remove_cv_t<decltype(g)>, sample_array<T>>,
                      "isotypic: a result holds numbers of the scores' type, in memory that may be written");
        if (g.joined || !g.given.like(x.given)) refuse("the result is " + g.given.text() + ", the scores " + x.given.text());
        if (overlaps_itself(g)) refuse("the result repeats its own memory");
        if (!same_samples(x, g) && overlap(x, g)) refuse("scores and result share some memory, but not all of it");
        return g;
    }
};

}  // namespace detail
}  // namespace isotypic
