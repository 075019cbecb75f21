// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <isotypic/loss/decision/baselines/baseline.hpp>
#include <isotypic/loss/decision/baselines/cone.hpp>
#include <isotypic/loss/decision/baselines/instance_vectors.hpp>

/// \file
/// Cone-aligned vector estimation (CaVE): 1 - cos(u, t), u = -chat, or chat to maximise. u is a vector for which x* is best where it lies in
/// the cone of the normals a of the constraints a'x <= b that bind at x*, and p is the point of that cone nearest to u.
///
///     cave loss(normals, sense::minimise);                                            // exact: t = p
///     cave loss(normals, sense::minimise, {.inner_ratio = 0.2});                      // t = 0.8 p / |p| + 0.2 m, and p / |p| for u in the cone
///     cave loss(normals, sense::minimise, {.inner_ratio = 0.2, .solve_ratio = 0.3});  // hybrid: else, in 70 % of the calls, t = 0.8 u / |u| + 0.2 m
///
/// m is the mean of the normals, each of length 1. The gradient takes t for fixed; in the exact form it is the loss's own. Where p = 0, and
/// for chat = 0, the loss is 1 and the gradient 0. An equation is a normal and its opposite. No solver is called.
///
/// Source: Tang, Khalil, CPAIOR 2024, arXiv 2312.07718; as in khalil-research/CaVE (src/cave.py), whose interior variant by NNLS this is; the
/// default there stops an interior-point method instead. Whether u is in the cone is asked relative to its length.
namespace isotypic {

struct cave_settings {
    double inner_ratio = 0, solve_ratio = 1;
    std::uint64_t seed = 0;
};

/// See the file's comment; calls are those of baseline.hpp.
class cave : public detail::baseline<cave> {
public:
    static constexpr char const* name = "cone-aligned cosine";
    static constexpr bool of_decisions = false;

    explicit cave(instance_vectors binding, sense direction = sense::minimise, cave_settings const& with = {})
        : detail::baseline<cave>(direction), normals(std::move(binding)), settings(with) {
        detail::require_that(with.inner_ratio >= 0 && with.inner_ratio <= 1, name, "inner_ratio", with.inner_ratio, "between 0 and 1");
        detail::require_that(with.solve_ratio >= 0 && with.solve_ratio <= 1, name, "solve_ratio", with.solve_ratio, "between 0 and 1");
    }

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const std::size_t d = prediction.size();
        detail::require_vectors(normals, row.instance, d, "normals");
        const auto u = detail::take_costs(w, d), t = detail::take_costs(w, d);
        const double size = length(prediction);
        for (std::size_t j = 0; j < d; ++j) u[j] = size > 0 ? -sign * prediction[j] / size : 0;
        aim(row, u, t);
        const double reach = length(t), cosine = reach > 0 ? detail::dot(u, t) / reach : 0;
        for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] = size > 0 && reach > 0 ? sign * (t[j] / reach - cosine * u[j]) / size : 0;
        return 1 - cosine;
    }

private:
    instance_vectors normals;
    cave_settings settings;
    detail::cone_projection cone;
    std::vector<double> units, mean;

    static double length(std::span<double const> v) {
        double largest = 0, sum = 0;
        for (double x : v) largest = std::fmax(largest, std::fabs(x));
        for (double x : v) sum += largest > 0 ? x / largest * (x / largest) : 0;
        return largest * std::sqrt(sum);
    }
    void aim(decision_row const& row, std::span<double const> u, std::span<double> t) {
        units.clear(), mean.assign(u.size(), 0.0);
        for (index_t k = 0; k < normals.count(row.instance); ++k) {
            const auto a = normals.vector(row.instance, k);
            if (const double size = length(a); size > 0)
                for (double x : a) units.push_back(x / size);
        }
        const std::size_t count = units.size() / u.size();
        for (std::size_t k = 0; k < units.size(); ++k) mean[k % u.size()] += units[k] / double(count);
        double outer = 1;
        if (random_stream(settings.seed, 0, row.step).uniform() < settings.solve_ratio) {
            cone.project(units, u, t);
            double apart = 0;
            for (std::size_t j = 0; j < u.size(); ++j) apart += (u[j] - t[j]) * (u[j] - t[j]);
            if (const double size = length(t); size > 0) outer = 1 / size;
            if (settings.inner_ratio == 0 || std::sqrt(apart) < 1e-7) return;
        } else {
            std::copy(u.begin(), u.end(), t.begin());
        }
        for (std::size_t j = 0; j < u.size(); ++j) t[j] = (1 - settings.inner_ratio) * outer * t[j] + settings.inner_ratio * mean[j];
    }
};

}  // namespace isotypic
