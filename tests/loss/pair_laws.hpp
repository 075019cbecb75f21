// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include "../allocations.hpp"
#include "../storage.hpp"
#include <isotypic/loss/pairs.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <span>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

/// \file
/// What every criterion of predictions and targets owes.
namespace pair_laws {

using namespace isotypic;
using namespace eager;
using dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline constexpr criterion_options summed{.reduce = reduction::sum};
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A criterion whose loss's type is forgotten, of blocks of doubles.
class any_criterion {
public:
    virtual ~any_criterion() = default;
    template <class P, class Y>
    double value(P const& p, Y const& y, sample_options with = {}) {
        return value_of(as_blocks(p), as_blocks(y), with);
    }
    template <class P, class Y, class G>
    double gradient(P const& p, Y const& y, G&& g, sample_options with = {}) {
        return gradient_of(as_blocks(p), as_blocks(y), as_blocks(std::forward<G>(g)), with);
    }
    template <class P, class Y, class V, class H>
    void hvp(P const& p, Y const& y, V const& v, H&& h, sample_options with = {}) {
        hvp_of(as_blocks(p), as_blocks(y), as_blocks(v), as_blocks(std::forward<H>(h)), with);
    }
    virtual void values(blocks<double const> p, blocks<double const> y, std::span<double> out, sample_options with = {}) = 0;

private:
    virtual double value_of(blocks<double const> p, blocks<double const> y, sample_options with) = 0;
    virtual double gradient_of(blocks<double const> p, blocks<double const> y, blocks<double> g, sample_options with) = 0;
    virtual void hvp_of(blocks<double const> p, blocks<double const> y, blocks<double const> v, blocks<double> h, sample_options with) = 0;
};
template <class L>
class criterion_of final : public any_criterion {
public:
    criterion_of(L const& l, criterion_options how, executor_ref threads) : c(l, how, threads) {}
    void values(blocks<double const> p, blocks<double const> y, std::span<double> out, sample_options with) override { c.values(p, y, out, with); }

private:
    criterion<L> c;
    double value_of(blocks<double const> p, blocks<double const> y, sample_options with) override { return c.value(p, y, with); }
    double gradient_of(blocks<double const> p, blocks<double const> y, blocks<double> g, sample_options with) override { return c.gradient(p, y, g, with); }
    void hvp_of(blocks<double const> p, blocks<double const> y, blocks<double const> v, blocks<double> h, sample_options with) override {
        c.hvp(p, y, v, h, with);
    }
};
/// A loss whose type is forgotten.
struct any_loss {
    std::string name;
    bool signs;  ///< it takes no other targets
    std::function<std::unique_ptr<any_criterion>(criterion_options, executor_ref)> make;

    template <class L>
        requires(!std::is_same_v<L, any_loss>)
    any_loss(L const& l)
        : name(L::name), signs(requires { L::takes(1.0); }), make([l](criterion_options how, executor_ref threads) -> std::unique_ptr<any_criterion> {
              return std::make_unique<criterion_of<L>>(l, how, threads);
          }) {}
};

dense gaussian(index_t m, index_t n, std::uint64_t which);
/// -1 or 1 if the loss takes nothing else.
dense targets(any_loss const& l, index_t m, index_t n, std::uint64_t which);
double value(any_loss const& l, dense const& p, dense const& y, sample_options with = {});
dense gradient(any_loss const& l, dense const& p, dense const& y, sample_options with = {});
dense hvp(any_loss const& l, dense const& p, dense const& y, dense const& v, sample_options with = {});
double inner(dense const& a, dense const& b);
/// l x r'
dense turned(dense const& l, dense const& x, dense const& r);
/// The larger, and not a number where either is not.
inline double keep(double most, double v) { return v > most || std::isnan(v) ? v : most; }

/// Gradient and Hessian against central differences.
void check_derivatives(any_loss const& l, dense const& p, dense const& y, sample_options with = {});
/// A sample's weight is how often it is there; the mean is over weights; one of weight 0 is not looked at.
void check_weights(any_loss const& l, index_t samples);
/// The same numbers in every layout, in place of any argument, and on threads.
void check_layouts(any_loss const& l, double tight, bool curved = true);
void check_threads(any_loss const& l, index_t m, index_t n, index_t items, bool curved = true);
/// Nothing is allocated from the second call on, masks and weights included.
void check_allocations(any_loss const& l, std::size_t samples, bool curved = true);
/// What every criterion of pairs refuses.
void check_errors(any_loss const& l);

/// Three axes as the rows or matrices that they are, also where leading axes do not lie one after another; float as double.
template <class L>
void check_axes(L const& l, index_t samples, bool curved = true) {
    INFO(std::string(L::name), ", ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 4);
    xt::xtensor<double, 3> p({4, 3, 5}), y({4, 3, 5}), g({4, 3, 5}), h({4, 3, 5});
    xt::xtensor<float, 3> pf({4, 3, 5}), yf({4, 3, 5}), gf({4, 3, 5});
    for (std::size_t i = 0; i < p.size(); ++i) {
        p.flat(i) = random.normal(), y.flat(i) = random.uniform() > 0.5 ? 1 : -1;
        pf.flat(i) = float(p.flat(i)), yf.flat(i) = float(y.flat(i));
    }
    criterion<L> loss(l, summed);
    std::vector<double> each(static_cast<std::size_t>(samples));
    loss.values(p, y, each);
    double sum = 0;
    for (double v : each) sum += v;
    CHECK(loss.gradient(p, y, g) == doctest::Approx(sum).epsilon(1e-14));
    CHECK(loss.gradient(pf, yf, gf) == doctest::Approx(sum).epsilon(1e-5));
    double most = 0;
    for (std::size_t i = 0; i < g.size(); ++i) most = keep(most, std::abs(g.flat(i) - double(gf.flat(i))));
    CHECK(most < 1e-4);

    auto pv = xt::view(p, xt::range(1, 4), xt::range(1, 3), xt::all()), yv = xt::view(y, xt::range(1, 4), xt::range(1, 3), xt::all());
    xt::xtensor<double, 3> pc = pv, yc = yv, gc = pc, hc = pc;
    auto gv = xt::view(g, xt::range(1, 4), xt::range(1, 3), xt::all()), hv = xt::view(h, xt::range(1, 4), xt::range(1, 3), xt::all());
    CHECK(loss.gradient(pv, yv, gv) == doctest::Approx(loss.gradient(pc, yc, gc)).epsilon(1e-14));
    if (curved) loss.hvp(pv, yv, pv, hv), loss.hvp(pc, yc, pc, hc);
    most = 0;
    double size = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 2; ++j)
            for (std::size_t k = 0; k < 5; ++k) {
                most = keep(most, std::abs(gv(i, j, k) - gc(i, j, k))), size = std::fmax(size, std::abs(gc(i, j, k)));
                if (curved) most = keep(most, std::abs(hv(i, j, k) - hc(i, j, k)));
            }
    CHECK(most < 1e-14);
    CHECK(size > 1e-3);

    // The axes of each array lie as they do, and in another order they are others.
    const auto close = [](double a, double b) { return std::abs(a - b) < 1e-14; };
    const auto same = [&](auto const& a, auto const& b) { return std::equal(a.begin(), a.end(), b.begin(), close); };
    const xt::xtensor<double, 3> slopes = gc, curvatures = hc, was = pc;
    xt::xtensor<double, 3, xt::layout_type::column_major> across = pc, yx = yc;
    const bool rows = samples == 12;
    const auto check = [&](auto& from, auto const& to, auto& along, auto& out) {
        loss.gradient(from, to, out);
        CHECK(same(out, slopes));
        along = was;
        if (curved) loss.hvp(from, to, along, out);
        CHECK((!curved || same(out, curvatures)));
        const auto before = allocations();
        loss.gradient(from, to, from);
        CHECK((!rows || allocations() == before));
        CHECK(same(from, slopes));
        from = was;
    };
    check(pc, yv, pv, gc), check(pc, yc, pc, gv), check(pc, yv, across, gv), check(pc, yx, across, across);
    across = was;
    check(pv, yc, pc, gc), check(pv, yc, pv, gc), check(across, yc, pv, gv), check(across, yv, pc, gc);
    xt::xtensor<double, 3> turned = xt::ones<double>({2, 3, 5});
    const std::string name = std::string("isotypic: ") + L::name;
    CHECK_THROWS_WITH(loss.value(pc, turned), (name + ": targets of 2 x 3 x 5 for predictions of 3 x 2 x 5").c_str());
    CHECK_THROWS_WITH(loss.gradient(pc, yc, turned), (name + ": a result of 2 x 3 x 5 for predictions of 3 x 2 x 5").c_str());
    CHECK_THROWS_WITH(loss.hvp(pc, yc, turned, gc), (name + ": a direction of 2 x 3 x 5 for predictions of 3 x 2 x 5").c_str());
    CHECK(std::all_of(turned.begin(), turned.end(), [](double v) { return v == 1; }));
    xt::xtensor<double, 2> numbers({2, 3});
    if (rows) CHECK_THROWS_WITH(loss.values(pc, yc, numbers), (name + ": values of 2 x 3 for predictions of 3 x 2 x 5").c_str());
}

}  // namespace pair_laws
