// SPDX-License-Identifier: MIT
#include "probe.hpp"
#include <algorithm>
#include <cmath>
#include <deque>

namespace sepnorm {
namespace {

using Eigen::Index;
constexpr Index cuts = 16;  // of the rows, whatever the threads

/// The loss as a function of W, [features + 1, classes].
struct objective {
    features const& z;
    std::vector<int> const& label;
    double l2;
    isotypic::thread_pool& pool;
    std::vector<features> gradients = std::vector<features>(std::size_t(cuts));
    std::vector<double> losses = std::vector<double>(std::size_t(cuts));

    double at(features const& w, features& gradient) {
        pool.parallel_for(cuts, [&](Index k) {
            const Index from = z.rows() * k / cuts, n = z.rows() * (k + 1) / cuts - from;
            features p = z.middleRows(from, n) * w;
            double sum = 0;
            for (Index i = 0; i < n; ++i) {
                const int right = label[std::size_t(from + i)];
                double most = p(i, 0), total = 0;
                for (Index j = 1; j < p.cols(); ++j) most = (std::max)(most, p(i, j));
                const double score = p(i, right) - most;
                for (Index j = 0; j < p.cols(); ++j) total += p(i, j) = std::exp(p(i, j) - most);
                for (Index j = 0; j < p.cols(); ++j) p(i, j) /= total;
                sum += std::log(total) - score, p(i, right) -= 1;
            }
            gradients[std::size_t(k)] = z.middleRows(from, n).transpose() * p, losses[std::size_t(k)] = sum;
        });
        double loss = 0;
        gradient.setZero(w.rows(), w.cols());
        for (std::size_t k = 0; k < std::size_t(cuts); ++k) loss += losses[k], gradient += gradients[k];
        gradient = gradient / double(z.rows()) + l2 * w;
        return loss / double(z.rows()) + l2 / 2 * w.squaredNorm();
    }
};

double inner(features const& a, features const& b) { return (a.array() * b.array()).sum(); }

/// Nocedal and Wright, algorithm 7.4 with the last 20 steps, halving the step until the loss falls enough. The first metric is
/// the inverse of a bound on the Hessian, z'z / 2n + l2 (Boehning 1992).
features minimum(objective& f, features w, long& iterations) {
    features bound = f.z.transpose() * f.z / (2 * double(f.z.rows()));
    bound.diagonal().array() += f.l2;
    const Eigen::LLT<Eigen::MatrixXd> metric(bound);
    struct pair {
        features s, y;
        double rho;
    };
    std::deque<pair> memory;
    features g, next_g;
    double loss = f.at(w, g);
    for (iterations = 0; iterations < 500 && g.cwiseAbs().maxCoeff() > 1e-5; ++iterations) {
        features d = -g;
        std::vector<double> alpha;
        for (auto p = memory.rbegin(); p != memory.rend(); ++p) alpha.push_back(p->rho * inner(p->s, d)), d -= alpha.back() * p->y;
        d = metric.solve(d);
        for (auto& p : memory) d += (alpha.back() - p.rho * inner(p.y, d)) * p.s, alpha.pop_back();
        double step = 1, next = 0;
        const double slope = inner(g, d);
        features moved;
        for (; step > 1e-10; step /= 2) {
            moved = w + step * d, next = f.at(moved, next_g);
            if (next <= loss + 1e-4 * step * slope) break;
        }
        if (step <= 1e-10) break;  // as low as rounding lets it come
        const features s = moved - w, y = next_g - g;
        if (const double sy = inner(s, y); sy > 0) memory.push_back({s, y, 1 / sy});
        if (memory.size() > 20) memory.pop_front();
        w = moved, g = next_g, loss = next;
    }
    return w;
}

double accuracy(features const& z, std::vector<int> const& label, features const& w) {
    const features score = z * w;
    double right = 0;
    for (Index i = 0; i < score.rows(); ++i) {
        Index best = 0;
        for (Index j = 1; j < score.cols(); ++j)
            if (score(i, j) > score(i, best)) best = j;
        right += best == label[std::size_t(i)];
    }
    return right / double(score.rows());
}

}  // namespace

probed linear_probe(labelled_features train, labelled_features validation, labelled_features test, isotypic::thread_pool& pool) {
    const Index d = train.x.cols();
    const Eigen::RowVectorXd mean = train.x.colwise().mean();
    const Eigen::RowVectorXd deviation = ((train.x.rowwise() - mean).array().square().colwise().mean() + 1e-12).sqrt();
    for (labelled_features* f : {&train, &validation, &test}) {
        features z(f->x.rows(), d + 1);
        z.leftCols(d) = (f->x.rowwise() - mean).array().rowwise() / deviation.array();
        z.col(d).setOnes();
        f->x = std::move(z);
    }
    const Index classes = 1 + *std::max_element(train.label.begin(), train.label.end());
    probed best;
    features w = features::Zero(d + 1, classes);
    for (double l2 : {1e-2, 1e-3, 1e-4}) {
        objective f{train.x, train.label, l2, pool};
        long iterations = 0;
        w = minimum(f, w, iterations);
        const double validated = accuracy(validation.x, validation.label, w);
        if (validated > best.validation) best = {validated, accuracy(test.x, test.label, w), l2, iterations};
    }
    return best;
}

}  // namespace sepnorm
