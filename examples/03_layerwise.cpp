// A whole model in one stack: a letter is embedded, projected, and a head guesses the letter that follows.
#include <isotypic/isotypic.hpp>
#include <isotypic/model/checkpoint.hpp>

#include <Eigen/Core>
#include <cstdio>
#include <sstream>
#include <string>

using namespace isotypic;
using Eigen::MatrixXd;

const std::string text = "she sells sea shells by the sea shore and the shells she sells are sea shells for sure ";
constexpr int letters = 27, width = 8;
int letter(int t) { return text[std::size_t(t)] == ' ' ? 26 : text[std::size_t(t)] - 'a'; }

// [rules]
// One rule a role. Unit steps keep their length, so rates fall to zero.
auto rules() {
    const momentum m{.beta = 0.9};
    return layerwise<double>(on<embedding>(m | row_norm{}, linear{.peak = 0.1, .steps = 100}),
                             on<projection>(m | polar{}, linear{.peak = 0.02, .steps = 100}),
                             on<lm_head>(m | centre{} | row_norm{} | centre{}, linear{.peak = 0.1, .steps = 100}));
}
// [end]

MatrixXd normal(std::uint64_t seed, int rows, int cols) {
    random_stream random(seed);
    return MatrixXd::NullaryExpr(rows, cols, [&] { return random.normal(); });
}

struct model {
    std::uint64_t seed;
    MatrixXd E = normal(seed, letters, width), P = normal(seed + 1, width, width) / 3, H = MatrixXd::Zero(letters, width);
    MatrixXd dE{}, dP{}, dH{};

    decltype(rules()) stack = rules();
    block_handle<double> embed = stack.add("embed", as<embedding>(E));
    block_handle<double> project = stack.add("project", as<projection>(P));
    block_handle<double> head = stack.add("head", as<lm_head>(H));

    double step() {
        const int n = int(text.size()) - 1;
        MatrixXd x(n, width);
        for (int t = 0; t < n; ++t) x.row(t) = E.row(letter(t));
        const MatrixXd z = x * P.transpose();
        MatrixXd p = (z * H.transpose()).array().exp();
        p = p.array().colwise() / p.rowwise().sum().array();
        double loss = 0;
        for (int t = 0; t < n; ++t) loss -= std::log(p(t, letter(t + 1))) / n, p(t, letter(t + 1)) -= 1;
        dH = p.transpose() * z / n;
        dP = H.transpose() * p.transpose() * x / n;
        const MatrixXd dx = p * H * P / n;
        dE.setZero(letters, width);
        for (int t = 0; t < n; ++t) dE.row(letter(t)) += dx.row(t);

        stack.step(embed(dE), project(dP), head(dH));
        return loss;
    }
};

int main() {
    const int n = int(text.size()) - 1;
    model m{.seed = 1};
    std::printf("step   loss\n");
    for (int t = 0; t < 80; ++t) {
        const double loss = m.step();
        if (t % 20 == 0) std::printf("%4d   %.2f\n", t, loss);
    }

    std::stringstream file;
    save(m.stack, file);
    model again{.seed = 2};
    load(again.stack, file);
    bool same = true;
    double loss = 0;
    for (int t = 80; t < 100; ++t) same &= (loss = m.step()) == again.step();
    std::printf("%4d   %.2f   and the saved model, loaded at step 80: %s\n", 100, loss, same ? "the same bits" : "not the same");

    MatrixXd pairs = MatrixXd::Zero(letters, letters);
    for (int t = 0; t < n; ++t) pairs(letter(t), letter(t + 1)) += 1;
    double best = 0;
    for (int t = 0; t < n; ++t) best -= std::log(pairs(letter(t), letter(t + 1)) / pairs.row(letter(t)).sum()) / n;
    std::printf("best   %.2f   from one letter alone\n", best);
}
