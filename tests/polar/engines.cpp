// SPDX-License-Identifier: MIT
#include "products.hpp"
#include "update/decompositions.hpp"

namespace engines {

dense any_engine::rounded(dense const& a) const {
    if (in_double) return a;
    return a.cast<float>().cast<double>();
}

void keeps_its_word(any_engine const& engine, std::function<dense(dense const&)> const& expected, std::function<double(dense const&)> const& allowed) {
    for (auto shape : {std::pair{5, 12}, {12, 5}, {8, 8}, {1, 9}, {9, 1}, {1, 1}}) {
        const int m = shape.first, n = shape.second;
        INFO(m << " x " << n << ", seed " << seed());
        const dense a = engine.rounded(formulas::gaussian(m, n, 7)), want = expected(a), zero = dense::Zero(m, n);
        const double rounding = allowed(a);
        for (order o : orders) {
            CHECK(distance(engine(a, o), want) <= rounding);
            CHECK(distance(engine(a, o, true), want) <= rounding);
        }
        for (double scale : {1e-30, 1e30}) CHECK(distance(engine(a * scale), want) <= rounding);
        CHECK(engine(zero) == zero);
        if (engine.in_double) {
            // Where |M|_F is no double, or 1 / |M|_F is none.
            const dense whole = (a * 0x1p20).array().round();
            for (int power : {-1074, 1023 - std::ilogb(whole.cwiseAbs().maxCoeff())}) {
                const dense far = whole.unaryExpr([&](double v) { return std::ldexp(v, power); });
                CHECK(distance(engine(far), engine(whole)) <= rounding);
                CHECK(distance(engine(far, order::columns, true), engine(whole)) <= rounding);
            }
        }
    }
    CHECK(engine(dense(0, 4)).size() == 0);
    CHECK(engine(dense(4, 0)).size() == 0);
}

void for_each_golden(std::function<void(double, double, dense const&, dense const&)> const& f) {
    for (auto& row : golden::table("polar/index.tsv")) {
        const std::string name = row["case"];
        INFO(name);
        const double condition = row["rank"] == "0" ? 1 : std::stod(row["condition"]);
        f(condition, std::stod(row["nuclear_norm"]), formulas::matrices(golden::load("polar/" + name + ".a.npy"))[0],
          formulas::matrices(golden::load("polar/" + name + ".polar.npy"))[0]);
    }
}

spectrum::spectrum(index_t m, index_t n, double condition)
    : q(formulas::exact_polar(formulas::gaussian(m, n, 21))), p(formulas::exact_polar(formulas::gaussian(n, n, 22))), s(n) {
    for (index_t k = 0; k < n; ++k) s(k) = std::pow(condition, -double(k) / double(n - 1));
}
dense spectrum::matrix() const { return q * s.asDiagonal() * p.transpose(); }
dense spectrum::polar() const { return q * p.transpose(); }

double condition(dense const& a) {
    const auto s = Eigen::JacobiSVD<dense>(a).singularValues();
    return s(0) / s(s.size() - 1);
}

namespace {

double off_orthogonal(dense const& u) {
    const dense gram = u.rows() < u.cols() ? dense(u * u.transpose()) : dense(u.transpose() * u);
    return (gram - dense::Identity(gram.rows(), gram.cols())).norm();
}
/// |M - U H| / |M| with H the symmetric part of U'M: how far M is from a matrix with the polar factor U. Infinite where H is
/// clearly not positive.
double backward_error(dense const& a, dense const& u) {
    const dense c = u.transpose() * a, h = (c + c.transpose()) / 2;
    const double lowest = formulas::eigenvectors(h).eigenvalues()(0);
    return lowest < -1e-2 * formulas::largest(a) ? INFINITY : (a - u * h).norm() / a.norm();
}

}  // namespace

void is_accurate_at(any_engine const& engine, double most, double rounding) {
    for (auto shape : {std::pair{24, 24}, {40, 30}, {90, 20}}) {
        const spectrum known(shape.first, shape.second, most);
        const dense a = engine.rounded(known.matrix()), u = engine(a);
        INFO(shape.first << " x " << shape.second << ", condition " << most << ", seed " << seed());
        CHECK(off_orthogonal(u) <= rounding);
        CHECK(backward_error(a, u) <= rounding);
        CHECK(distance(u, known.polar()) <= rounding * most);
    }
}

bool keeps_powers_of_two(any_engine const& engine, int power) {
    const dense a = engine.rounded(formulas::gaussian(11, 6, 5)), u = engine(a);
    return engine(std::ldexp(1, power) * a) == u && engine(std::ldexp(1, -power) * a) == u && engine(-a) == -u;
}

void keeps_short_rank(any_engine const& engine, double rounding) {
    for (index_t m : {12, 20, 40}) {
        const dense a = engine.rounded(formulas::gaussian(m, 5, 1) * formulas::gaussian(5, 12, 2));
        const dense want = formulas::by_values(a, [least = 1e-4 * formulas::largest(a)](double s) { return s > least ? 1. : 0.; });
        CHECK(distance(engine(a), want) <= rounding);
        CHECK(distance(engine(a.transpose()), want.transpose()) <= rounding);
        const dense c = engine.rounded(formulas::centred(formulas::gaussian(9, m, 3))), u = engine(c);
        CHECK(u.colwise().sum().norm() <= rounding);
        CHECK(std::abs(u.squaredNorm() - 8) <= rounding);
    }
}

void keeps_zero_lines(any_engine const& engine, double rounding) {
    for (index_t m : {9, 16, 40}) {
        dense a = formulas::gaussian(m, 8, 6);
        a.col(3).setZero(), a.col(7).setZero();
        const dense u = engine(a), v = engine(a.transpose());
        CHECK(u.col(3).norm() + u.col(7).norm() == 0);
        CHECK(v.row(3).norm() + v.row(7).norm() == 0);
        CHECK(distance(u, formulas::exact_polar(a)) <= rounding);
        a = formulas::gaussian(m + 4, 8, 6);
        a.row(0).setZero(), a.row(6).setZero();
        CHECK(distance(engine(a), formulas::exact_polar(a)) <= rounding);
    }
}

double slope(dense const& x, coefficients const& set) {
    return 1 + formulas::largest(formulas::by_values(x, [&](double s) {
               double v = s / set.cushion, slopes = 1;
               for (int i = 0; i < set.steps; ++i) {
                   const quintic q = set.step(i);
                   const double t = v * v;
                   slopes = 1 + slopes * std::abs(q.a + t * (3 * q.b + t * 5 * q.c));
                   v *= q.a + t * (q.b + t * q.c);
               }
               return slopes;
           }));
}

}  // namespace engines
