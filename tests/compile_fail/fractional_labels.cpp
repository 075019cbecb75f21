// SPDX-License-Identifier: MIT
// A label is the number of a class.
#include <isotypic/loss/criterion.hpp>
#include <vector>
using namespace isotypic;

double program(view<float> scores, std::vector<int> const& classes, std::vector<double> const& numbers) {
    (void)classes, (void)numbers;
    return criterion(cross_entropy{}).value(scores, classes);  // BREAK: scores, classes => scores, numbers
}
// SAYS: labels are whole numbers, or an array like the scores
