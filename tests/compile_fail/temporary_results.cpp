// SPDX-License-Identifier: MIT
// Results come by name: those of a temporary would be lost.
#include <Eigen/Core>
#include <array>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/normalization/scaled_linear.hpp>
using namespace isotypic;

void program(Eigen::MatrixXf& x, std::array<branch<float>, 2> const& branches, std::array<Eigen::MatrixXf, 2>& y) {
    scaled_linear layer;
    layer.forward(x, branches, y);  // BREAK: branches, y); => branches, std::array{y[0], y[1]});
}
// SAYS: these results are temporaries: their memory is gone before anybody reads it, give them names
