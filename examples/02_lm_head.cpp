// A rule made of parts, for an LM head. Softmax does not see a row that all rows of the head share: W and W + 1 c'
// are one model. A rule for it must not see that row either, and must not move it. The compiler checks both.
#include <isotypic/isotypic.hpp>

#include <Eigen/Core>
#include <cstdio>

using namespace isotypic;

// Four contexts x, the i-th followed by token i of six: mean cross-entropy and its gradient.
double loss(Eigen::MatrixXd const& W, Eigen::MatrixXd& dW) {
    const Eigen::MatrixXd x{{1, 0, 1}, {0, 1, 1}, {1, 1, 0}, {-1, 0, 1}};
    Eigen::MatrixXd p = (x * W.transpose()).array().exp();
    p = p.array().colwise() / p.rowwise().sum().array();
    const double value = -p.diagonal().array().log().mean();
    p.diagonal().array() -= 1;
    dW = p.transpose() * x / 4;
    return value;
}

int main() {
    auto rule = momentum{.beta = 0.95} | centre{} | row_norm{} | centre{};
    static_assert(equivariant_under<decltype(rule), lm_head>);

    // Unit rows sum to something, so without the last part the shared row would drift. That is no rule for a head,
    auto drifts = momentum{.beta = 0.95} | centre{} | row_norm{};
    static_assert(!equivariant_under<decltype(drifts), lm_head>);
    static_assert(equivariant_under<decltype(drifts), embedding>);  // but one for an embedding, which has no such row.

    Eigen::MatrixXd W = Eigen::MatrixXd::Zero(6, 3), dW, dV;
    Eigen::MatrixXd V = W.rowwise() + Eigen::RowVector3d(5, -3, 2);  // the same model
    optimizer w(as<lm_head>(W), rule, linear{.peak = 0.3, .steps = 40});
    optimizer v(as<lm_head>(V), rule, linear{.peak = 0.3, .steps = 40});

    std::printf("step   loss of W   loss of W + 1c'\n");
    for (int t = 0; t <= 40; ++t) {
        const double a = loss(W, dW), b = loss(V, dV);
        if (t % 10 == 0) std::printf("%4d   %9.4f   %15.4f\n", t, a, b);
        w.step(dW), v.step(dV);
    }
    const Eigen::RowVector3d c = (V - W).colwise().mean();
    std::printf("every row still apart by c' = (%.3f, %.3f, %.3f)\n", c[0], c[1], c[2]);
    std::printf("the mean row of W has moved by %.3f\n", W.colwise().mean().norm());
}
