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
        return twice ? mixed<T>(keep, m, add, g) : m;
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
        y.topRows(half) = f(x.topRows(half));
        y.bottomRows(x.rows() - half) = f(x.bottomRows(x.rows() - half));
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
        return over_root<T>(a / unbias<T>(0.9, t), b / unbias<T>(0.999, t), 0);
    }
};

/// C -> (C + 1e-3 tr(C)/n I)^p, C symmetric and semidefinite, from its singular values.
template <class T>
rule<T> root(double p) {
    return [p](matrix<T> const& c) { return singular_map<T>(damped<T>(c, 1e-3), [p](T s, Eigen::Index) { return T(std::pow(s, T(p))); }); };
}

/// left(L) G right(R)', L = sum GG' and R = sum G'G; an absent side is left out.
template <class T>
struct preconditioned {
    rule<T> left, right{};
    matrix<T> l{}, r{};
    matrix<T> operator()(matrix<T> const& g) {
        blend<T>(l, 1, 1, gram<T>(g));
        blend<T>(r, 1, 1, gram<T>(transpose<T>(g)));
        matrix<T> u = g;
        if (left) u = product<T>(left(l), u);
        if (right) u = product<T>(u, transpose<T>(right(r)));
        return u;
    }
};

template <class T>
std::vector<base<T>> bases() {
    const rule<T> nesterov = nesterov_average<T>{}, mean = average<T>();
    const rule<T> nuclear_polar = sized<T>(nuclear<T>, polar<T>);
    auto of = [](std::vector<rule<T>> stages) { return rule<T>(chain<T>{std::move(stages)}); };
    // clang-format off
    return {
        {"users_muon", of({nesterov, polar<T>, with_tall_factor<T>}),
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
        {"polar_then_rows", of({mean, polar<T>, unit_rows<T>}),
         "===xx===xx=====x", "==xxx===xx==x==x", "===xx===xx======"},
        {"rows_then_polar", of({mean, unit_rows<T>, polar<T>}),
         "==xx====xx==x==x", "==xx====xx==x==x", "==xx====xx==x==x"},
        {"exact_adam", exact_adam<T>{},
         "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x==="},
        {"shampoo", preconditioned<T>{root<T>(-0.25), root<T>(-0.25)},
         "===xx===xx======", "===xx===xx======", "===xx===xx======"},
        {"nuclear_polar", of({mean, nuclear_polar}),
         "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x=="},
        {"router", of({mean, centre<T>, unit_rows<T>, centre<T>, polar<T>, centre<T>}),
         "=xx=x===xx=xx==x", "=xx=x===xx=xx==x", "=xx=x===xx=xx==x"},
        {"heads", of({mean, two_heads<T>(polar<T>)}),
         "x=xxx===xxx=x==x", "x=xxx===xxx=x==x", "x=xxx===xxx=x==x"},
    };
    // clang-format on
}

}  // namespace zoo
