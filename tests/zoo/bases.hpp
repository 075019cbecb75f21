// SPDX-License-Identifier: MIT
#pragma once
#include <zoo/rules.hpp>

#include <utility>

/// \file
/// The rules that faults.hpp breaks, as stages one after the other, and what each commutes with: cells as in expected.hpp,
/// by hand. No absolute eps anywhere, so what holds holds from 2^-30 to 2^30. M is the average 0.95 M + 0.05 G unless said.
///
///     users_muon         X = 0.95 M + 0.05 G, sqrt(max(1, m/n)) polar(X)               a user's Muon
///     quintic_muon       M <- 0.95 M + G, X = 0.95 M + G, 0.2 sqrt(max(m, n)) times five quintic steps from X / |X|_F
///                                                                                      shipped: muon_moonlight
///     row_norm           rows of M over their norms                                    shipped: row_norm_m, an embedding
///     column_norm        columns of M over their norms                                 shipped: by_columns(row_norm_m)
///     centred_row_norm   centre, rows over their norms, centre; of M                   shipped: centred_row_norm_m, an LM head
///     sign               sign(M)                                                       a user's signum
///     frobenius          M / |M|_F                                                     a user's normalised SGD
///     left_spectral      L^{-1/2} G, L = sum GG', relative damping                     a user's one-sided Shampoo
///     polar_then_rows    rows of polar(M) over their norms                             shipped: hybrid_polar_then_row_m
///     rows_then_polar    polar(rows of M over their norms)                             shipped: hybrid_polar_grad_m
///     exact_adam         mh / sqrt(vh) entry by entry                                  a user's Adam
///     shampoo            L^{-1/4} G R^{-1/4}, relative damping                         a user's Shampoo
///     nuclear_polar      |M|_* polar(M)                                                shipped: polar_grad_m
///     router             centre, rows over their norms, centre, polar, centre; of M    shipped: centred_hybrid_polar_grad_m
///     heads              polar of each of two heads of M, upper and lower rows         shipped: a batch of heads
///
/// Where a shipped rule has alpha = 1, its nuclear norm is kept in nuclear_polar alone.
namespace zoo {

template <class T>
using rule = std::function<matrix<T>(matrix<T> const&)>;

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
                T a = 0, b = 0, c = 0;
                for (Eigen::Index i = 0; i < m; ++i) {
                    a += w(i, p) * w(i, p);
                    b += w(i, q) * w(i, q);
                    c += w(i, p) * w(i, q);
                }
                if (std::min(a, b) <= least * least || std::abs(c) <= T(m) * eps * std::sqrt(a) * std::sqrt(b)) continue;
                turning = true;
                const T z = (b - a) / (2 * c), tangent = std::copysign(1 / (std::abs(z) + std::sqrt(1 + z * z)), z);
                const T cosine = 1 / std::sqrt(1 + tangent * tangent), sine = cosine * tangent;
                for (Eigen::Index i = 0; i < m + n; ++i) {
                    const T y = w(i, p);
                    w(i, p) = cosine * y - sine * w(i, q);
                    w(i, q) = sine * y + cosine * w(i, q);
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

/// sum of h(s_i) u_i v_i'.
template <class T>
matrix<T> on_singular_values(matrix<T> const& x, std::function<T(T)> const& h) {
    triples<T> t = singular_triples<T>(x);
    for (Eigen::Index j = 0; j < t.s.size(); ++j)
        if (t.s(j) > 0) t.u.col(j) *= h(t.s(j));
    return t.u * t.v.transpose();
}

template <class T>
matrix<T> exact_polar(matrix<T> const& x) {
    return on_singular_values<T>(x, [](T) { return T(1); });
}

/// Stages one after the other.
template <class T>
struct chain {
    std::vector<rule<T>> stages;
    matrix<T> operator()(matrix<T> const& g) {
        matrix<T> x = g;
        for (rule<T>& stage : stages) x = stage(x);
        return x;
    }
};

/// M <- keep M + add G, then M <- damage(M); yields M, or keep M + add G once more.
template <class T>
struct momentum {
    double keep = 0.95, add = 0.05;
    bool twice = false;
    rule<T> damage{};
    matrix<T> m{};
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(m, keep, add, g);
        if (damage) m = damage(m);
        return twice ? matrix<T>(T(keep) * m + T(add) * g) : m;
    }
};

template <class T>
momentum<T> average(rule<T> damage = {}) {
    return {.damage = std::move(damage)};
}

template <class T>
momentum<T> heavy_ball(rule<T> damage = {}) {
    return {.add = 1, .twice = true, .damage = std::move(damage)};
}

/// (I - 11'/m) X.
template <class T>
matrix<T> centre(matrix<T> const& x) {
    return x.rowwise() - x.colwise().mean();
}

template <class T>
matrix<T> unit_frobenius(matrix<T> const& x) {
    return x / x.norm();
}

template <class T>
matrix<T> five_quintics(matrix<T> x) {
    for (int k = 0; k < 5; ++k) x = quintic<T>(x, 3.4445, -4.7750, 2.0315);
    return x;
}

template <class T>
matrix<T> with_tall_factor(matrix<T> const& x) {
    return tall_factor<T>(x) * x;
}

template <class T>
matrix<T> with_side_factor(matrix<T> const& x) {
    return side_factor<T>(x) * x;
}

template <class T>
T nuclear(matrix<T> const& x) {
    return singular_triples<T>(x).s.sum();
}

/// size(X) direction(X).
template <class T>
rule<T> sized(T (*size)(matrix<T> const&), rule<T> direction) {
    return [=](matrix<T> const& x) { return matrix<T>(size(x) * direction(x)); };
}

/// f of the upper half of the rows and f of the lower.
template <class T>
rule<T> two_heads(rule<T> f) {
    return [f](matrix<T> const& x) {
        const Eigen::Index half = x.rows() / 2;
        matrix<T> y(x.rows(), x.cols());
        y << f(x.topRows(half)), f(x.bottomRows(x.rows() - half));
        return y;
    };
}

/// mh / sqrt(vh) of Adam's averages, read through `first` and `second`.
template <class T>
struct exact_adam {
    rule<T> first{}, second{};
    matrix<T> m{}, v{};
    int t = 0;
    matrix<T> operator()(matrix<T> const& g) {
        ++t;
        blend<T>(m, 0.9, 0.1, g);
        blend<T>(v, 0.999, 0.001, squares<T>(g));
        const matrix<T> a = first ? first(m) : m, b = second ? second(v) : v;
        return (a / unbias<T>(0.9, t)).array() / (b / unbias<T>(0.999, t)).array().sqrt();
    }
};

/// C -> (C + 1e-3 tr(C)/n I)^p, C symmetric and semidefinite, from its singular values.
template <class T>
rule<T> root(double p) {
    return [p](matrix<T> const& c) {
        const matrix<T> damped = c + T(1e-3) * c.trace() / T(c.rows()) * matrix<T>::Identity(c.rows(), c.rows());
        return on_singular_values<T>(damped, [p](T s) { return T(std::pow(s, T(p))); });
    };
}

/// left(L) G right(R)', L = sum GG' and R = sum G'G; an absent side is left out.
template <class T>
struct preconditioned {
    rule<T> left, right{};
    matrix<T> l{}, r{};
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(l, 1, 1, g * g.transpose());
        blend<T>(r, 1, 1, g.transpose() * g);
        matrix<T> u = g;
        if (left) u = matrix<T>(left(l) * u);
        if (right) u = matrix<T>(u * right(r).transpose());
        return u;
    }
};

/// A rule and its cells at 4 x 6, 6 x 4 and 5 x 5; copying the rule before a first call gives a fresh one.
template <class T>
struct base {
    char const* rule;
    zoo::rule<T> function;
    char const* wide;
    char const* tall;
    char const* square;
};

template <class T>
std::vector<base<T>> bases() {
    const rule<T> nesterov = nesterov_average<T>{}, mean = average<T>();
    const rule<T> nuclear_polar = sized<T>(nuclear<T>, exact_polar<T>);
    auto of = [](std::vector<rule<T>> stages) { return rule<T>(chain<T>{std::move(stages)}); };
    // clang-format off
    return {
        {"users_muon", of({nesterov, exact_polar<T>, with_tall_factor<T>}),
         "===xx===xx=====x", "===xx===xx=====x", "===xx===xx======"},
        {"quintic_muon", of({heavy_ball<T>(), unit_frobenius<T>, five_quintics<T>, with_side_factor<T>}),
         "===xx===xx======", "===xx===xx======", "===xx===xx======"},
        {"row_norm", of({mean, unit_rows<T>}),
         "==xx====xx==x==x", "==xx====xx==x==x", "==xx====xx==x==x"},
        {"column_norm", of({mean, unit_columns<T>}),
         "===xx==xx===x==x", "===xx==xx===x==x", "===xx==xx===x==x"},
        {"centred_row_norm", of({mean, centre<T>, unit_rows<T>, centre<T>}),
         "=xx=x===xx=xx==x", "=xx=x===xx=xx==x", "=xx=x===xx=xx==x"},
        {"sign", of({mean, signs<T>}),
         "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x==="},
        {"frobenius", of({mean, unit_frobenius<T>}),
         "===xx===xx======", "===xx===xx======", "===xx===xx======"},
        {"left_spectral", preconditioned<T>{root<T>(-0.5)},
         "===xx===xx=====x", "===xx===xx=====x", "===xx===xx=====x"},
        {"polar_then_rows", of({mean, exact_polar<T>, unit_rows<T>}),
         "===xx===xx=====x", "==xxx===xx==x==x", "===xx===xx======"},
        {"rows_then_polar", of({mean, unit_rows<T>, exact_polar<T>}),
         "==xx====xx==x==x", "==xx====xx==x==x", "==xx====xx==x==x"},
        {"exact_adam", exact_adam<T>{},
         "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x==="},
        {"shampoo", preconditioned<T>{root<T>(-0.25), root<T>(-0.25)},
         "===xx===xx======", "===xx===xx======", "===xx===xx======"},
        {"nuclear_polar", of({mean, nuclear_polar}),
         "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x=="},
        {"router", of({mean, centre<T>, unit_rows<T>, centre<T>, exact_polar<T>, centre<T>}),
         "=xx=x===xx=xx==x", "=xx=x===xx=xx==x", "=xx=x===xx=xx==x"},
        {"heads", of({mean, two_heads<T>(exact_polar<T>)}),
         "x=xxx===xxx=x==x", "x=xxx===xxx=x==x", "x=xxx===xxx=x==x"},
    };
    // clang-format on
}

}  // namespace zoo
