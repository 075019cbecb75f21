// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/zolotarev.hpp>
#include <limits>

/// \file
/// The polar factor to an accuracy that the caller names:
///
///     |1 - sigma_i(U)| <= accuracy     for every i with sigma_i(M) >= above sigma_1(M)
///
/// from the cheapest list of Zolotarev passes that keeps it for every matrix of the shape. Smaller singular values end
/// between 0 and 1 + accuracy, those of 0 at their rounding times the map's slope there: 6e-4 at 64 x 64 in float by the part's
/// default, and 0.04 with above = 1e-5.
///
/// The model. A pass with r terms on k x n, k <= n, takes (in flops of products)
///
///     r (1 + 120/k) k^3  +  (1.1 + 40/k) k^2 n  +  2 k^2 n        inverses, Gram matrix, product
///
/// where 120/k and 40/k were read off a benchmark once; `bench/run polar` shows the model beside the clock. A map's error on
/// [l, 1] is at most 4 exp(-(2 r + 1) pi K(l) / K'(l)), and rounding adds (2 sqrt(k) + 4 / (shift_0 + l^2)) u (derived,
/// with a margin that tests measure). Newton-Schulz in either form is never the cheaper one on a CPU, and not looked at.
namespace isotypic {

/// What a choice promises and costs.
struct polar_plan {
    zolotarev engine{{}};
    double accuracy = 1;      ///< the bound on |1 - sigma_i(U)|: what was asked for, or as near as can be had
    double flops = HUGE_VAL;  ///< see the model
};

/// See the file's comment. `by_accuracy{.accuracy = 1e-3}.plan<float>(m, n)` says what is going to be done. By default as near
/// as float can be had, about 4e-6, and 1e-7 in double.
struct by_accuracy {
    double accuracy = 1e-7, above = 1e-3;

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool any_device = true;  // by zolotarev_items.hpp
    static constexpr bool shares_threads = true;

    template <class T>
    polar_plan plan(index_t rows, index_t cols) const {
        const double k = double((std::min)(rows, cols)), n = double((std::max)(rows, cols)), u = double(std::numeric_limits<T>::epsilon()) / 2;
        if (!(accuracy > 0 && above > 0))
            throw error("isotypic: by_accuracy takes a positive accuracy and a positive share of sigma_1, here " + std::to_string(accuracy) + " and " + std::to_string(above));
        if (k < 2) return {zolotarev{{}}, 4 * u, 2 * n};
        search best{k, n, u, (std::max)(accuracy, 64 * u), {}};
        // The scale is k^(1/4) above sigma_1 where all singular values are the same.
        const double low = (std::min)(1., (std::max)(above, u)) / std::sqrt(std::sqrt(k));
        for (int passes = 1; passes <= 2 || (passes <= 4 && !best.kept()); ++passes) best.go_on({}, 0, passes, low, 0);
        if (above < u) best.found.accuracy = 1;  // M itself is not known so far down
        return best.found;
    }

    template <device D, class T, class S>
    void operator()(D& d, view<T const, S> m, view<T, S> u) const {
        plan<T>(m.rows, m.cols).engine(d, m, u);
    }

private:
    struct search {
        double k, n, u, accuracy;
        polar_plan found;

        double cost(int terms) const { return terms * (1 + 120 / k) * k * k * k + (3.1 + 40 / k) * k * k * n; }
        bool kept() const { return found.accuracy <= accuracy; }

        /// The best map on [low, 1], or on as much of it as keeps the first shift above rounding.
        zolotarev_map map(int terms, double low) const {
            low = (std::max)(low, std::sqrt(u) / 4);
            zolotarev_map f = best_map(terms, low);
            while (f.shift[0] < 32 * u) f = best_map(terms, low *= 1.01 * std::sqrt(32 * u / f.shift[0]));
            return f;
        }
        double noise(zolotarev_map const& f, double low) const { return u * (2 * std::sqrt(k) + 4 / (f.shift[0] + low * low)); }

        /// Tries what `left` more passes can do from [low, 1].
        void go_on(std::array<zolotarev_map, 4> passes, std::size_t done, int left, double low, double flops) {
            if (done >= passes.size()) return;  // never: g++ 12 cannot tell
            zolotarev_map& next = passes[done];
            for (int terms = left == 1 ? fewest(low) : 1; terms <= zolotarev_map::most_terms; ++terms) {
                const double sum = flops + cost(terms);
                if (kept() && sum + (left - 1) * cost(1) >= found.flops) return;
                next = map(terms, low);
                const double rounding = noise(next, low);
                if (left > 1) {
                    go_on(passes, done + 1, left - 1, next(low) * (1 - rounding) / ((1 + next.error) * (1 + rounding)), sum);
                    continue;
                }
                const double off = (std::max)(next.error, 1 - next(low)) + rounding;
                if (off < found.accuracy || off <= accuracy) found = {zolotarev{passes}, off, sum};
                if (off <= accuracy) return;
            }
        }

        /// How many terms [low, 1] takes without rounding, or all there are.
        int fewest(double low) const {
            const double growth = 3.14159265358979 * mean(1, low) / mean(1, std::sqrt((1 - low) * (1 + low)));
            const double terms = (std::log(4 / accuracy) / growth - 1) / 2;
            return terms < 1 ? 1 : terms > zolotarev_map::most_terms ? zolotarev_map::most_terms : int(std::ceil(terms - 1e-9));
        }
        static double mean(double a, double b) {
            while (std::fabs(a - b) > 1e-9 * a) {
                const double g = std::sqrt(a * b);
                a = (a + b) / 2, b = g;
            }
            return a;
        }
    };
};

}  // namespace isotypic
