// One step. The type of a weight names its symmetry, and the symmetry picks the update.
#include <isotypic/isotypic.hpp>

#include <Eigen/Core>
#include <cstdio>
#include <xtensor/xtensor.hpp>

using namespace isotypic;

void print(char const* title, view<float const> w) {
    std::printf("%-38s", title);
    for (index_t i = 0; i < w.rows; ++i) std::printf("  (%5.2f, %5.2f)", w(i, 0), w(i, 1));
    std::printf("\n");
}

int main() {
    // An embedding: tokens are exchangeable, directions are not told apart. So every token moves by the same length,
    // however large its gradient:  E_i <- E_i - 0.5 dE_i / |dE_i|.
    Eigen::MatrixXf E(3, 2), dE(3, 2);
    E << 1, 1, 2, 2, 3, 3;
    dE << 3, 4, 0, 0.1f, 0, 0;
    step(as<embedding>(E), dE, 0.5);
    print("embedding, Eigen", as_view(E));

    // The same memory may belong to anybody.
    xt::xtensor<float, 2> X{{1, 1}, {2, 2}, {3, 3}}, dX{{3, 4}, {0, 0.1f}, {0, 0}};
    step(as<embedding>(X), dX, 0.5);
    print("embedding, xtensor", as_view(X));

    float p[] = {1, 1, 2, 2, 3, 3}, dp[] = {3, 4, 0, 0.1f, 0, 0};
    step(as<embedding>(as_view(p, 3, 2)), as_view(dp, 3, 2), 0.5);
    print("embedding, pointer", as_view(p, 3, 2));

    // Another symmetry, another step: softmax does not see a row that all rows of an LM head share, so the three
    // moves sum to zero; a projection turns freely on both sides, so it moves by a polar factor.
    E << 1, 1, 2, 2, 3, 3;
    step(as<lm_head>(E), dE, 0.5);
    print("LM head, the same gradient", as_view(E));

    E << 1, 1, 2, 2, 3, 3;
    step(as<projection>(E), dE, 0.5);
    print("projection, the same gradient", as_view(E));
}
