// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_finite.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/loss/class_batch.hpp>
#include <isotypic/loss/pair_batch.hpp>

/// \file
/// A loss of elements over a batch: rows in tasks cut by shape, each row in pieces whose loops turn into vectors.
namespace isotypic::detail {

struct element_work {
    static constexpr bool matrices = false;

    template <class L, class T>
    static void pull(cpu& device, std::string const& called, L const& loss, pair_batch<T> const& b, double* values, blocks<T> const* g) {
        require(device, called, b, loss);
        sweep(device, loss, b, values, static_cast<blocks<T const> const*>(nullptr), g);
    }
    template <class L, class T>
    static void turn(cpu& device, std::string const& called, L const& loss, pair_batch<T> const& b, blocks<T const> const& v, blocks<T> const& out) {
        require(device, called, b, loss);
        sweep(device, loss, b, nullptr, &v, &out);
    }

private:
    template <class L>
    static constexpr bool picky = requires(double y) {
        L::takes(y), L::targets;
    };

    template <class T, class L>
    static void require(cpu& device, std::string const& called, pair_batch<T> const& b, L const&) {
        bool well = all_finite(device, b.prediction) && all_finite(device, b.target);
        if constexpr (picky<L>) {
            double* refused = device.scratch().template take<double>(b.target.count);
            item_sums(
                device, [](T y) { return double(!L::takes(double(y))); }, refused, b.target);
            for (index_t k = 0; k < b.target.count; ++k) well = well && refused[k] == 0;
        }
        if (well) return;
        require_pairs(called, b, matrices, [](T, T y) {
            std::string wrong;
            if constexpr (picky<L>)
                if (!L::takes(double(y))) wrong = "the target is " + std::to_string(y) + ", not " + L::targets + ",";
            return wrong;
        });
    }
    template <class L, class T>
    static void sweep(cpu& device, L const& loss, pair_batch<T> const& b, double* values, blocks<T const> const* direction, blocks<T> const* result) {
        const index_t n = b.rows(), cols = b.prediction.cols(), step = rows_of_task(cols);
        constexpr index_t piece = 128;
        device.for_each_task((n + step - 1) / step, [&](index_t t, cpu& d) {
            workspace& w = d.scratch();
            auto scope = w.open();
            const row_tile<T const> predictions(w, b.prediction), targets(w, b.target), directions(w, direction ? *direction : blocks<T const>());
            const row_tile<T> results(w, result ? *result : blocks<T>());
            for (index_t from = t * step, end = (std::min)(n, from + step); from < end; from += tile_rows) {
                const index_t count = (std::min)(tile_rows, end - from);
                predictions.gather(from, count), targets.gather(from, count);
                if (direction) directions.gather(from, count);
                for (index_t i = from; i < from + count; ++i) {
                    T const *p = predictions.row(from, i), *y = targets.row(from, i), *v = direction ? directions.row(from, i) : nullptr;
                    T* const out = result ? results.row(from, i) : nullptr;
                    const double share = b.share[i];
                    double sum = 0;
                    for (index_t first = 0; first < cols; first += piece) {
                        const index_t m = (std::min)(piece, cols - first);
                        double value[piece], slope[piece];
                        const auto put = [&, l = loss](index_t k) {
                            const loss_curve f = l.at(double(p[first + k]), double(y[first + k]));
                            value[k] = f.value, slope[k] = v ? f.curvature * double(v[first + k]) : f.slope;
                        };
                        if (b.whole)
                            for (index_t k = 0; k < m; ++k) put(k);
                        else
                            for (index_t k = 0; k < m; ++k) share > 0 && !b.masked(i, first + k) ? put(k) : void(value[k] = slope[k] = 0);
                        sum += line_sum([](double x) { return x; }, true, m, std::pair(static_cast<double const*>(value), index_t{1}));
                        for (index_t k = 0; out && k < m; ++k) out[first + k] = T(share * slope[k]);
                    }
                    if (values) values[i] = sum;
                }
                if (result) results.scatter(from, count);
            }
        });
    }
};

}  // namespace isotypic::detail
