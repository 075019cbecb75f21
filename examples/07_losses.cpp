// One role, an update, a norm and a loss; and the labels of a class loss as a symmetry of their own.
#include <isotypic/check/loss_laws.hpp>
#include <isotypic/isotypic.hpp>
#include <isotypic/loss/loss_for.hpp>
#include <isotypic/loss/sum.hpp>

#include <Eigen/Core>
#include <cstdio>
#include <vector>

using namespace isotypic;

void print(char const* title, Eigen::MatrixXf const& x) {
    std::printf("%-34s", title);
    for (Eigen::Index i = 0; i < x.rows(); ++i)
        for (Eigen::Index j = 0; j < x.cols(); ++j) std::printf("%s%5.2f%s", j ? ", " : "  (", double(x(i, j)), j + 1 < x.cols() ? "" : ")");
    std::printf("\n");
}

// A loss of one's own: f, f' and f'' at the log-probability of the label, and what it claims.
struct squared_log {
    static constexpr char const* name = "squared log-probability";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    loss_curve at(double u) const { return {u * u, 2 * u, 2}; }
};

int main() {
    // Rows are exchangeable, directions are not told apart: a weight takes steps of unit rows, activations get rows of one length,
    // and a residual counts by the sum of its rows' lengths, so that an outlier pulls no harder than another row.
    Eigen::MatrixXf x(2, 3), w = Eigen::MatrixXf::Zero(2, 3), y = w, g = w, target = w;
    x << 2, 4, 4, 0, 0, 9;
    step(as<embedding>(w), x, 1);
    normalizer<normalization_for<embedding, modulo::scale>>().forward(x, y);
    criterion distance(loss_for<embedding>{}, {.reduce = reduction::sum});
    const double length = distance.gradient(x, target, g);
    print("update_for<embedding>", w);
    print("normalization_for<embedding>", y);
    print("gradient of loss_for<embedding>", g);
    std::printf("%-34s  %.0f\n\n", "loss_for<embedding>", length);

    // Classes are exchangeable with their labels. What is left of a loss when its mean over the labels is taken off does not feel
    // uniform label noise but for a factor: of cross-entropy that is the unhinged loss. Columns: the loss for each label.
    Eigen::MatrixXf scores(1, 3), vector(1, 3);
    scores << 2, 0, -1;
    criterion(cross_entropy{}).vectors(scores, vector);
    print("cross-entropy", vector);
    criterion(symmetrise(cross_entropy{})).vectors(scores, vector);
    print("its symmetric part", vector);
    criterion(symmetrise(gce{.q = 0.7})).vectors(scores, vector);
    print("that of generalised cross-entropy", vector);

    // A training step: the mean over a batch and its gradient, padded classes at -infinity.
    Eigen::MatrixXf logits(2, 4);
    logits << 1, -0.5f, 2, 0.3f, 0, 1, 0, -INFINITY;
    const std::vector<int> labels{0, 1};
    Eigen::MatrixXf slope(2, 4);
    criterion loss(0.1 * cross_entropy{} + symmetrise(gce{.q = 0.7}));
    std::printf("\nloss %.4f\n", loss.gradient(logits, labels, slope));
    print("gradient", slope);

    // Does it keep its word?
    const loss_errors e = loss_law_errors(squared_log{});
    std::printf("\nsquared_log: shift %s, relabelling %s, derivatives %s; a symmetric loss? %s\n", e.shift < 1e-12 ? "holds" : "is broken",
                e.relabelling < 1e-12 ? "holds" : "is broken", e.gradient < 1e-8 && e.hessian < 1e-8 ? "hold" : "are broken", e.symmetry < 1e-12 ? "yes" : "no");
}
