// One symmetry, an update and a norm: the steepest direction of the largest row is the step of a weight and the RMS norm of activations.
#include <isotypic/isotypic.hpp>
#include <isotypic/normalization/scaled_linear.hpp>
#include <isotypic/normalization/sep_norm.hpp>

#include <Eigen/Core>
#include <array>
#include <cstdio>
#include <xtensor/xtensor.hpp>

using namespace isotypic;

void print(char const* title, view<float const> x) {
    std::printf("%-34s", title);
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) std::printf("%s%5.2f%s", j ? ", " : "  (", double(x(i, j)), j + 1 < x.cols ? "" : ")");
    std::printf("\n");
}

int main() {
    // Tokens are exchangeable, directions are not told apart: an embedding's step has rows of length 1. So have its activations,
    // times sqrt(3), when their scale is to go. The norm keeps what its derivative needs.
    Eigen::MatrixXf x(2, 3), y(2, 3), dy = Eigen::MatrixXf::Identity(2, 3), dx(2, 3);
    x << 2, 4, 4, 0, 0, 9;
    step(as<embedding>(y.setZero()), x, 1);
    print("update_for<embedding>, of x", as_view(y));
    normalizer<normalization_for<embedding, modulo::scale>> norm({.eps = 1e-6}, "first norm of block 3");
    norm.forward(x, y);
    norm.vjp(x, dy, dx);
    print("normalization_for<embedding>", as_view(y));
    print("dx", as_view(dx));

    // Where features may only be exchanged, their mean goes as well: layer norm, in place.
    normalizer<normalization_for<permutation, modulo::scale_and_shift>>().forward(x, x);
    print("for exchangeable features", as_view(x));

    // A class token is no patch, so each has a norm of its own: batch x positions x features of xtensor, where they lie.
    xt::xtensor<float, 3> images{{{1, 2}, {5, 9}, {7, 7}}, {{3, 6}, {4, 0}, {8, 2}}}, steadied = images;
    sep_norm block;
    block.forward(images, steadied);
    print("class tokens: batch norm", {&steadied(0, 0, 0), 2, 2, 6, 1});
    print("patches: layer norm", {&steadied(0, 1, 0), 2, 2, 2, 1});

    // Queries and keys behind one norm, a scale vector each in front, a norm of every head behind: y_b = Mid(W_b (g_b o Core(x))).
    Eigen::MatrixXf Wq = Eigen::MatrixXf::Identity(4, 3), Wk = 2 * Wq, q(2, 4), k(2, 4);
    Eigen::Vector3f gq(1, 1, 1), gk(1, 0, 1);
    scaled_linear<rms_norm, plain_scale, no_scale, rms_norm> maps({.core = {.eps = 1e-6}, .middle = {}}, "queries and keys");
    const std::array branches{branch<float>{as_view(Wq), {as_view(gq)}, {}, 2}, branch<float>{as_view(Wk), {as_view(gk)}, {}, 2}};
    maps.forward(x, branches, std::array{as_view(q), as_view(k)});
    print("keys, of length sqrt(2) by head", as_view(k));
}
