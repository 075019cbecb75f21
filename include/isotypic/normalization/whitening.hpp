// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_product.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <Eigen/Eigenvalues>

/// \file
/// Samples and features both isotropic: the n x d activations brought to singular values of sqrt(n),
///
///     N(X) = X (X'X / n + eps I)^(-1/2),    sqrt(n) times the polar factor where eps = 0
///
/// so that N(X)'N(X) = n I if d <= n. Gradient of sqrt(n) times the nuclear norm: a symmetric Jacobian. With V and l the eigenvectors
/// and eigenvalues of X'X / n, M = (X'X / n + eps I)^(-1/2), P = X'T / n and * entry-wise,
///
///     J T = T M + X V (D * V'(P + P')V) V',    D_ij = -1 / (a_i a_j (a_i + a_j)),  a = sqrt(l + eps)
///
/// `centred_whitening` (ZCA) is the same between two centrings over the samples.
///
/// With eps = 0 directions whose singular value is within rounding of 0 go to 0, and there is no derivative there: error. Works in
/// double, allocates, and includes Eigen's decompositions: isotypic.hpp does not bring it. All items of a batch are one X.
namespace isotypic {

/// See the file's comment.
struct whitening {
    double eps = 0;
    using commutes_with = symmetry<orthogonal, orthogonal>;
    using takes_out = modulo::one_scale;
    static constexpr char const* name = "whitening";
    static constexpr bool centred = false;
};
/// See the file's comment.
struct centred_whitening {
    double eps = 0;
    using commutes_with = symmetry<permutation, orthogonal>;
    using takes_out = modulo::one_scale_and_feature_shift;
    static constexpr char const* name = "centred whitening";
    static constexpr bool centred = true;
};

template <class Core>
concept whitening_core = std::is_same_v<Core, whitening> || std::is_same_v<Core, centred_whitening>;

/// As every normalizer, without running statistics and parameters.
template <whitening_core Core, class Features>
class normalizer<Core, Features> {
    static_assert(subgroup_of<Features, orthogonal>, "this core does not commute with what its normalizer is declared to commute with");

public:
    explicit normalizer(Core rule = {}, std::string what = Core::name, executor_ref threads = {}) : core(rule), name(std::move(what)), device(threads) {
        detail::require_eps(name, core.eps);
    }

    template <class X, class Y>
    void forward(X&& input, Y&& result) {
        const auto x = detail::to_read(std::forward<X>(input));
        const auto y = as_blocks(std::forward<Y>(result));
        require(x.same_shape(y), "the result", x, y);
        if (x.joined) throw error("isotypic: " + name + ": a joined pair is two arrays: normalize one after the other");
        ready = false;
        if (Core::centred && x.count * x.rows() == 1) throw error("isotypic: " + name + ": one sample has no covariance");
        detail::require_finite(name, x);
        if (!x.size()) throw error("isotypic: " + name + ": the input is " + detail::axes_text(x));
        double most = 0;
        each(x, [&](auto v, index_t, index_t) { most = (std::max)(most, std::abs(double(v))); });
        power = most > 0 ? std::exp2(-exponent_of(most)) : 1;
        const Eigen::MatrixXd a = gathered(x, power);
        const double n = double(x.count * x.rows());
        Eigen::MatrixXd gram(a.cols(), a.cols());
        product(1 / n, a, true, a, false, gram);
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(gram);
        vectors = solved.eigenvectors(), roots = solved.eigenvalues().cwiseMax(0);
        const double rounding = double((std::max)(a.rows(), a.cols())) * std::numeric_limits<double>::epsilon() * roots.maxCoeff();
        singular = false;
        for (double& l : roots) {
            if (core.eps == 0 && !(l > rounding)) l = std::numeric_limits<double>::infinity(), singular = true;
            l = std::sqrt(l + core.eps * power * power);
        }
        Eigen::MatrixXd z(a.rows(), a.cols());
        product(1, a, false, inverse_root(), false, z);
        scatter(z, 1, y);
        items = x.count, rows = x.rows(), features = x.cols(), ready = true;
    }

    template <class X, class D, class R>
    void jvp(X&& input, D&& direction, R&& result) {
        const auto x = detail::to_read(std::forward<X>(input));
        const auto t = detail::to_read(std::forward<D>(direction));
        const auto out = as_blocks(std::forward<R>(result));
        if (!ready || x.count != items || x.rows() != rows || x.cols() != features)
            throw error("isotypic: " + name + ": a derivative at an input of " + detail::axes_text(x) + " without a forward pass there");
        require(x.same_shape(t), "the direction", x, t), require(x.same_shape(out), "the result", x, out);
        if (singular) throw error("isotypic: " + name + ": no derivative where features or samples are dependent and eps = 0");
        const Eigen::MatrixXd a = gathered(x, power), b = gathered(t, 1);
        const index_t k = a.cols();
        Eigen::MatrixXd p(k, k), z(a.rows(), k), turned(k, k);
        product(1 / double(x.count * x.rows()), a, true, b, false, p);
        p += p.transpose().eval();
        product(1, vectors, true, p, false, turned), product(1, turned, false, vectors, false, p);
        for (index_t i = 0; i < k; ++i)
            for (index_t j = 0; j < k; ++j) p(i, j) *= -1 / (roots[i] * roots[j] * (roots[i] + roots[j]));
        product(1, vectors, false, p, false, turned), product(1, turned, false, vectors, true, p);
        product(1, b, false, inverse_root(), false, z);
        Eigen::MatrixXd second(a.rows(), k);
        product(1, a, false, p, false, second);
        z += second;
        if (Core::centred) centre(z, a.rows() == x.count * x.rows());
        scatter(z, power, out);
    }
    /// The same: J is symmetric.
    template <class X, class D, class R>
    void vjp(X&& input, D&& cotangent, R&& result) {
        jvp(std::forward<X>(input), std::forward<D>(cotangent), std::forward<R>(result));
    }

private:
    Core core;
    std::string name;
    cpu device;
    Eigen::MatrixXd vectors;  ///< of the smaller Gram matrix of the input times `power`
    Eigen::VectorXd roots;    ///< a
    double power = 1;
    index_t items = 0, rows = 0, features = 0;
    bool ready = false, singular = false;

    template <class A, class B>
    void require(bool holds, char const* what, A const& x, B const& y) const {
        if (!holds) throw error("isotypic: " + name + ": " + what + " is " + detail::axes_text(y) + ", the input " + detail::axes_text(x));
    }
    /// f(x, sample, feature) for each number.
    template <class T, class F>
    static void each(blocks<T> const& x, F const& f) {
        for (index_t k = 0; k < x.count && x.size(); ++k)
            for (index_t i = 0; i < x.rows(); ++i)
                for (index_t j = 0; j < x.cols(); ++j) f(x.panel(k)(i, j), k * x.rows() + i, j);
    }
    /// s X, or its transpose if that is taller; centred over the samples if the core says so.
    template <class T>
    Eigen::MatrixXd gathered(blocks<T const> const& x, double s) const {
        const index_t n = x.count * x.rows(), d = x.cols();
        Eigen::MatrixXd a((std::max)(n, d), (std::min)(n, d));
        each(x, [&](T v, index_t i, index_t j) { (n >= d ? a(i, j) : a(j, i)) = s * double(v); });
        if (Core::centred) centre(a, n >= d);
        return a;
    }
    static void centre(Eigen::MatrixXd& a, bool by_columns) {
        for (index_t j = 0; j < (by_columns ? a.cols() : a.rows()); ++j) {
            const index_t n = by_columns ? a.rows() : a.cols();
            double mean = 0;
            for (index_t i = 0; i < n; ++i) mean += (by_columns ? a(i, j) : a(j, i)) / double(n);
            for (index_t i = 0; i < n; ++i) (by_columns ? a(i, j) : a(j, i)) -= mean;
        }
    }
    template <class T>
    static void scatter(Eigen::MatrixXd const& z, double s, blocks<T> const& y) {
        const bool tall = z.rows() == y.count * y.rows();
        for (index_t k = 0; k < y.count; ++k)
            for (index_t i = 0; i < y.rows(); ++i)
                for (index_t j = 0; j < y.cols(); ++j) y.panel(k)(i, j) = T(s * (tall ? z(k * y.rows() + i, j) : z(j, k * y.rows() + i)));
    }
    void product(double alpha, Eigen::MatrixXd const& a, bool turn_a, Eigen::MatrixXd const& b, bool turn_b, Eigen::MatrixXd& c) {
        const view<double const> left = as_view(a), right = as_view(b);
        multiply(device, alpha, turn_a ? left.transposed() : left, turn_b ? right.transposed() : right, 0, as_view(c));
    }
    Eigen::MatrixXd inverse_root() {
        Eigen::MatrixXd m(roots.size(), roots.size());
        product(1, vectors * roots.cwiseInverse().asDiagonal(), false, vectors, true, m);
        return m;
    }
};

}  // namespace isotypic
