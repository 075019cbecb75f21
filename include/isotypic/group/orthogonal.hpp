// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/group.hpp>

/// \file
/// The orthogonal group: an axis without preferred directions.
namespace isotypic {

/// O(n) = { g : g'g = I }, drawn from the Haar measure: Gram-Schmidt, twice, on Gaussian columns
/// (F. Mezzadri, Notices AMS 54, 2007: R with a positive diagonal makes it Haar).
struct orthogonal {
    static void sample(view<double> g, random_stream& random) {
        const index_t n = g.rows;
        for (index_t j = 0; j < n; ++j) {
            for (index_t i = 0; i < n; ++i) g(i, j) = random.normal();
            for (int pass = 0; pass < 2; ++pass)
                for (index_t k = 0; k < j; ++k) {
                    double dot = 0;
                    for (index_t i = 0; i < n; ++i) dot += g(i, k) * g(i, j);
                    for (index_t i = 0; i < n; ++i) g(i, j) -= dot * g(i, k);
                }
            double square = 0;
            for (index_t i = 0; i < n; ++i) square += g(i, j) * g(i, j);
            for (index_t i = 0; i < n; ++i) g(i, j) /= std::sqrt(square);
        }
    }
    static bool contains(view<double const> g, double tolerance) {
        for (index_t i = 0; i < g.cols; ++i)
            for (index_t j = 0; j < g.cols; ++j) {
                double dot = 0;
                for (index_t k = 0; k < g.rows; ++k) dot += g(k, i) * g(k, j);
                if (!(std::abs(dot - (i == j)) <= tolerance)) return false;
            }
        return true;
    }
};

}  // namespace isotypic
