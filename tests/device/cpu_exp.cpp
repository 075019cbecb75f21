// SPDX-License-Identifier: MIT
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cpu_exp.hpp>
#include <isotypic/group/random.hpp>
#include <cstring>
#include <doctest/doctest.h>
#include <vector>
using namespace isotypic;
using namespace isotypic::detail;

namespace {

template <class T>
std::vector<T> draw(index_t n, double size) {
    random_stream random(seed());
    std::vector<T> x(static_cast<std::size_t>(n));
    for (T& v : x) v = T(size * random.normal());
    return x;
}

}  // namespace

TEST_CASE_TEMPLATE("an exponential is right to two units in the last place, and 0 where it is out of reach", T, float, double) {
    const T least = sizeof(T) == 4 ? T(-87.6) : T(-706);
    std::vector<T> x;
    for (T v = 0; v > least; v -= T(-least) / 4000) x.push_back(v);
    x.insert(x.end(), {least, T(-1e-30), T(-1e-6), T(-0.34657359), T(-1)});
    const auto n = index_t(x.size());
    x.insert(x.end(), {least * T(1.002), T(-1e4), T(-1e30), -std::numeric_limits<T>::infinity()});
    std::vector<T> y(x.size());
    exp_line(index_t(x.size()), T(1), T(0), x.data(), y.data());
    for (index_t k = 0; k < n; ++k) {
        const auto i = std::size_t(k);
        const long double right = std::exp(static_cast<long double>(x[i]));
        CAPTURE(x[i]);
        CHECK(double(std::abs(static_cast<long double>(y[i]) - right) / right) < 2 * double(std::numeric_limits<T>::epsilon()));
    }
    for (std::size_t i = std::size_t(n); i < x.size(); ++i) CHECK(y[i] == 0);
}

TEST_CASE_TEMPLATE("a number has the same bits wherever it lies, and sums at any address", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t n = 1003;
    const std::vector<T> x = draw<T>(n, 3);
    const T most = max_line(n, x.data());
    CHECK(most == *std::max_element(x.begin(), x.end()));
    std::vector<T> whole(x.size());
    const double sum = exp_line(n, T(0.7), most, x.data(), whole.data());
    for (index_t offset : {1, 2, 3, 5}) {
        std::vector<T> moved(x.size() + 8), out(x.size() + 8);
        std::copy(x.begin(), x.end(), moved.begin() + offset);
        const double again = exp_line(n, T(0.7), most, moved.data() + offset, out.data() + 5 - offset);
        CHECK(again == sum);
        CHECK(sum_line(n, moved.data() + offset) == sum_line(n, x.data()));
        CHECK(std::memcmp(out.data() + 5 - offset, whole.data(), sizeof(T) * x.size()) == 0);
    }
    for (index_t k : {0, 7, 500, 1002}) {
        T alone;
        exp_line(1, T(0.7), most, x.data() + k, &alone);
        CHECK(alone == whole[std::size_t(k)]);
    }
}

TEST_CASE_TEMPLATE("sums are those of long double", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    const index_t n = 100003;
    const std::vector<T> x = draw<T>(n, 2);
    std::vector<T> y(x.size());
    const T most = max_line(n, x.data());
    long double plain = 0, powers = 0;
    for (T v : x) plain += static_cast<long double>(v), powers += std::exp(static_cast<long double>(v) - static_cast<long double>(most));
    CHECK(sum_line(n, x.data()) == doctest::Approx(double(plain)).epsilon(1e-12));
    CHECK(exp_line(n, T(1), most, x.data(), y.data()) == doctest::Approx(double(powers)).epsilon(sizeof(T) == 4 ? 1e-6 : 1e-13));
    CHECK(sum_line(0, x.data()) == 0);
    CHECK(exp_line(0, T(1), most, x.data(), y.data()) == 0);
}

TEST_CASE_TEMPLATE("what is not finite is found at every place", T, float, double) {
    for (index_t n : {1, 7, 8, 33})
        for (index_t k = 0; k < n; ++k)
            for (T bad : {std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
                std::vector<T> x(std::size_t(n), T(1));
                CHECK(finite_line(n, x.data()));
                x[std::size_t(k)] = bad;
                CHECK_FALSE(finite_line(n, x.data()));
            }
}

TEST_CASE_TEMPLATE("exponentials of 0 are 1 for any count", T, float, double) {
    for (index_t n = 0; n < 20; ++n) {
        std::vector<T> x(std::size_t(n), T(3)), y(x.size());
        CHECK(exp_line(n, T(0), T(5), x.data(), y.data()) == double(n));
        for (T v : y) CHECK(v == 1);
    }
}
