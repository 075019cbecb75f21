// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <cmath>

/// \file
/// What `transform` and the sums are called with: the arithmetic of one element as named function objects. A kernel of a GPU
/// cannot be made of a lambda from host code, but of these; `constexpr` is what its compiler asks for.
///
/// An object with `at_start()` is asked for what to call, once a sweep on the CPU and once a thread on a GPU: that is
/// where numbers of the step are read, which a GPU keeps in its own memory.
namespace isotypic::detail {

/// f, or what its `at_start()` gives.
template <class F>
constexpr auto started(F const& f) {
    if constexpr (requires { f.at_start(); })
        return f.at_start();
    else
        return f;
}

/// b = a
struct assign {
    template <class A, class B>
    constexpr void operator()(A const& a, B& b) const {
        b = B(compute<A>(a));
    }
};

/// b = s a, and with a number for the row or item in front, b = r a
struct times {
    double s = 1;
    template <class A, class B>
    constexpr void operator()(A const& a, B& b) const {
        b = B(double(compute<A>(a)) * s);
    }
    template <class A, class B>
    constexpr void operator()(double r, A const& a, B& b) const {
        b = B(double(compute<A>(a)) * r);
    }
};

/// b = s a with a number of the step
template <class Number>
struct times_number {
    Number s;
    constexpr times at_start() const { return {double(s)}; }
};

/// v = what brings a length v to `most` at most
struct factor_to {
    double most;
    constexpr void operator()(double& v) const { v = v > most ? most / v : 1; }
};

/// b = a - r
struct minus_row {
    template <class A, class B>
    constexpr void operator()(double r, A const& a, B& b) const {
        b = B(double(compute<A>(a)) - r);
    }
};

/// x /= n and x *= s
struct divide {
    double n;
    constexpr void operator()(double& x) const { x /= n; }
};
struct multiply_by {
    double s;
    constexpr void operator()(double& x) const { x *= s; }
};

/// x += t
template <class T>
struct increase {
    T t;
    constexpr void operator()(T& x) const { x = T(compute<T>(x) + compute<T>(t)); }
};

/// v and v^2, |v|, u v in double, for sums
struct widened {
    template <class T>
    constexpr double operator()(T v) const {
        return double(compute<T>(v));
    }
};
struct squared_value {
    template <class T>
    constexpr double operator()(T v) const {
        return double(compute<T>(v)) * double(compute<T>(v));
    }
};
struct product {
    template <class T>
    constexpr double operator()(T u, T v) const {
        return double(compute<T>(u)) * double(compute<T>(v));
    }
};
struct magnitude {
    template <class T>
    constexpr double operator()(T v) const {
        return std::fabs(double(compute<T>(v)));
    }
};

/// v = 1 / v as far as that is a double, 0 for 0
struct inverted {
    constexpr void operator()(double& v) const { v = v > 0 ? std::fmin(1 / v, 1.7e308) : 0; }
};

/// a = k a + t g; with a third, b = k a + t g and a stays
template <class T>
struct mix {
    T k, t;
    constexpr void operator()(T& a, T const& g) const { a = k * a + t * g; }
    constexpr void operator()(T const& a, T const& g, T& b) const { b = k * a + t * g; }
};

/// x = v
template <class T>
struct put {
    T v;
    constexpr void operator()(T& x) const { x = v; }
};

}  // namespace isotypic::detail
