// SPDX-License-Identifier: MIT
#include "smoke.hpp"
#include <Eigen/QR>
#include <benchmark/benchmark.h>
#include <isotypic/isotypic.hpp>
#include <isotypic/polar/coupled_root.hpp>
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/polar/gram_newton_schulz.hpp>
#include <isotypic/polar/gram_root.hpp>
#include <isotypic/polar/qdwh.hpp>
#include <isotypic/polar/zolo_pd.hpp>

/// \file
/// What the engines lose to rounding and to their own design, in units of the rounding u of the block's type. The input has
/// log-spaced singular values from 1 to 1/condition between bases drawn in long double; U is judged in long double, the
/// larger of two numbers for each condition:
///
///     orthogonality   |U U' - I|_F / sqrt(k)             on the short side k
///     backward error  |M - U H|_F / |M|_F,  H = sym(U'M)
using namespace isotypic;

namespace {

using wide = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

wide basis(index_t m, index_t k, std::uint64_t which) {
    random_stream random(1, which);
    const wide x = wide::NullaryExpr(m, k, [&] { return (long double)(random.normal()); });
    return Eigen::HouseholderQR<wide>(x).householderQ() * wide::Identity(m, k);
}

template <class T, class Engine>
void judge(benchmark::State& state, Engine const& engine, index_t m, index_t n) {
    using matrix_t = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
    const index_t k = (std::min)(m, n);
    const long double u = std::numeric_limits<T>::epsilon() / 2;
    for (auto _ : state)
        for (double condition : {1e1, 1e3, 1e6, 1e12}) {
            if (sizeof(T) == 4 && condition > 1e6) continue;
            const wide s = wide::NullaryExpr(
                k, 1, [&](index_t i) { return std::pow(1 / (long double)(condition), (long double)(i) / (long double)(std::max<index_t>(1, k - 1))); });
            const matrix_t a = wide(basis(m, k, 1) * s.col(0).asDiagonal() * basis(n, k, 2).transpose()).cast<T>();
            matrix_t polar(m, n);
            cpu device;
            engine(device, view<T const>(as_view(a)), as_view(polar));
            wide x = polar.template cast<long double>(), y = a.template cast<long double>();
            if (m > n) x.transposeInPlace(), y.transposeInPlace();
            const wide h = y * x.transpose(), right = (h + h.transpose()) / 2;
            char name[16];
            std::snprintf(name, sizeof name, "%.0e", condition);
            state.counters[std::string("orth. ") + name] = double((x * x.transpose() - wide::Identity(k, k)).norm() / std::sqrt((long double)(k)) / u);
            state.counters[std::string("backw. ") + name] = double((y - right * x).norm() / y.norm() / u);
        }
}

template <class Engine>
void put(std::string const& name, Engine const& engine) {
    auto one = [&]<class T>(T, char const* type) {
        for (auto const& shape : {std::pair<index_t, index_t>{64, 64}, {32, 128}, {128, 32}}) {
            const index_t m = shape.first;
            const index_t n = shape.second;
            if (smoke && m + n > 128 && m > n) continue;
            benchmark::RegisterBenchmark((name + "/" + type + "/" + std::to_string(m) + " x " + std::to_string(n)).c_str(), [=](benchmark::State& state) {
                judge<T>(state, engine, m, n);
            })->Iterations(1);
        }
    };
    one(0.f, "float"), one(0., "double");
}

const bool added = [] {
    put("exact_svd", exact_svd{});
    put("qdwh", qdwh{});
    put("zolo_pd", zolo_pd{});
    put("gram_root", gram_root{});
    put("by_accuracy, 1e-5 above 1e-3", by_accuracy{1e-5, 1e-3});
    put("by_accuracy, 1e-12 above 1e-6", by_accuracy{1e-12, 1e-6});
    put("by_accuracy, 0.1 above 0.01", by_accuracy{0.1, 0.01});
    put("zolotarev, 4 on [1e-3, 1]", zolotarev{});
    put("Polar Express, 5", newton_schulz{polar_express_101});
    put("Polar Express, 8", newton_schulz{});
    put("Polar Express, 14", newton_schulz{polar_express.with_steps(14)});
    put("Gram, Polar Express, 8", gram_newton_schulz{polar_express});
    put("coupled root, 8", coupled_root{});
    put("Keller, 5", newton_schulz{keller});
    return true;
}();

}  // namespace
