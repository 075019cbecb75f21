// SPDX-License-Identifier: MIT
#pragma once
#include <zoo/zoo.hpp>

#include <cmath>
#include <limits>
#include <numeric>

/// \file
/// Published update rules as plain functions U_t of the gradients g_1 .. g_t of one m x n block (outputs x inputs),
/// written from their formulas and without this library. A copy of a rule copies its state; a fresh one has none.
/// M is the momentum, X its Nesterov combination; learning rates, weights and decay are left out.
/// Where a source gives no eps there is none here; where it gives one it is absolute, as published.
/// Products, norms and factors are functions of whole matrices, so that Eigen's templates are compiled once for each.
namespace zoo {

template <class T>
using vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// a X + b Y.
template <class T>
matrix<T> mixed(double a, matrix<T> const& x, double b, matrix<T> const& y) {
    return T(a) * x + T(b) * y;
}

/// s <- keep s + add x, and s starts at zero.
template <class T>
void blend(matrix<T>& s, double keep, double add, matrix<T> const& x) {
    if (s.size() == 0) s = matrix<T>::Zero(x.rows(), x.cols());
    s = mixed<T>(keep, s, add, x);
}

template <class T>
matrix<T> product(matrix<T> const& x, matrix<T> const& y) {
    return x.lazyProduct(y);
}

template <class T>
matrix<T> transpose(matrix<T> const& x) {
    return x.transpose();
}

/// X X'.
template <class T>
matrix<T> gram(matrix<T> const& x) {
    return product<T>(x, transpose<T>(x));
}

template <class T>
vector<T> row_norms(matrix<T> const& x) {
    return x.rowwise().norm();
}

/// Row i times d_i.
template <class T>
matrix<T> rows_times(vector<T> const& d, matrix<T> x) {
    for (Eigen::Index j = 0; j < x.cols(); ++j)
        for (Eigen::Index i = 0; i < x.rows(); ++i) x(i, j) *= d(i);
    return x;
}

template <class T>
matrix<T> squares(matrix<T> const& x) {
    return x.cwiseProduct(x);
}

template <class T>
matrix<T> signs(matrix<T> const& x) {
    return x.unaryExpr([](T a) { return T((a > 0) - (a < 0)); });
}

/// x_ij / (v_ij^(1/2) + eps).
template <class T>
matrix<T> over_root(matrix<T> const& x, matrix<T> const& v, double eps) {
    return x.array() / (v.array().sqrt() + T(eps));
}

/// 1 - b^t.
template <class T>
T unbias(double b, int t) {
    return T(1 - std::pow(b, t));
}

template <class T>
matrix<T> unit_rows(matrix<T> const& x) {
    return rows_times<T>(row_norms<T>(x).cwiseInverse(), x);
}

/// x_i / (|x_i| + eps).
template <class T>
matrix<T> soft_unit_rows(matrix<T> const& x, double eps) {
    return rows_times<T>((row_norms<T>(x).array() + T(eps)).inverse(), x);
}

template <class T>
matrix<T> unit_columns(matrix<T> const& x) {
    return transpose<T>(unit_rows<T>(transpose<T>(x)));
}

/// (I - 11'/m) X.
template <class T>
matrix<T> centre(matrix<T> const& x) {
    return x.rowwise() - x.colwise().mean();
}

/// X (I - 11'/n).
template <class T>
matrix<T> without_row_means(matrix<T> const& x) {
    return transpose<T>(centre<T>(transpose<T>(x)));
}

/// X = sum of s_i u_i v_i', the columns of u and v, s falling; what is zero up to rounding has zero s and u.
template <class T>
struct triples {
    matrix<T> u, v;
    vector<T> s;
};

/// One-sided Jacobi: columns of X turn in pairs until all are orthogonal.
template <class T>
triples<T> singular_triples(matrix<T> const& x) {
    if (x.rows() < x.cols()) {
        triples<T> t = singular_triples<T>(x.transpose());
        t.u.swap(t.v);
        return t;
    }
    const Eigen::Index m = x.rows(), n = x.cols();
    const T most = x.size() > 0 ? x.cwiseAbs().maxCoeff() : T(0), unit = most > 0 ? most : T(1);
    matrix<T> w(m + n, n);
    w << x / unit, matrix<T>::Identity(n, n);
    const T eps = std::numeric_limits<T>::epsilon(), least = eps * w.topRows(m).norm();
    bool turning = true;
    for (int sweep = 0; turning && sweep < 40; ++sweep) {
        turning = false;
        for (Eigen::Index p = 0; p < n; ++p)
            for (Eigen::Index q = p + 1; q < n; ++q) {
                T a = 0, b = 0, c = 0, *const x_p = w.col(p).data(), *const x_q = w.col(q).data();
                for (Eigen::Index i = 0; i < m; ++i) {
                    a += x_p[i] * x_p[i];
                    b += x_q[i] * x_q[i];
                    c += x_p[i] * x_q[i];
                }
                if (std::min(a, b) <= least * least || std::abs(c) <= T(m) * eps * std::sqrt(a) * std::sqrt(b)) continue;
                turning = true;
                const T z = (b - a) / (2 * c), tangent = std::copysign(1 / (std::abs(z) + std::sqrt(1 + z * z)), z);
                const T cosine = 1 / std::sqrt(1 + tangent * tangent), sine = cosine * tangent;
                for (Eigen::Index i = 0; i < m + n; ++i) {
                    const T y = x_p[i];
                    x_p[i] = cosine * y - sine * x_q[i];
                    x_q[i] = sine * y + cosine * x_q[i];
                }
            }
    }
    const vector<T> size = w.topRows(m).colwise().norm();
    std::vector<Eigen::Index> order(std::size_t(n), 0);
    std::iota(order.begin(), order.end(), Eigen::Index(0));
    std::sort(order.begin(), order.end(), [&](Eigen::Index p, Eigen::Index q) { return size(p) > size(q); });
    triples<T> t{matrix<T>::Zero(m, n), matrix<T>::Zero(n, n), vector<T>::Zero(n)};
    for (Eigen::Index j = 0; j < n; ++j) {
        const Eigen::Index p = order[std::size_t(j)];
        t.v.col(j) = w.col(p).tail(n);
        if (size(p) <= 64 * least) continue;
        t.u.col(j) = w.col(p).head(m) / size(p);
        t.s(j) = unit * size(p);
    }
    return t;
}

/// sum of h(s_i, i) u_i v_i', zero singular values left out.
template <class T>
matrix<T> singular_map(matrix<T> const& x, std::function<T(T, Eigen::Index)> const& h) {
    triples<T> t = singular_triples<T>(x);
    for (Eigen::Index j = 0; j < t.s.size(); ++j)
        if (t.s(j) > 0) t.u.col(j) *= h(t.s(j), j);
    return product<T>(t.u, transpose<T>(t.v));
}

template <class T>
matrix<T> polar(matrix<T> const& x) {
    return singular_map<T>(x, [](T, Eigen::Index) { return T(1); });
}

/// One step X <- a X + (b A + c A^2) X with A = X X'.
template <class T>
matrix<T> quintic(matrix<T> const& x, double a, double b, double c) {
    const matrix<T> g = gram<T>(x);
    return mixed<T>(a, x, 1, product<T>(mixed<T>(b, g, c, product<T>(g, g)), x));
}

/// Five quintic steps of Muon from X / (|X|_F + 1e-7), tall inputs transposed.
template <class T>
matrix<T> newton_schulz(matrix<T> const& x) {
    if (x.rows() > x.cols()) return transpose<T>(newton_schulz<T>(transpose<T>(x)));
    matrix<T> y = x / (x.norm() + T(1e-7));
    for (int k = 0; k < 5; ++k) y = quintic<T>(y, 3.4445, -4.7750, 2.0315);
    return y;
}

/// C^p of a symmetric semidefinite C, eigenvalues lifted to at least `least`.
template <class T>
matrix<T> power(matrix<T> const& c, double p, T least) {
    const triples<T> t = singular_triples<T>(c);
    const vector<T> l = t.s.unaryExpr([&](T a) { return T(std::pow(std::max(a, least), T(p))); });
    return product<T>(t.v, rows_times<T>(l, transpose<T>(t.v)));
}

/// C + share tr(C)/n I.
template <class T>
matrix<T> damped(matrix<T> c, double share) {
    c.diagonal().array() += T(share) * c.trace() / T(c.rows());
    return c;
}

/// (C + 1e-4 tr(C)/n I)^p.
template <class T>
matrix<T> damped_power(matrix<T> const& c, double p) {
    return power<T>(damped<T>(c, 1e-4), p, T(1e-4) * c.trace() / T(c.rows()));
}

/// Of a symmetric semidefinite C.
template <class T>
matrix<T> eigenvectors(matrix<T> const& c) {
    return singular_triples<T>(c).v;
}

/// The orthonormal factor of a thin QR whose R has a positive diagonal: Gram and Schmidt, each column three times.
template <class T>
matrix<T> orthonormal(matrix<T> const& x) {
    matrix<T> q = x;
    for (Eigen::Index j = 0; j < q.cols(); ++j)
        for (int time = 0; time < 3; ++time) {
            for (Eigen::Index k = 0; k < j; ++k) q.col(j) -= q.col(k).dot(q.col(j)) * q.col(k);
            q.col(j) /= q.col(j).norm();
        }
    return q;
}

/// sqrt(max(1, m/n)).
template <class T>
T tall_factor(matrix<T> const& x) {
    return std::sqrt(std::max(T(1), T(x.rows()) / T(x.cols())));
}

/// 0.2 sqrt(max(m, n)).
template <class T>
T side_factor(matrix<T> const& x) {
    return T(0.2) * std::sqrt(T(std::max(x.rows(), x.cols())));
}

/// M <- 0.95 M + 0.05 G, X = 0.05 G + 0.95 M.
template <class T>
struct nesterov_average {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 0.05, g);
        return mixed<T>(0.05, g, 0.95, m);
    }
};

// U = G
template <class T>
struct sgd {
    matrix<T> operator()(matrix<T> const& g) { return g; }
};

// U = M, M <- 0.9 M + G
template <class T>
struct sgd_momentum {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.9, 1, g);
        return m;
    }
};

// U = G + 0.9 M, M <- 0.9 M + G
template <class T>
struct nesterov {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.9, 1, g);
        return mixed<T>(1, g, 0.9, m);
    }
};

// U = G / |G|_F
template <class T>
struct normalized_sgd {
    matrix<T> operator()(matrix<T> const& g) { return g / g.norm(); }
};

// U = G / max_ij |g_ij|
template <class T>
struct entry_max {
    matrix<T> operator()(matrix<T> const& g) { return g / g.cwiseAbs().maxCoeff(); }
};

// U = G min(1, 1 / |G|_F), arXiv 1211.5063
template <class T>
struct clip_frobenius {
    matrix<T> operator()(matrix<T> const& g) { return g * std::min(T(1), T(1) / g.norm()); }
};

// U = G min(1, 1 / max_ij |g_ij|)
template <class T>
struct clip_max {
    matrix<T> operator()(matrix<T> const& g) { return g * std::min(T(1), T(1) / g.cwiseAbs().maxCoeff()); }
};

// u_ij = min(max(g_ij, -1/2), 1/2)
template <class T>
struct clip_entries {
    matrix<T> operator()(matrix<T> const& g) { return g.cwiseMax(T(-0.5)).cwiseMin(T(0.5)); }
};

// U = G (I - 11'/n), gradient centralization over the inputs of each output, arXiv 2004.01461
template <class T>
struct centralize_rows {
    matrix<T> operator()(matrix<T> const& g) { return without_row_means<T>(g); }
};

// U = (I - 11'/m) G, gradient centralization where the layout is inputs x outputs, arXiv 2004.01461
template <class T>
struct centralize_columns {
    matrix<T> operator()(matrix<T> const& g) { return centre<T>(g); }
};

// U = sign(G), arXiv 1802.04434
template <class T>
struct sign_sgd {
    matrix<T> operator()(matrix<T> const& g) { return signs<T>(g); }
};

// U = sign(M), M <- 0.9 M + 0.1 G, arXiv 1802.04434
template <class T>
struct signum {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.9, 0.1, g);
        return signs<T>(m);
    }
};

// U = sign(0.9 M + 0.1 G), then M <- 0.99 M + 0.01 G, arXiv 2302.06675
template <class T>
struct lion {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        matrix<T> x = m;
        blend<T>(x, 0.9, 0.1, g);
        blend<T>(m, 0.99, 0.01, g);
        return signs<T>(x);
    }
};

/// The averages of Adam: m with 0.9, v with 0.999, both without their bias.
template <class T>
struct adam_moments {
    matrix<T> m, v;
    int t = 0;
    void see(matrix<T> const& g) {
        ++t;
        blend<T>(m, 0.9, 0.1, g);
        blend<T>(v, 0.999, 0.001, squares<T>(g));
    }
    matrix<T> first() const { return m / unbias<T>(0.9, t); }
    matrix<T> second() const { return v / unbias<T>(0.999, t); }
    matrix<T> direction() const { return over_root<T>(first(), second(), 1e-8); }
};

// u = mh / (sqrt(vh) + 1e-8), arXiv 1412.6980
template <class T>
struct adam {
    adam_moments<T> s;
    matrix<T> operator()(matrix<T> const& g) {
        s.see(g);
        return s.direction();
    }
};

// u = mh / sqrt(vh + 1e-8), Adam (arXiv 1412.6980) with eps inside the root
template <class T>
struct adam_inside {
    adam_moments<T> s;
    matrix<T> operator()(matrix<T> const& g) {
        s.see(g);
        return s.first().array() / (s.second().array() + T(1e-8)).sqrt();
    }
};

// u = atan2(mh, sqrt(vh)), arXiv 2407.05872
template <class T>
struct adam_atan2 {
    adam_moments<T> s;
    matrix<T> operator()(matrix<T> const& g) {
        s.see(g);
        return s.first().binaryExpr(s.second(), [](T a, T b) { return std::atan2(a, std::sqrt(b)); });
    }
};

// u = m / (sqrt(w) + 1e-8), w <- max(w, v), arXiv 1904.09237
template <class T>
struct amsgrad {
    adam_moments<T> s;
    matrix<T> w;
    matrix<T> operator()(matrix<T> const& g) {
        s.see(g);
        w = w.size() == 0 ? s.v : matrix<T>(w.cwiseMax(s.v));
        return over_root<T>(s.m, w, 1e-8);
    }
};

// u = g / (sqrt(v) + 1e-8), v <- v + g^2 (Duchi, Hazan, Singer 2011)
template <class T>
struct adagrad {
    matrix<T> v;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(v, 1, 1, squares<T>(g));
        return over_root<T>(g, v, 1e-8);
    }
};

// u = g / (sqrt(v) + 1e-8), v <- 0.99 v + 0.01 g^2 (Tieleman, Hinton 2012)
template <class T>
struct rmsprop {
    matrix<T> v;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(v, 0.99, 0.01, squares<T>(g));
        return over_root<T>(g, v, 1e-8);
    }
};

// u = (0.9 m / (1 - 0.9^(t+1)) + 0.1 g / (1 - 0.9^t)) / (sqrt(vh) + 1e-8) (Dozat 2016)
template <class T>
struct nadam {
    adam_moments<T> s;
    matrix<T> operator()(matrix<T> const& g) {
        s.see(g);
        const matrix<T> x = mixed<T>(0.9 / unbias<T>(0.9, s.t + 1), s.m, 0.1 / unbias<T>(0.9, s.t), g);
        return over_root<T>(x, s.second(), 1e-8);
    }
};

// u = mh / w, w <- max(0.999 w, |g|), arXiv 1412.6980 section 7.1
template <class T>
struct adamax {
    matrix<T> m, w;
    int t = 0;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.9, 0.1, g);
        const matrix<T> a = g.cwiseAbs();
        w = w.size() == 0 ? a : matrix<T>((T(0.999) * w).cwiseMax(a));
        return (m / unbias<T>(0.9, ++t)).cwiseQuotient(w);
    }
};

// u = mh / (sqrt(sh) + 1e-8), s <- 0.999 s + 0.001 (g - m)^2 + 1e-8, arXiv 2010.07468
template <class T>
struct ada_belief {
    matrix<T> m, s;
    int t = 0;
    matrix<T> operator()(matrix<T> const& g) {
        ++t;
        blend<T>(m, 0.9, 0.1, g);
        blend<T>(s, 0.999, 0.001, squares<T>(mixed<T>(1, g, -1, m)));
        s.array() += T(1e-8);
        return over_root<T>(m / unbias<T>(0.9, t), s / unbias<T>(0.999, t), 1e-8);
    }
};

// u = mh where r_t <= 4, else mh sqrt(rectification) / (sqrt(vh) + 1e-8); r_t = r - 2 t b^t / (1 - b^t), r = 2/(1-b) - 1, arXiv 1908.03265
template <class T>
struct radam {
    adam_moments<T> s;
    matrix<T> operator()(matrix<T> const& g) {
        s.see(g);
        const double b = 0.999, bt = std::pow(b, s.t), r = 2 / (1 - b) - 1, rt = r - 2 * s.t * bt / (1 - bt);
        if (rt <= 4) return s.first();
        return T(std::sqrt((rt - 4) * (rt - 2) * r / ((r - 4) * (r - 2) * rt))) * s.direction();
    }
};

// U = Y / max(1, rms(Y)), Y = G / sqrt(V), V = r c' / (1'r), r and c averages of the row and column sums of G^2, beta = 1 - t^-0.8, arXiv 1804.04235
template <class T>
struct adafactor {
    matrix<T> r, c;
    int t = 0;
    matrix<T> operator()(matrix<T> const& g) {
        const double beta = 1 - std::pow(++t, -0.8);
        const matrix<T> q = squares<T>(g);
        blend<T>(r, beta, 1 - beta, q.rowwise().sum());
        blend<T>(c, beta, 1 - beta, q.colwise().sum());
        const matrix<T> y = over_root<T>(g, product<T>(r, c / r.sum()), 0);
        return y / std::max(T(1), y.norm() / std::sqrt(T(y.size())));
    }
};

// u = g / sqrt(v), v_ij = min(r_i, c_j) + g_ij^2, then r_i = max_j v_ij, c_j = max_i v_ij, arXiv 1901.11150
template <class T>
struct sm3 {
    vector<T> r, c;
    matrix<T> operator()(matrix<T> const& g) {
        if (r.size() == 0) r = vector<T>::Zero(g.rows()), c = vector<T>::Zero(g.cols());
        matrix<T> v = squares<T>(g);
        for (Eigen::Index i = 0; i < v.rows(); ++i)
            for (Eigen::Index j = 0; j < v.cols(); ++j) v(i, j) += std::min(r(i), c(j));
        r = v.rowwise().maxCoeff();
        c = v.colwise().maxCoeff().transpose();
        return over_root<T>(g, v, 0);
    }
};

// u_i = m_i / (|m_i| + 1e-8), M <- 0.95 M + 0.05 G, arXiv 2603.20527
template <class T>
struct rmnp {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 0.05, g);
        return soft_unit_rows<T>(m, 1e-8);
    }
};

// u_i = g_i / max(rms(g_i), 1e-8), the outputs of a linear layer, arXiv 2506.16659
template <class T>
struct scale_rows {
    matrix<T> operator()(matrix<T> const& g) {
        const vector<T> rms = row_norms<T>(g) / std::sqrt(T(g.cols()));
        return rows_times<T>(rms.cwiseMax(T(1e-8)).cwiseInverse(), g);
    }
};

// u_j = g_j / max(rms(g_j), 1e-8) for columns, the features of an embedding, arXiv 2506.16659
template <class T>
struct scale_columns {
    matrix<T> operator()(matrix<T> const& g) { return transpose<T>(scale_rows<T>{}(transpose<T>(g))); }
};

// u_j = sqrt(m) d_j / |d_j| for columns, D <- 0.9 D + 0.1 G, arXiv 2502.07529
template <class T>
struct column_norm {
    matrix<T> d;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(d, 0.9, 0.1, g);
        return std::sqrt(T(g.rows())) * unit_columns<T>(d);
    }
};

// five times: rows to norm sqrt(n), then columns to norm sqrt(m), arXiv 2502.06742
template <class T>
struct sink_gd {
    matrix<T> operator()(matrix<T> const& g) {
        matrix<T> x = g;
        for (int k = 0; k < 5; ++k) {
            x = std::sqrt(T(g.cols())) * unit_rows<T>(x);
            x = std::sqrt(T(g.rows())) * unit_columns<T>(x);
        }
        return x;
    }
};

// S = rows of G less their mean over their standard deviation, U = (SS')^{-1/2} S rescaled to |S|_F (pseudo-inverse root), arXiv 2412.13148
template <class T>
struct swan {
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> s = std::sqrt(T(g.cols())) * unit_rows<T>(without_row_means<T>(g));
        const matrix<T> u = polar<T>(s);
        return u * (s.norm() / u.norm());
    }
};

// U = sqrt(max(1, m/n)) NS5(X) (Jordan et al. 2024)
template <class T>
struct muon {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) { return tall_factor<T>(g) * newton_schulz<T>(x(g)); }
};

// U = sqrt(max(1, m/n)) polar(X) (Jordan et al. 2024, exact)
template <class T>
struct muon_exact {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) { return tall_factor<T>(g) * polar<T>(x(g)); }
};

// U = 0.2 sqrt(max(m, n)) NS5(G + 0.95 M), M <- 0.95 M + G, arXiv 2502.16982
template <class T>
struct moonlight {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 1, g);
        return side_factor<T>(g) * newton_schulz<T>(mixed<T>(1, g, 0.95, m));
    }
};

// five quintic steps with one triple of coefficients each, from X / (1.02 |X|_F + 1e-6), arXiv 2505.16932
template <class T>
struct polar_express {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) {
        constexpr double c[5][3] = {{8.156554524902461, -22.48329292557795, 15.878769915207462},
                                    {4.042929935166739, -2.808917465908714, 0.5000178451051316},
                                    {3.8916678022926607, -2.772484153217685, 0.5060648178503393},
                                    {3.285753657755655, -2.3681294933425376, 0.46449024233003106},
                                    {2.3465413258596377, -1.7097828382687081, 0.42323551169305323}};
        const bool tall = g.rows() > g.cols();
        matrix<T> y = x(g);
        if (tall) y = transpose<T>(y);
        y /= T(1.02) * y.norm() + T(1e-6);
        for (auto const& k : c) y = quintic<T>(y, k[0], k[1], k[2]);
        return tall ? transpose<T>(y) : y;
    }
};

/// O / (sqrt(v) + 1e-10) rescaled to |O|_F, v <- 0.95 v + 0.05 rowmean(O^2), and sqrt(max(1, m/n)).
template <class T>
struct neuron_norm {
    matrix<T> v;
    matrix<T> operator()(matrix<T> const& o) {
        blend<T>(v, 0.95, 0.05, squares<T>(o).rowwise().mean());
        const matrix<T> u = rows_times<T>(over_root<T>(matrix<T>::Ones(o.rows(), 1), v, 1e-10), o);
        return tall_factor<T>(o) * o.norm() / u.norm() * u;
    }
};

// O = NS5(X) over the root of an average of its rows' mean squares, rescaled to |O|_F, sqrt(max(1, m/n)), arXiv 2510.05491
template <class T>
struct nor_muon {
    nesterov_average<T> x;
    neuron_norm<T> rows;
    matrix<T> operator()(matrix<T> const& g) { return rows(newton_schulz<T>(x(g))); }
};

// the same with O = polar(X), arXiv 2510.05491
template <class T>
struct nor_muon_exact {
    nesterov_average<T> x;
    neuron_norm<T> rows;
    matrix<T> operator()(matrix<T> const& g) { return rows(polar<T>(x(g))); }
};

// O = NS5(sign X), v <- 0.95 v + 0.05 O^2, Y = O / (sqrt(v) + 1e-8), U = 0.2 sqrt(mn) Y / |Y|_F, arXiv 2507.11005
template <class T>
struct ada_muon {
    nesterov_average<T> x;
    matrix<T> v;
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> o = newton_schulz<T>(signs<T>(x(g)));
        blend<T>(v, 0.95, 0.05, squares<T>(o));
        const matrix<T> y = over_root<T>(o, v, 1e-8);
        return T(0.2) * std::sqrt(T(y.size())) / y.norm() * y;
    }
};

// U = polar(M) |M|_F / sqrt(v), v <- 0.99 v + 0.01 |G|_F^2, arXiv 2602.17080
template <class T>
struct namo {
    matrix<T> m;
    T v = 0;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 0.05, g);
        v = T(0.99) * v + T(0.01) * g.squaredNorm();
        return m.norm() / std::sqrt(v) * polar<T>(m);
    }
};

// U = NS5(M / sqrt(V + 1e-8)), V <- 0.95 V + 0.05 G^2, arXiv 2604.09967
template <class T>
struct muon_squared {
    matrix<T> m, v;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 0.05, g);
        blend<T>(v, 0.95, 0.05, squares<T>(g));
        return newton_schulz<T>(m.array() / (v.array() + T(1e-8)).sqrt());
    }
};

// U = 0.2 sqrt(max(m, n)) NS5(x_i / |x_i|), arXiv 2603.28254
template <class T>
struct muon_eq_row {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) { return side_factor<T>(g) * newton_schulz<T>(unit_rows<T>(x(g))); }
};

// U = 0.2 sqrt(max(m, n)) NS5(x_j / |x_j|) for columns, arXiv 2603.28254
template <class T>
struct muon_eq_column {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) { return side_factor<T>(g) * newton_schulz<T>(unit_columns<T>(x(g))); }
};

// U = 0.2 sqrt(max(m, n)) NS5(x_ij / (|row i| |column j|)), both norms those of X, arXiv 2603.28254
template <class T>
struct muon_eq_both {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> y = x(g);
        const matrix<T> z = transpose<T>(rows_times<T>(row_norms<T>(transpose<T>(y)).cwiseInverse(), transpose<T>(unit_rows<T>(y))));
        return side_factor<T>(g) * newton_schulz<T>(z);
    }
};

/// x_i / sqrt(|x_i|^2 + 1e-7), the normalisation of Muon+.
template <class T>
matrix<T> soft_rows(matrix<T> const& x) {
    return rows_times<T>((x.rowwise().squaredNorm().array() + T(1e-7)).rsqrt(), x);
}

template <class T>
matrix<T> soft_columns(matrix<T> const& x) {
    return transpose<T>(soft_rows<T>(transpose<T>(x)));
}

// O = polar(X), u_i = o_i / sqrt(|o_i|^2 + 1e-7), arXiv 2602.21545
template <class T>
struct muon_plus_row {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) { return soft_rows<T>(polar<T>(x(g))); }
};

// the same over columns, arXiv 2602.21545
template <class T>
struct muon_plus_column {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) { return soft_columns<T>(polar<T>(x(g))); }
};

// over columns, then over rows, arXiv 2602.21545
template <class T>
struct muon_plus_column_row {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) { return soft_rows<T>(soft_columns<T>(polar<T>(x(g)))); }
};

// tall: d_i = 1/|x_i|, U = polar(DX), d_i <- d_i ((n/m) / |u_i|^2)^{1/2}, U = polar(DX); wide: of the transpose; square: polar(X) (Aurora, tilde-research)
template <class T>
struct aurora {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> y = x(g);
        if (y.rows() == y.cols()) return polar<T>(y);
        return y.rows() > y.cols() ? tall(y) : transpose<T>(tall(transpose<T>(y)));
    }
    static matrix<T> tall(matrix<T> const& y) {
        vector<T> d = row_norms<T>(y).cwiseInverse();
        const matrix<T> u = polar<T>(rows_times<T>(d, y));
        d = std::sqrt(T(y.cols()) / T(y.rows())) * d.cwiseQuotient(row_norms<T>(u));
        return polar<T>(rows_times<T>(d, y));
    }
};

/// M <- M + G, P = qr(MQ), R = M'P, Q <- next(R), M <- M - 0.05 PR', U = sqrt(m/n) PQ'; rank min(m, n), Q_0 = corner of I.
template <class T, matrix<T> (*next)(matrix<T> const&)>
struct power_iteration {
    matrix<T> m, q;
    matrix<T> operator()(matrix<T> const& g) {
        if (q.size() == 0) q = matrix<T>::Identity(g.cols(), std::min(g.rows(), g.cols()));
        blend<T>(m, 1, 1, g);
        const matrix<T> p = orthonormal<T>(product<T>(m, q)), r = product<T>(transpose<T>(m), p);
        m = mixed<T>(1, m, -0.05, product<T>(p, transpose<T>(r)));
        q = next(r);
        return std::sqrt(T(g.rows()) / T(g.cols())) * product<T>(p, transpose<T>(q));
    }
};

// Q <- unit columns of R, arXiv 2504.05295
template <class T>
using dion = power_iteration<T, unit_columns<T>>;

// Q <- qr(R), arXiv 2605.16341
template <class T>
using orth_dion = power_iteration<T, orthonormal<T>>;

// M <- M + G, U = polar of the quarter of M's rows (wide, square) or columns (tall) largest in l1, which decay by 0.95; else zero, arXiv 2512.16928
template <class T>
struct dion2 {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 1, 1, g);
        const bool tall = m.rows() > m.cols();
        matrix<T> x = tall ? transpose<T>(m) : m, u = matrix<T>::Zero(x.rows(), x.cols());
        std::vector<Eigen::Index> order(std::size_t(x.rows()));
        std::iota(order.begin(), order.end(), Eigen::Index(0));
        const vector<T> size = x.cwiseAbs().rowwise().sum();
        std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return size(a) > size(b); });
        order.resize((order.size() + 3) / 4);
        matrix<T> chosen(Eigen::Index(order.size()), x.cols());
        for (std::size_t k = 0; k < order.size(); ++k) chosen.row(Eigen::Index(k)) = x.row(order[k]);
        chosen = polar<T>(chosen);
        for (std::size_t k = 0; k < order.size(); ++k) {
            u.row(order[k]) = chosen.row(Eigen::Index(k));
            x.row(order[k]) *= T(0.95);
        }
        m = tall ? transpose<T>(x) : x;
        return tall ? transpose<T>(u) : u;
    }
};

// polar of each of two blocks of columns of X, of the whole X every second step, arXiv 2510.16981
template <class T>
struct muon_bp {
    nesterov_average<T> x;
    int t = 0;
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> y = x(g);
        if (++t % 2 == 0) return polar<T>(y);
        const Eigen::Index half = y.cols() / 2;
        matrix<T> u(y.rows(), y.cols());
        u.leftCols(half) = polar<T>(y.leftCols(half));
        u.rightCols(y.cols() - half) = polar<T>(y.rightCols(y.cols() - half));
        return u;
    }
};

// singular values s of M to s^0.125 (HTMuon)
template <class T>
struct ht_muon {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 0.05, g);
        return singular_map<T>(m, [](T s, Eigen::Index) { return T(std::pow(s, T(0.125))); });
    }
};

// U = (MM')^{-c} M, c = 1/4 (Freon)
template <class T>
struct freon {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 0.05, g);
        return singular_map<T>(m, [](T s, Eigen::Index) { return T(std::sqrt(s)); });
    }
};

// singular values s of M to min(s, 1), M <- 0.95 M + G (MuCon)
template <class T>
struct mu_con {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 1, g);
        return singular_map<T>(m, [](T s, Eigen::Index) { return std::min(s, T(1)); });
    }
};

// U = sum over the two largest singular values of M of u_i v_i', arXiv 2603.03597
template <class T>
struct nu_muon {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, 0.95, 0.05, g);
        return singular_map<T>(m, [](T, Eigen::Index i) { return i < 2 ? T(1) : T(0); });
    }
};

// Q = unit rows of X, L = tril(QQ'), U = 0.2 sqrt(max(m, n)) unit rows of L^{-1} Q, arXiv 2603.17970
template <class T>
struct mud {
    nesterov_average<T> x;
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> q = unit_rows<T>(x(g)), l = gram<T>(q);
        matrix<T> y = q;
        for (Eigen::Index i = 0; i < y.rows(); ++i) {
            for (Eigen::Index k = 0; k < i; ++k) y.row(i) -= l(i, k) * y.row(k);
            y.row(i) /= l(i, i);
        }
        return side_factor<T>(g) * unit_rows<T>(y);
    }
};

// U = |G|_* polar(G), spectral descent (Carlson et al. 2015)
template <class T>
struct ssd {
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> u = polar<T>(g);
        return g.cwiseProduct(u).sum() * u;
    }
};

// U = <G, polar(G)> M, M <- 0.95 M + 0.05 polar(G), PolarGrad polar first, arXiv 2505.21799
template <class T>
struct polar_first {
    matrix<T> m;
    matrix<T> operator()(matrix<T> const& g) {
        const matrix<T> u = polar<T>(g);
        blend<T>(m, 0.95, 0.05, u);
        return g.cwiseProduct(u).sum() * m;
    }
};

// U = NS5 of Adam's direction, arXiv 2605.07067
template <class T>
struct polar_adamw {
    adam_moments<T> s;
    matrix<T> operator()(matrix<T> const& g) {
        s.see(g);
        return newton_schulz<T>(s.direction());
    }
};

// U = L^{-1/4} G R^{-1/4}, L = sum GG' and R = sum G'G, each with 1e-4 of its mean eigenvalue added, arXiv 1802.09568
template <class T>
struct shampoo {
    matrix<T> l, r;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(l, 1, 1, gram<T>(g));
        blend<T>(r, 1, 1, gram<T>(transpose<T>(g)));
        return product<T>(product<T>(damped_power<T>(l, -0.25), g), damped_power<T>(r, -0.25));
    }
};

// U = L^{-1/4} G R^{-1/4}, L = 1e-4 I + sum GG', R = 1e-4 I + sum G'G, arXiv 1802.09568
template <class T>
struct shampoo_absolute {
    matrix<T> l, r;
    matrix<T> operator()(matrix<T> const& g) {
        if (l.size() == 0) {
            l = T(1e-4) * matrix<T>::Identity(g.rows(), g.rows());
            r = T(1e-4) * matrix<T>::Identity(g.cols(), g.cols());
        }
        blend<T>(l, 1, 1, gram<T>(g));
        blend<T>(r, 1, 1, gram<T>(transpose<T>(g)));
        return product<T>(product<T>(power<T>(l, -0.25, T(1e-4)), g), power<T>(r, -0.25, T(1e-4)));
    }
};

// U = L^{-1/2} G, L = sum GG' with 1e-4 of its mean eigenvalue added, one-sided Shampoo, arXiv 2503.20762
template <class T>
struct one_sided_shampoo {
    matrix<T> l;
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(l, 1, 1, gram<T>(g));
        return product<T>(damped_power<T>(l, -0.5), g);
    }
};

// U = A (A'MB / (sqrt(V) + 1e-8)) B', V average of (A'GB)^2, A, B eigenvectors of averages of GG', G'G; no update at first, arXiv 2409.11321
template <class T>
struct soap {
    matrix<T> m, v, l, r;
    matrix<T> operator()(matrix<T> const& g) {
        const bool first = m.size() == 0;
        blend<T>(m, 0.95, 0.05, g);
        blend<T>(l, 0.95, 0.05, gram<T>(g));
        blend<T>(r, 0.95, 0.05, gram<T>(transpose<T>(g)));
        if (first) return matrix<T>::Zero(g.rows(), g.cols());
        const matrix<T> a = eigenvectors<T>(l), b = eigenvectors<T>(r), to = transpose<T>(a);
        blend<T>(v, 0.95, 0.05, squares<T>(product<T>(product<T>(to, g), b)));
        const matrix<T> y = over_root<T>(product<T>(product<T>(to, m), b), v, 1e-8);
        return product<T>(product<T>(a, y), transpose<T>(b));
    }
};

// SOAP that rotates the smaller side alone (square: rows): U = A (A'M / (sqrt(V) + 1e-8)), V <- 0.95 V + 0.05 (A'G)^2, arXiv 2409.11321
template <class T>
struct one_sided_soap {
    matrix<T> m, v, l;
    matrix<T> operator()(matrix<T> const& g) {
        const bool tall = g.rows() > g.cols();
        const matrix<T> x = tall ? transpose<T>(g) : g;
        blend<T>(m, 0.95, 0.05, x);
        blend<T>(l, 0.95, 0.05, gram<T>(x));
        const matrix<T> a = eigenvectors<T>(l), to = transpose<T>(a);
        blend<T>(v, 0.95, 0.05, squares<T>(product<T>(to, x)));
        const matrix<T> u = product<T>(a, over_root<T>(product<T>(to, m), v, 1e-8));
        return tall ? transpose<T>(u) : u;
    }
};

template <class T>
std::vector<entry<T>> rules() {
    return {
        {"sgd", sgd<T>{}},
        {"sgd_momentum", sgd_momentum<T>{}},
        {"nesterov", nesterov<T>{}},
        {"normalized_sgd", normalized_sgd<T>{}},
        {"entry_max", entry_max<T>{}},
        {"clip_frobenius", clip_frobenius<T>{}},
        {"clip_max", clip_max<T>{}},
        {"clip_entries", clip_entries<T>{}},
        {"centralize_rows", centralize_rows<T>{}},
        {"centralize_columns", centralize_columns<T>{}},
        {"sign_sgd", sign_sgd<T>{}},
        {"signum", signum<T>{}},
        {"lion", lion<T>{}},
        {"adam", adam<T>{}},
        {"adam_inside", adam_inside<T>{}},
        {"adam_atan2", adam_atan2<T>{}},
        {"amsgrad", amsgrad<T>{}},
        {"adagrad", adagrad<T>{}},
        {"rmsprop", rmsprop<T>{}},
        {"nadam", nadam<T>{}},
        {"adamax", adamax<T>{}},
        {"ada_belief", ada_belief<T>{}},
        {"radam", radam<T>{}},
        {"adafactor", adafactor<T>{}},
        {"sm3", sm3<T>{}},
        {"rmnp", rmnp<T>{}},
        {"scale_rows", scale_rows<T>{}},
        {"scale_columns", scale_columns<T>{}},
        {"column_norm", column_norm<T>{}},
        {"sink_gd", sink_gd<T>{}},
        {"swan", swan<T>{}},
        {"muon", muon<T>{}},
        {"muon_exact", muon_exact<T>{}},
        {"moonlight", moonlight<T>{}},
        {"polar_express", polar_express<T>{}},
        {"nor_muon", nor_muon<T>{}},
        {"nor_muon_exact", nor_muon_exact<T>{}},
        {"ada_muon", ada_muon<T>{}},
        {"namo", namo<T>{}},
        {"muon_squared", muon_squared<T>{}},
        {"muon_eq_row", muon_eq_row<T>{}},
        {"muon_eq_column", muon_eq_column<T>{}},
        {"muon_eq_both", muon_eq_both<T>{}},
        {"muon_plus_row", muon_plus_row<T>{}},
        {"muon_plus_column", muon_plus_column<T>{}},
        {"muon_plus_column_row", muon_plus_column_row<T>{}},
        {"aurora", aurora<T>{}},
        {"dion", dion<T>{}},
        {"orth_dion", orth_dion<T>{}},
        {"dion2", dion2<T>{}},
        {"muon_bp", muon_bp<T>{}},
        {"ht_muon", ht_muon<T>{}},
        {"freon", freon<T>{}},
        {"mu_con", mu_con<T>{}},
        {"nu_muon", nu_muon<T>{}},
        {"mud", mud<T>{}},
        {"ssd", ssd<T>{}},
        {"polar_first", polar_first<T>{}},
        {"polar_adamw", polar_adamw<T>{}},
        {"shampoo", shampoo<T>{}},
        {"shampoo_absolute", shampoo_absolute<T>{}},
        {"one_sided_shampoo", one_sided_shampoo<T>{}},
        {"soap", soap<T>{}},
        {"one_sided_soap", one_sided_soap<T>{}},
    };
}

}  // namespace zoo
