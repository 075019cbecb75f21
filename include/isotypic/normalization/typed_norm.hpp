// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/young.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <isotypic/normalization/position_classes.hpp>
#include <array>
#include <tuple>

/// \file
/// A core for every class of positions of a sequence, x = samples x positions x features:
///
///     typed_norm norm("first norm of block 3", first(1, batch_norm{.eps = 1e-5}, "CLS"),
///                     next(4, rms_norm{.eps = 1e-6}, "registers"), rest(layer_norm{.eps = 1e-5}, "patches"));
///     norm.forward(x, y);
///     norm.vjp(x, dy, dx);
///     norm.jvp(x, t, out);
///     norm.training = false;                              // of all classes: batch cores take their running statistics
///     std::get<0>(norm.norms).running                     // of the first class
///     norm.forward(x, std::tuple{a, b, c}, y);            // parameters of each class, as affine.hpp has them
///     norm.vjp(x, std::tuple{a, b, c}, dy, dx, std::tuple{da, db, dc});
///     norm.jvp(x, std::tuple{a, b, c}, t, std::tuple{ta, tb, tc}, out);
///
/// as of a normalizer (normalizer.hpp); an array of parameters is as good as a tuple, and each class's gradients are written, so that they lie apart. A batch core takes its statistics over the samples and all positions of
/// its class. Classes do not mix: the derivative is block-diagonal, the symmetry the Young subgroup of permutations of positions that keep every class. A class
/// whose positions are evenly spaced is worked on where it lies, with the bits that its core gives by itself; others are gathered in
/// scratch memory. After an error running statistics are as before, and what the result holds is of no use.
///
/// Source: Chen, Wang, Du, Hassoun and Liu 2023 (arXiv 2309.12931) for two classes, see sep_norm.hpp; more classes are our generalisation.
namespace isotypic {
namespace detail {
/// The smaller of two groups one of which lies in the other.
template <class A, class B>
using smaller_group = std::conditional_t<subgroup_of<A, B>, A, std::conditional_t<subgroup_of<B, A>, B, trivial>>;
template <class A, class... More>
struct smallest_group {
    using type = A;
};
template <class A, class B, class... More>
struct smallest_group<A, B, More...> : smallest_group<smaller_group<A, B>, More...> {};
}  // namespace detail

/// See the file's comment. Moves, does not copy.
template <class... Core>
class typed_norm {
    static_assert(sizeof...(Core) > 0, "a typed norm has a class of positions at least");

public:
    /// Of positions, which depends on how many each class has (`positions` tells), and of features.
    using commutes_with = symmetry<trivial, typename detail::smallest_group<typename Core::commutes_with::cols...>::type>;

    explicit typed_norm(std::string what, position_class<Core>... classes) : typed_norm(std::move(what), executor_ref{}, std::move(classes)...) {}
    typed_norm(std::string what, executor_ref threads, position_class<Core>... classes)
        : norms(normalizer<Core>(classes.core, what + ", class " + classes.where.label, threads)...),
          name(what),
          device(threads),
          choices{classes.where...} {}

    /// Of batch cores: false takes their running statistics, forward and in both derivatives.
    bool training = true;
    /// Of each class, in order.
    std::tuple<normalizer<Core>...> norms;

    /// The permutations of `length` positions that keep every class.
    label_keeping positions(index_t length) const {
        label_keeping group;
        std::array<taken_positions, count> unused;
        cut_positions(name, choices, length, group.label, unused);
        return group;
    }

    template <class X, class Y>
    void forward(X&& input, Y&& result) {
        forward(std::forward<X>(input), none{}, std::forward<Y>(result));
    }
    template <class X, class A, class Y>
    void forward(X&& input, A const& parameters, Y&& result) {
        static_assert(std::tuple_size_v<A> == count, "isotypic: a typed norm takes parameters of each of its classes");
        pass(detail::to_read(std::forward<X>(input)), as_blocks(std::forward<Y>(result)),
             [&](auto& norm, auto k, auto const& x, auto const& y) { norm.forward(x, std::get<k()>(parameters), y); });
    }
    template <class X, class D, class R>
    void vjp(X&& input, D&& cotangent, R&& result) {
        vjp(std::forward<X>(input), none{}, std::forward<D>(cotangent), std::forward<R>(result), none{});
    }
    template <class X, class A, class D, class R, class G>
    void vjp(X&& input, A const& parameters, D&& cotangent, R&& result, G const& gradients) {
        static_assert(std::tuple_size_v<A> == count && std::tuple_size_v<G> == count,
                      "isotypic: a typed norm takes parameters and gradients of each of its classes");
        derive(detail::to_read(std::forward<X>(input)), detail::to_read(std::forward<D>(cotangent)), as_blocks(std::forward<R>(result)), "the cotangent",
               [&](auto& norm, auto k, auto const& x, auto const& dy, auto const& dx) {
                   norm.vjp(x, std::get<k()>(parameters), dy, dx, std::get<k()>(gradients));
               });
    }
    template <class X, class D, class R>
    void jvp(X&& input, D&& direction, R&& result) {
        jvp(std::forward<X>(input), none{}, std::forward<D>(direction), none{}, std::forward<R>(result));
    }
    template <class X, class A, class D, class G, class R>
    void jvp(X&& input, A const& parameters, D&& direction, G const& tangents, R&& result) {
        static_assert(std::tuple_size_v<A> == count && std::tuple_size_v<G> == count,
                      "isotypic: a typed norm takes parameters and tangents of each of its classes");
        derive(detail::to_read(std::forward<X>(input)), detail::to_read(std::forward<D>(direction)), as_blocks(std::forward<R>(result)), "the direction",
               [&](auto& norm, auto k, auto const& x, auto const& t, auto const& out) {
                   norm.jvp(x, std::get<k()>(parameters), t, std::get<k()>(tangents), out);
               });
    }

private:
    static constexpr std::size_t count = sizeof...(Core);
    using none = std::array<no_parameters, count>;
    std::string name;
    cpu device;
    std::array<position_choice, count> choices;
    std::array<taken_positions, count> taken;
    std::array<running_statistics, count> before;
    std::vector<index_t> owner;
    index_t cut_for = -1, items = 0, features = 0;
    bool ready = false;

    void cut(index_t length) {
        if (length == cut_for) return;
        cut_for = -1;
        cut_positions(name, choices, length, owner, taken);
        cut_for = length;
    }
    /// f(normalizer, number of the class, known to the compiler) for each.
    template <class F>
    void for_each_class(F const& f) {
        [&]<std::size_t... K>(std::index_sequence<K...>) { (f(std::get<K>(norms), std::integral_constant<std::size_t, K>{}), ...); }
        (std::make_index_sequence<count>{});
    }
    template <class T, class U>
    void fit(blocks<T> const& x, blocks<U> const& other, char const* what) const {
        if (!x.same_shape(other)) throw error("isotypic: " + name + ": " + what + " is " + detail::axes_text(other) + ", the input " + detail::axes_text(x));
    }

    template <class T, class Y, class F>
    void pass(blocks<T const> const& x, Y const& y, F const& f) {
        static_assert(std::is_same_v<Y, blocks<T>>, "isotypic: a norm writes numbers of its input's type, into memory that may be written");
        fit(x, y, "the result");
        detail::require_apart(name, x, y);
        ready = false;
        cut(x.rows());
        for_each_class([&](auto& norm, auto k) {
            norm.training = training;
            norm.require_batch(like(x, k));
            before[k] = norm.running;
        });
        try {
            for_each_class([&](auto& norm, auto k) {
                auto scope = device.scratch().open();
                const blocks<T> to = room(y, k);
                f(norm, k, gathered(x, k), to);
                scatter(to, y, k);
            });
        } catch (...) {
            for_each_class([&](auto& norm, auto k) { norm.running = before[k]; });
            if (const auto where = detail::first_not_finite(x))
                throw error("isotypic: " + name + ": class " + choices[std::size_t(owner[std::size_t(where->row)])].label + ": the input is not finite at (" + where->text() + ")");
            throw;
        }
        for_each_class([&](auto& norm, auto k) {
            before[k].mean.reserve(norm.running.mean.size()), before[k].variance.reserve(norm.running.variance.size());
        });
        items = x.count, features = x.cols(), ready = true;
    }
    template <class T, class R, class F>
    void derive(blocks<T const> const& x, blocks<T const> const& t, R const& out, char const* what, F const& f) {
        static_assert(std::is_same_v<R, blocks<T>>, "isotypic: a norm writes numbers of its input's type, into memory that may be written");
        if (!ready || x.count != items || x.rows() != cut_for || x.cols() != features)
            throw error("isotypic: " + name + ": a derivative at an input of " + detail::axes_text(x) + " without a forward pass there");
        fit(x, t, what);
        fit(x, out, "the result");
        detail::require_apart(name, x, out), detail::require_apart(name, t, out);
        for_each_class([&](auto& norm, auto k) {
            auto scope = device.scratch().open();
            const blocks<T> to = room(out, k);
            f(norm, k, gathered(x, k), gathered(t, k), to);
            scatter(to, out, k);
        });
    }

    /// Class k of x: where it lies, if its positions are evenly spaced.
    template <class T>
    blocks<T> like(blocks<T> const& x, std::size_t k) const {
        auto const& t = taken[k];
        auto b = x;
        b.first = x.first.part(t.at.front(), 0, index_t(t.at.size()), x.cols());
        b.first.row_stride *= (std::max)(t.step, index_t{1});
        return b;
    }
    template <class T>
    blocks<T> scratch(index_t samples, std::size_t k, index_t cols) {
        const index_t n = index_t(taken[k].at.size());
        return {view<T>(device.scratch().take<T>(samples * n * cols), n, cols), samples, n * cols};
    }
    template <class T>
    blocks<T> room(blocks<T> const& y, std::size_t k) {
        return taken[k].step ? like(y, k) : scratch<T>(y.count, k, y.cols());
    }
    template <class T>
    blocks<T const> gathered(blocks<T const> const& x, std::size_t k) {
        if (taken[k].step) return like(x, k);
        const auto copy = scratch<T>(x.count, k, x.cols());
        move(k, copy, [&](index_t item, index_t m, index_t i, index_t j) { copy.panel(item)(m, j) = x.panel(item)(i, j); });
        return copy;
    }
    template <class T>
    void scatter(blocks<T> const& from, blocks<T> const& y, std::size_t k) {
        if (!taken[k].step) move(k, from, [&](index_t item, index_t m, index_t i, index_t j) { y.panel(item)(i, j) = from.panel(item)(m, j); });
    }
    /// f(sample, number within the class, position, feature) for all of class k.
    template <class T, class F>
    void move(std::size_t k, blocks<T> const& part, F const& f) {
        auto const& where = taken[k].at;
        const index_t n = part.rows();
        detail::for_each_band(device, part.count * n, part.cols(), [&](index_t begin, index_t end) {
            for (index_t r = begin; r < end; ++r)
                for (index_t j = 0; j < part.cols(); ++j) f(r / n, r % n, where[std::size_t(r % n)], j);
        });
    }
};

}  // namespace isotypic
