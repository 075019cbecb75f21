// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_finite.hpp>
#include <isotypic/device/cpu_standardize_derivative.hpp>
#include <isotypic/group/signs.hpp>
#include <isotypic/normalization/affine_lines.hpp>
#include <isotypic/normalization/arguments.hpp>
#include <isotypic/normalization/batch_norm.hpp>
#include <isotypic/normalization/line_memory.hpp>

/// \file
/// A core with its memory: what a program calls once forward and once backward.
///
///     normalizer norm(layer_norm{.eps = 1e-5}, "first norm of block 3");
///     norm.forward(x, y);                                 // y = N(x)
///     norm.vjp(x, dy, dx);                                // dx = J' dy, at the x of the last forward pass, which the caller keeps
///     norm.jvp(x, t, dt);                                 // dt = J t
///     norm.forward(x, per_feature(g, b), y);              // y = g * N(x) + b: see affine.hpp
///     norm.vjp(x, per_feature(g, b), dy, dx, per_feature(dg, db));
///
/// x is samples x features, or an array with three axes of which the last are the features: Eigen, xtensor, mdspan, views and blocks,
/// in any layout, without a copy. A result may be written where its argument lies (y where x does, if no derivative follows). Nothing
/// is allocated for a shape that has been seen. Errors name the norm and what is where; a number of x that is not finite is found on
/// the way, so that y is then of no use, but running statistics are as before. In parameters and cotangents it goes through.
///
/// `normalizer<rms_norm, orthogonal>` is declared to commute with rotations of the features: the compiler checks the core, and
/// refuses a gain per feature.
///
///     normalizer norm(rms_norm{}, "final norm", cuda(stream));   // or a device of the caller's, by reference
///
/// works on views of that device's memory, parameters included, and waits for nothing: there a sample that is not finite comes out as NaN, and
/// nothing is thrown for it.
namespace isotypic {
namespace detail {

template <class Core>
concept has_running_statistics = requires(Core const& c) { c.momentum; };

template <class Core, class B>
index_t line_count(Core const& core, B const& x, std::string const& called = Core::name) {
    if constexpr (requires { core.line_count(x, called); })
        return core.line_count(x, called);
    else
        return x.count * x.rows();
}
/// f(number of the first line, x...) on blocks whose rows are the core's lines: the samples, where it does not say otherwise.
template <class Core, class F, class... B>
void cut(Core const& core, F const& f, B const&... x) {
    if constexpr (requires { core.cut(f, x...); })
        core.cut(f, x...);
    else
        f(index_t{0}, x...);
}

}  // namespace detail

/// See the file's comment. Moves, does not copy.
template <class Core, class Features = trivial, class Device = cpu>
class normalizer {
    static constexpr bool on_cpu = std::is_same_v<std::remove_reference_t<Device>, cpu>, runs = detail::has_running_statistics<Core>;
    static_assert(on_cpu || requires(Core const& c) { c.lines(); }, "isotypic: this core is computed on the CPU alone");
    static_assert(on_cpu || !runs, "isotypic: running statistics lie in the CPU's memory; on a GPU take rms_norm, layer_norm, unit_norm or group_norm");
    static_assert(subgroup_of<Features, typename Core::commutes_with::cols>, "this core does not commute with what its normalizer is declared to commute with");

public:
    explicit normalizer(Core rule = {}, std::string what = Core::name, executor_ref threads = {})
        requires std::is_same_v<Device, cpu>
        : normalizer(rule, std::move(what), cpu(threads)) {}
    normalizer(Core rule, std::string what, std::type_identity_t<Device>&& on) : core(rule), name(std::move(what)), device(std::forward<Device>(on)) {
        detail::require_eps(name, core.lines().eps);
        if constexpr (runs)
            if (!(core.momentum >= 0 && core.momentum <= 1)) throw error("isotypic: " + name + ": momentum = " + std::to_string(core.momentum));
    }

    /// Of batch norm: false takes the running statistics, forward and in both derivatives.
    bool training = true;
    /// Of batch norm; mean 0 and variance 1 before the first batch.
    running_statistics running;

    template <class X, class Y>
    void forward(X&& input, Y&& result) {
        forward(std::forward<X>(input), no_parameters{}, std::forward<Y>(result));
    }
    template <class X, class A, class Y>
    void forward(X&& input, A const& parameters, Y&& result) {
        const auto x = detail::to_read(input);
        const auto y = write(std::forward<Y>(result), x);
        auto scope = device.scratch().open();
        const auto a = read_affine(parameters, x);
        ready = false;
        require_batch(x);
        if constexpr (runs)
            if (frozen()) return forward_frozen(x, y, a), remember(x);
        const index_t lines = detail::line_count(core, x, name);
        found.resize(device, lines);
        cut(x, [&](index_t at, auto const& from, auto const& to) { standardize(device, core.lines(), from, to, found.at(at), a); }, y);
        if constexpr (on_cpu)
            for (std::size_t i = 0; i < std::size_t(lines); ++i)
                if (!std::isfinite(found.mean[i]) || !std::isfinite(found.inverse[i])) refuse(x);
        if constexpr (runs) see(x);
        remember(x);
    }

    /// Throws what a forward pass would on an input of this shape.
    template <class T, class S>
    void require_batch(blocks<T, S> const& x) const {
        if (!frozen()) detail::line_count(core, x, name);
        if constexpr (runs) {
            const std::size_t means = running.mean.size(), variances = running.variance.size();
            if (means != variances)
                throw error("isotypic: " + name + ": running means of " + std::to_string(means) + " features, and variances of " + std::to_string(variances));
            if (means && index_t(means) != x.cols())
                throw error("isotypic: " + name + ": statistics of " + std::to_string(means) + " features, and an input of " + detail::axes_text(x));
            for (std::size_t j = 0; j < variances; ++j)
                if (!std::isfinite(running.mean[j]) || !std::isfinite(running.variance[j]) || running.variance[j] < 0)
                    throw error("isotypic: " + name + ": running statistics of feature " + std::to_string(j) + ": mean " + std::to_string(running.mean[j]) + ", variance " +
                                std::to_string(running.variance[j]));
        }
    }

    /// dx = J' (gain * dy) and the gradients of the parameters, which are overwritten; dx may be dy.
    template <class X, class D, class R>
    void vjp(X&& input, D&& cotangent, R&& result) {
        vjp(std::forward<X>(input), no_parameters{}, std::forward<D>(cotangent), std::forward<R>(result), no_parameters{});
    }
    template <class X, class A, class D, class R, class G>
    void vjp(X&& input, A const& parameters, D&& cotangent, R&& result, G const& gradients) {
        const auto x = detail::to_read(input);
        const auto t = derivative_at(x, cotangent, "the cotangent");
        const auto out = write(std::forward<R>(result), x);
        detail::require_apart(name, t, out);
        detail::require_alike(name, parameters, gradients, x.cols());
        auto scope = device.scratch().open();
        const auto a = read_affine(parameters, x);
        const index_t d = a.gain ? x.cols() : 0;
        double* sums = d ? device.scratch().template take<double>(2 * d) : nullptr;
        detail::clear_gradient(device, sums, d);
        differentiate(x, t, out, a, sums, d);
        detail::write_gradient(device, gradients, sums, d);
    }

    /// out = gain * J t + tgain * N(x) + tshift; without parameters what `vjp` does, since J is symmetric.
    template <class X, class D, class R>
    void jvp(X&& input, D&& direction, R&& result) {
        const auto x = detail::to_read(input);
        const auto t = derivative_at(x, direction, "the direction");
        const auto out = write(std::forward<R>(result), x);
        detail::require_apart(name, t, out);
        differentiate(x, t, out, line_affine<compute<typename decltype(x)::value_type>>{}, nullptr, 0);
    }
    template <class X, class A, class D, class G, class R>
    void jvp(X&& input, A const& parameters, D&& direction, G const& tangents, R&& result) {
        const auto x = detail::to_read(input);
        const auto t = derivative_at(x, direction, "the direction");
        const auto out = write(std::forward<R>(result), x);
        detail::require_apart(name, t, out);
        if (overlap(x, out)) throw error("isotypic: " + name + ": a JVP with parameters reads the input to the end: give its result other memory");
        detail::require_alike(name, parameters, tangents, x.cols());
        auto scope = device.scratch().open();
        const auto a = read_affine(parameters, x), b = read_affine(tangents, x, 0);
        differentiate(x, t, out, line_affine<compute<typename decltype(x)::value_type>>{}, nullptr, 0);
        cut(x, [&](index_t at, auto const& from, auto const& to) { move_by(device, known(at), from, to, a, b); }, out);
    }

private:
    Core core;
    std::string name;
    Device device;
    detail::line_memory<std::remove_reference_t<Device>> found;
    index_t items = 0, rows = 0, features = 0;
    bool ready = false, as_frozen = false;

    bool frozen() const { return runs && !training; }
    line_statistics<double const> known(index_t first) {
        const line_statistics<double> s = found.at(first);
        return {s.mean, s.inverse};
    }
    template <class X>
    void remember(X const& x) {
        items = x.count, rows = x.rows(), features = x.cols(), ready = true, as_frozen = frozen();
    }
    template <class T>
    void forward_frozen(blocks<T const> const& x, blocks<T> const& y, line_affine<T> const& a) {
        if (!all_finite(device, x)) refuse(x);
        if (running.mean.empty()) start_statistics(std::size_t(x.cols()));
        found.mean = running.mean, found.inverse = running.variance;
        for (double& v : found.inverse) v = detail::reciprocal(std::sqrt(v + core.lines().eps));
        cut(x, [&](index_t at, auto const& from, auto const& to) { apply_statistics(device, true, known(at), from, to, a); }, y);
    }

    /// f(number of the first line, x, more...) on blocks whose rows are the core's lines.
    template <class X, class F, class... B>
    void cut(X const& x, F const& f, B const&... more) const {
        detail::cut(core, f, x, more...);
    }
    template <class X, class B, class A>
    void differentiate(X const& x, X const& t, B const& out, A const& a, double* sums, index_t d) {
        standardization how = core.lines();
        how.fixed = as_frozen;
        cut(x, [&](index_t at, auto const& from, auto const& along, auto const& to) {
            standardize_derivative(device, how, known(at), from, along, to, a, {sums, sums ? sums + d : nullptr}, d);
        }, t, out);
    }
    template <class X, class D>
    auto derivative_at(X const& x, D&& direction, char const* what) const {
        const auto t = detail::to_read(std::forward<D>(direction));
        if (!ready || x.count != items || x.rows() != rows || x.cols() != features)
            throw error("isotypic: " + name + ": a derivative at an input of " + detail::axes_text(x) + " without a forward pass there");
        if (!x.same_shape(t)) throw error("isotypic: " + name + ": " + what + " is " + detail::axes_text(t) + ", the input " + detail::axes_text(x));
        return t;
    }
    template <class Y, class T, class S>
    auto write(Y&& result, blocks<T const, S> const& x) const {
        static_assert(std::is_same_v<S, typename std::remove_reference_t<Device>::space>, "isotypic: this memory is not the one that the normalizer's device works on");
        const auto y = as_blocks(std::forward<Y>(result));
        if (x.joined) throw error("isotypic: " + name + ": a joined pair is two arrays: normalize one after the other");
        static_assert(std::is_same_v<std::remove_cv_t<decltype(y)>, blocks<T, S>>, "a normalizer writes numbers of its input's type, into memory that may be written");
        if (!x.same_shape(y)) throw error("isotypic: " + name + ": the result is " + detail::axes_text(y) + ", the input " + detail::axes_text(x));
        detail::require_apart(name, x, y);
        if (overlaps_itself(y)) throw error("isotypic: " + name + ": the result repeats its own memory");
        return y;
    }

    /// Parameters as the kernels read them.
    template <class A, class T, class S>
    line_affine<compute<T>> read_affine(A const& parameters, blocks<T const, S> const& x, int gain = 1) {
        if constexpr (requires { parameters.shift; }) {
            static_assert(subgroup_of<Features, signs>, "this normalizer is declared to commute with more than sign flips of its features, and a gain per feature does not: take one_gain, or declare signs");
            if (parameters.shift.size() && !std::is_same_v<Features, trivial>) throw error("isotypic: " + name + ": a shift per feature does not commute with sign flips, which this normalizer is declared to do");
        }
        auto a = detail::dense_affine<compute<T>>(device, name, parameters, x.cols(), compute<T>(gain));
        a.of_lines = core.lines().together;
        if constexpr (requires { core.groups; }) a.stride = core.groups > 0 ? x.cols() / core.groups : 0;
        return a;
    }
    template <class T>
    [[noreturn]] void refuse(blocks<T> const& x) const {
        detail::require_finite(name, x);
        throw error("isotypic: " + name + ": the input is too large");
    }
    void start_statistics(std::size_t n) { running.mean.assign(n, 0.0), running.variance.assign(n, 1.0); }
    /// The running statistics see a batch.
    template <class T>
    void see(blocks<T const> const& x) {
        if (!x.size()) return;
        auto variance_of = [&](std::size_t j) { return found.inverse[j] > 0 ? (std::max)(0.0, 1 / found.inverse[j] / found.inverse[j] - core.eps) : 0; };  // rounding may bring less
        for (std::size_t j = 0; j < found.mean.size(); ++j)
            if (!std::isfinite(variance_of(j))) refuse(x);
        if (running.mean.empty()) start_statistics(found.mean.size());
        const index_t n = x.count * x.rows();
        for (std::size_t j = 0; j < found.mean.size(); ++j) {
            const double variance = variance_of(j);
            running.mean[j] += core.momentum * (found.mean[j] - running.mean[j]);
            running.variance[j] += core.momentum * (variance * double(n) / double(n - 1) - running.variance[j]);
        }
    }
};

template <class Core, class D>
    requires device<std::remove_cvref_t<D>>
normalizer(Core, std::string, D&&) -> normalizer<Core, trivial, D>;

}  // namespace isotypic
