// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/loss/class_loss.hpp>
#include <isotypic/loss/class_reader.hpp>

/// \file
/// A criterion on a device that has its own memory and does not wait:
///
///     criterion loss(symmetrise(gce{.q = 0.3}), {}, cuda(stream));    // or a device of the caller's, by reference
///     auto l = loss.gradient(scores, labels, dscores);                // returns at once; views of the device's memory
///     double now = l.read();                                          // waits
///
/// labels: whole numbers, one a sample, counted row by row; weights likewise, doubles, with which the mean is sum w l / sum w. A class of
/// score -infinity is excluded. What a CPU's criterion throws for while it runs, a score that is not finite or a label that is no class,
/// makes loss and gradient of that sample NaN, so that an optimizer refuses its step.
namespace isotypic {

/// The loss that a criterion found last, in its device's memory: until the criterion is called again or moved.
template <class Device>
class kept_loss {
public:
    double const* at;  ///< for kernels

    kept_loss(Device const& d, double const* p) : at(p), device(&d) {}
    /// Waits for the device.
    double read() const { return read_number(*device, at); }

private:
    Device const* device;
};

/// What may come with a batch.
template <class Space>
struct device_sample_options {
    view<double const, Space> weights{};  ///< a number >= 0 for each sample
};

template <class Loss, class Device>
class criterion;

/// See the file's comment. Moves, does not copy.
template <class Loss, class Device>
    requires(!std::is_same_v<typename std::remove_reference_t<Device>::space, host>)
class criterion<Loss, Device> {
    using on = std::remove_reference_t<Device>;
    using space = typename on::space;
    using options = device_sample_options<space>;
    static_assert(summed_loss<Loss> || probability_loss<Loss>,
                  "isotypic: on a GPU a criterion takes cross_entropy, gce, mae, unhinged, what symmetrise, class_insensitive and smooth_labels make "
                  "of them, or a loss with a constexpr at(log_probability)");

public:
    criterion(Loss l, criterion_options how, Device&& d)
        : loss(l), called(*how.name ? std::string(how.name) : detail::name_of<Loss>()), reduce(how.reduce), device(std::forward<Device>(d)),
          found(zeros_like<double>(device, blocks<double, space>(view<double, space>(nullptr, 1, 2)))) {
        detail::require(loss);
    }

    template <class S, class L>
    kept_loss<on> value(S const& scores, L const& labels, options with = {}) {
        return summed(scores_of(scores), labels, with, nullptr);
    }
    /// And its value; dscores may be scores.
    template <class S, class L, class G>
    kept_loss<on> gradient(S const& scores, L const& labels, G&& result, options with = {}) {
        const auto x = scores_of(scores);
        const auto g = write(x, as_blocks(std::forward<G>(result)));
        return summed(x, labels, with, &g);
    }
    /// A number a sample, times its weight, not reduced.
    template <class S, class L>
    void values(S const& scores, L const& labels, view<double, space> out, options with = {}) {
        const auto x = scores_of(scores);
        if (out.size() != x.count * x.rows() || (out.rows != 1 && out.cols != 1)) refuse("room for " + std::to_string(out.size()) + " values of " + count(x) + " samples");
        auto scope = device.scratch().open();
        double* all = device.scratch().template take<double>(out.size());
        run(x, labels, with, false, 1, all, nullptr);
        copy(device, blocks<double const, space>(view<double const, space>(all, 1, out.size())), blocks<double, space>(out.rows == 1 ? out : out.transposed()));
    }

private:
    Loss loss;
    std::string called;
    reduction reduce;
    Device device;
    decltype(zeros_like<double>(std::declval<on&>(), blocks<double, space>())) found;

    [[noreturn]] void refuse(std::string const& what) const { throw error("isotypic: " + called + ": " + what); }
    template <class B>
    static std::string count(B const& x) {
        return std::to_string(x.count * x.rows());
    }
    template <class B>
    static std::string shape(B const& x) {
        return detail::shape_text(x.count * x.rows(), x.cols());
    }
    template <class X>
    auto scores_of(X const& scores) const {
        const auto b = as_blocks(scores);
        using T = typename decltype(b)::value_type;
        static_assert(std::is_same_v<typename decltype(b)::space, space>, "isotypic: these scores lie in another memory than the criterion's device works on");
        static_assert(stored_in<T, space>, "isotypic: a loss on a GPU takes float, double, __half or __nv_bfloat16");
        if (b.joined) refuse("a joined pair is two arrays of scores");
        return blocks<T const, space>(b);
    }
    template <class T>
    blocks<T, space> write(blocks<T const, space> const& x, blocks<T, space> g) const {
        if (!g.same_shape(x)) refuse("the result is " + detail::array_shape(g).text() + ", the scores " + detail::array_shape(x).text());
        if (overlaps_itself(g)) refuse("the result repeats its own memory");
        if (!same_place(x, g) && overlap(x, g)) refuse("scores and result share some memory, but not all of it");
        return g;
    }
    template <class T, class L>
    void run(blocks<T const, space> const& x, L const& labels, options with, bool mean, double share, double* values, std::type_identity_t<blocks<T, space>> const* g) {
        const auto y = as_view(labels);
        using Y = typename decltype(y)::value_type;
        static_assert(std::is_same_v<typename decltype(y)::space, space>, "isotypic: these labels lie in another memory than the scores");
        static_assert(std::integral<Y>, "isotypic: labels on a GPU are whole numbers");
        const index_t n = x.count * x.rows();
        if (n && !x.cols()) refuse("scores of " + shape(x) + " have no classes");
        if (y.size() != n) refuse(std::to_string(y.size()) + " labels for " + count(x) + " samples");
        if (with.weights.data && with.weights.size() != n) refuse(std::to_string(with.weights.size()) + " weights for " + count(x) + " samples");
        double *weights = nullptr, *total = mean && with.weights.data ? found.all().first.data + 1 : nullptr;
        if (with.weights.data) {
            weights = device.scratch().template take<double>(n);
            const blocks<double, space> dense = view<double, space>(weights, with.weights.rows, with.weights.cols);
            copy(device, blocks<double const, space>(with.weights), dense);
            if (total) item_sums(device, detail::widened{}, total, blocks<double const, space>(dense));
        }
        class_rows(device, loss, x, view<Y const, space>(y), {share, weights, total, values}, g);
    }
    template <class T, class L>
    kept_loss<on> summed(blocks<T const, space> const& x, L const& labels, options with, std::type_identity_t<blocks<T, space>> const* g) {
        const index_t n = x.count * x.rows();
        const bool mean = reduce == reduction::mean;
        if (mean && !n) refuse("the mean over no samples: take the sum");
        auto scope = device.scratch().open();
        double* all = device.scratch().template take<double>(n);
        run(x, labels, with, mean, mean && !with.weights.data ? 1 / double(n) : 1, all, g);
        double* sum = found.all().first.data;
        item_sums(device, detail::widened{}, sum, blocks<double const, space>(view<double const, space>(all, 1, n)));
        return {device, sum};
    }
};

}  // namespace isotypic
