// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/seed.hpp>
#include <isotypic/group/random.hpp>
#include <isotypic/loss/criterion.hpp>
#include <numeric>
#include <vector>

/// \file
/// A class loss held against what it says of itself (`loss_law`), and its derivatives against differences.
///
///     const loss_errors e = loss_law_errors(my_loss{});
///     CHECK(e.gradient < 1e-8);  CHECK(e.hessian < 1e-7);  CHECK(e.relabelling < 1e-13);  CHECK(e.shift < 1e-13);
namespace isotypic {

/// Each relative to the size of what is compared, and not a number where that is; found whether the loss claims the law or not.
struct loss_errors {
    double relabelling = 0;  ///< of values and gradients when classes and labels are permuted alike
    double shift = 0;        ///< of values when all scores of a sample grow by the same
    double symmetry = 0;     ///< how much sum_y l(s, y) varies with s
    double negative = 0;     ///< by how much a value falls below 0
    double vectors = 0;      ///< of the loss vector against values label by label, and of its derivative against differences
    double degree = 0;       ///< |l(t s) - t^p l(s)|, t = 3, for the degree p that it claims; 0 if it claims none
    double gradient = 0;     ///< against central differences of the value
    double hessian = 0;      ///< against central differences of the gradient
};

/// In double, on `samples` rows of normal scores of the given size, the worst of `draws`.
template <class Loss>
loss_errors loss_law_errors(Loss const& loss, index_t classes = 5, double size = 1.5, index_t samples = 4, int draws = 8, std::uint64_t from = seed()) {
    if (classes < 1 || samples < 1 || draws < 1) throw error("isotypic: a loss is looked at on at least one class, one sample and one draw");
    using numbers = std::vector<double>;
    random_stream random(from);
    const auto n = std::size_t(samples * classes);
    criterion<Loss> sum(loss, {.reduce = reduction::sum});
    auto at = [&](numbers& x) { return as_view(x.data(), samples, classes); };
    auto normal = [&](double by) {
        numbers x(n);
        for (double& v : x) v = by * random.normal();
        return x;
    };
    auto moved = [&](numbers x, double t, numbers const& v) {
        for (std::size_t i = 0; i < n; ++i) x[i] += t * v[i];
        return x;
    };
    auto worse = [](double& e, double found) { e = found > e || std::isnan(found) ? found : e; };
    auto far = [&](numbers const& a, numbers const& b) {
        double most = 0, scale = 1e-300;
        for (std::size_t i = 0; i < a.size(); ++i) worse(most, std::abs(a[i] - b[i])), worse(scale, std::abs(a[i])), worse(scale, std::abs(b[i]));
        return most == 0 ? 0 : most / scale;
    };

    loss_errors worst;
    double least = 0, most = 0, scale = 1e-300;
    for (int draw = 0; draw < draws; ++draw) {
        numbers s = normal(size), v = normal(1), g(n), h(n), other(n), ahead(n), behind(n), each(static_cast<std::size_t>(samples)), each_moved = each;
        std::vector<index_t> label(static_cast<std::size_t>(samples)), permuted_label = label, order(static_cast<std::size_t>(classes));
        for (index_t& y : label) y = random.below(classes);
        const double value = sum.gradient(at(s), label, at(g));
        sum.values(at(s), label, each);
        double all = 1e-300;
        for (double l : each) all += std::abs(l);
        for (double l : each) worse(worst.negative, -l / all);

        // Classes in another order.
        std::iota(order.begin(), order.end(), index_t{0});
        for (index_t k = classes; k-- > 1;) std::swap(order[std::size_t(k)], order[std::size_t(random.below(k + 1))]);
        numbers permuted(n), expected(n);
        for (index_t i = 0; i < samples; ++i) {
            permuted_label[std::size_t(i)] = order[std::size_t(label[std::size_t(i)])];
            for (index_t k = 0; k < classes; ++k) {
                const auto from_k = std::size_t(i * classes + k), to_k = std::size_t(i * classes + order[std::size_t(k)]);
                permuted[to_k] = s[from_k], expected[to_k] = g[from_k];
            }
        }
        worse(worst.relabelling, std::abs(sum.gradient(at(permuted), permuted_label, at(other)) - value) / all);
        worse(worst.relabelling, far(other, expected));

        // A shared shift, another for each sample; a scale.
        numbers shifted = s, scaled = s;
        for (index_t i = 0; i < samples; ++i) {
            const double c = random.normal();
            for (index_t k = 0; k < classes; ++k) shifted[std::size_t(i * classes + k)] += c;
        }
        sum.values(at(shifted), label, each_moved);
        worse(worst.shift, far(each, each_moved));
        if (Loss::law.degree >= 0) {
            const double t = 3, power = std::pow(t, Loss::law.degree);
            for (double& x : scaled) x *= t;
            sum.values(at(scaled), label, each_moved);
            for (double& l : each) l *= power;
            worse(worst.degree, far(each, each_moved));
        }

        // The loss vector, label by label, and its derivative.
        if constexpr (class_loss<Loss>) {
            numbers table(n), found(n), up(n), down(n), along(n);
            sum.vectors(at(s), at(found));
            for (index_t k = 0; k < classes; ++k) {
                sum.values(at(s), std::vector<index_t>(static_cast<std::size_t>(samples), k), each_moved);
                for (index_t i = 0; i < samples; ++i) table[std::size_t(i * classes + k)] = each_moved[std::size_t(i)];
            }
            worse(worst.vectors, far(found, table));
            const double step = 1e-5 * size;
            numbers plus = moved(s, step, v), minus = moved(s, -step, v);
            sum.vectors(at(plus), at(up)), sum.vectors(at(minus), at(down));
            for (std::size_t i = 0; i < n; ++i) up[i] = (up[i] - down[i]) / (2 * step);
            workspace w;
            for (index_t i = 0; i < samples; ++i) {
                auto scope = w.open();
                detail::class_row<double> row(classes, s.data() + i * classes, w);
                detail::push(loss, row, v.data() + i * classes, along.data() + i * classes);
            }
            worse(worst.vectors, far(along, up));
        }

        // All labels at once.
        const double total = sum.value(at(s), at(other = numbers(n, 1.0)));
        least = draw && !(total < least) && !std::isnan(total) ? least : total, most = draw && !(total > most) && !std::isnan(total) ? most : total,
        scale = std::fmax(scale, std::fmax(all, std::abs(total)));

        // Derivatives along v.
        const double step = 1e-5 * size;
        numbers plus = moved(s, step, v), minus = moved(s, -step, v), both(n);
        const double slope = std::inner_product(g.begin(), g.end(), v.begin(), 0.0), up = sum.gradient(at(plus), label, at(ahead)),
                     down = sum.gradient(at(minus), label, at(behind));
        const double steepest = std::sqrt(std::inner_product(g.begin(), g.end(), g.begin(), 0.0) * std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
        worse(worst.gradient, std::abs((up - down) / (2 * step) - slope) / std::fmax(steepest, 1e-300));
        sum.hvp(at(s), label, at(v), at(h));
        for (std::size_t i = 0; i < n; ++i) both[i] = (ahead[i] - behind[i]) / (2 * step);
        double off = 0;
        for (std::size_t i = 0; i < n; ++i) worse(off, std::abs(both[i] - h[i]));
        worse(worst.hessian, off / std::fmax(steepest, 1e-300));
    }
    worst.symmetry = (most - least) / scale;
    return worst;
}

}  // namespace isotypic
