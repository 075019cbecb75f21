// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include <Eigen/Core>
#include <array>
#include <cmath>
#include <isotypic/group/random.hpp>
#include <isotypic/matrix/as_view.hpp>

/// \file
/// Gradients of tasks that agree, fight, repeat each other or differ in size.
namespace random_grams {

using namespace isotypic;
using namespace eager;
using square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

enum class kind { plain, common_part, repeated, opposed, few_parameters };
inline constexpr kind kinds[] = {kind::plain, kind::common_part, kind::repeated, kind::opposed, kind::few_parameters};

inline square normal(random_stream& random, index_t rows, index_t cols) {
    square g(rows, cols);
    for (double& v : g.reshaped()) v = random.normal();
    return g;
}
inline square nearly_opposed(random_stream& random, index_t tasks) {
    square g = normal(random, tasks, 2 * tasks);
    for (index_t k = 1; k < tasks; ++k) g.row(k) = (random.below(2) ? 1.0 : -1.0) * g.row(0) + std::pow(10, -6 * random.uniform()) * g.row(k);
    return g;
}
inline square random_gradients(random_stream& random, kind k, index_t tasks, index_t parameters) {
    square g = normal(random, tasks, parameters);
    switch (k) {
    case kind::plain: break;
    case kind::common_part: g = nearly_opposed(random, tasks); break;
    case kind::repeated:
        g.row(tasks - 1) = -g.row(0);
        if (tasks > 2) g.row(1) = g.row(0);
        break;
    case kind::opposed:
        for (index_t i = 1; i < tasks; ++i) g.row(i) = (random.below(2) ? 1.0 : -1.0) * std::exp(random.normal()) * g.row(0);
        break;
    case kind::few_parameters: g = normal(random, tasks, (std::max)(index_t{1}, tasks / 3)); break;
    }
    return g;
}
inline square random_gradients(random_stream& random, kind k) {
    const index_t tasks = 2 + random.below(29);
    return random_gradients(random, k, tasks, 1 + random.below(2 * tasks));
}
inline square gram_of(square const& g) { return g.lazyProduct(g.transpose()); }

}  // namespace random_grams
