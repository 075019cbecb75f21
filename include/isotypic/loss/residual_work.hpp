// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_finite.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/loss/pair_batch.hpp>

/// \file
/// A norm of residuals over a batch: the residual in scratch memory, then the primitives that norms are made of.
namespace isotypic::detail {

/// Whose sizes are added up.
enum class summed { rows, columns, matrices, singular_values };

template <class T>
struct polar_derivative;  ///< in loss/nuclear_curvature.hpp

template <class L>
struct residual_work {
    static constexpr bool matrices = L::sums != summed::rows;

    template <class T>
    static void pull(cpu& d, std::string const& called, L const& loss, pair_batch<T> const& b, double* values, blocks<T> const* g) {
        const blocks<T> r = residual(d, called, b);
        if constexpr (L::sums == summed::singular_values) {
            const blocks<T> u = dense_like(d.scratch().take<T>(r.size()), r);
            typename L::dual_to{loss.engine}.steepest(d, blocks<T const>(r), u);
            item_sums(
                d, [](T x, T y) { return double(x) * double(y); }, values, r, u);
            if (!g) return;
            double* share = d.scratch().take<double>(row_count(r));
            for (index_t i = 0; i < row_count(r); ++i) share[i] = b.share_of(i);
            scale_rows(d, share, u, *g);
            exclude(b, *g);
        } else {
            const lines_of at(d, r);
            for (index_t l = 0; l < at.count; l += at.group) values[l / at.each] += at.size[l];
            if (!g) return;
            const blocks<T> to = g->same_shape(r) ? *g : r;
            scale_rows(d, at.factors(d, b.share), along(r), along(to));
            if (!g->same_shape(r)) put_rows(r, *g);
        }
    }
    template <class T>
    static void turn(cpu& d, std::string const& called, L const&, pair_batch<T> const& b, blocks<T const> const& direction, blocks<T> const& out) {
        const blocks<T> r = residual(d, called, b), v = plain(d, b, direction, nullptr);
        if constexpr (L::sums == summed::singular_values) {
            static_assert(
                requires { sizeof(polar_derivative<T>); },
                "isotypic: the Hessian of nuclear is in a header of its own: include isotypic/loss/nuclear_curvature.hpp");
            d.for_each_task(r.count, [&](index_t k, cpu&) { polar_derivative<T>::write(r.panel(k), v.panel(k), b.share[k], out.panel(k)); });
            exclude(b, out);
        } else {
            const lines_of at(d, r);
            double* times = at.factors(d, nullptr);
            const blocks<double> p = along(dense_like(d.scratch().take<double>(r.size()), r));
            transform_rows(
                d, [](double s, T const& x, T const& t, double& to) { to = double(x) * s * double(t); }, times, along(r), along(v), p);
            double* inner = d.scratch().take<double>(at.count);
            row_sums(
                d, [](double x) { return x; }, p, inner);
            for (index_t l = 0; l < at.count; l += at.group) {
                double sum = 0;
                for (index_t i = l; i < l + at.group; ++i) sum += inner[i];
                for (index_t i = l; i < l + at.group; ++i) inner[i] = sum * times[i];
            }
            transform_rows(
                d, [](double s, T const& x, double& to) { to = double(x) * s; }, inner, along(r), p);
            const auto put = [](double s, T const& t, double const& take, T& to) { to = T(s * (double(t) - take)); };
            const blocks<T> to = out.same_shape(r) ? out : v;
            transform_rows(d, put, at.factors(d, b.share), along(v), p, along(to));
            if (!out.same_shape(r)) put_rows(v, out);
        }
    }

private:
    /// The lines whose norms are summed, as rows.
    template <class T>
    static blocks<T> along(blocks<T> const& x) {
        return L::sums == summed::columns ? x.transposed() : x;
    }
    /// Norms of lines, the same for all that are one.
    struct lines_of {
        index_t count, each, group;  ///< all; in a sample; that are one
        double* size;

        template <class T>
        lines_of(cpu& d, blocks<T> const& r)
            : count(row_count(along(r))),
              each(matrices ? along(r).rows() : 1),
              group(L::sums == summed::matrices ? each : 1),
              size(d.scratch().take<double>(count)) {
            row_norms(d, along(r), size);
            for (index_t l = 0; group > 1 && l < count; l += group) {
                double whole = 0;
                row_norms(d, blocks<double const>(view<double const>(size + l, 1, group)), &whole);
                std::fill_n(size + l, group, whole);
            }
        }
        /// share / size for each line.
        double* factors(cpu& d, double const* share) const {
            double* f = d.scratch().take<double>(count);
            for (index_t l = 0; l < count; ++l) f[l] = size[l] > 0 ? (share ? share[l / each] : 1) * std::fmin(1 / size[l], 1.7e308) : 0;
            return f;
        }
    };

    /// to <- from, row by row.
    template <class T>
    static void put_rows(blocks<T> const& from, blocks<T> const& to) {
        for (index_t i = 0; i < row_count(to); ++i)
            for (index_t k = 0; k < to.cols(); ++k) sample(to, i)(0, k) = sample(from, i)(0, k);
    }

    /// x, less `minus`, in memory of its own, 0 where nothing counts: as one array where rows are grouped alike in all, else row by row.
    template <class T>
    static blocks<T> plain(cpu& d, pair_batch<T> const& b, blocks<T const> const& x, std::type_identity_t<blocks<T const>> const* minus) {
        const blocks<T> r = dense_like(d.scratch().take<T>(x.size()), b.prediction);
        const bool alike = b.whole && x.same_shape(r) && (!minus || minus->same_shape(r));
        if (alike && minus)
            transform(
                d, [](T const& p, T const& y, T& to) { to = p - y; }, x, *minus, r);
        else if (alike)
            copy(d, x, r);
        else
            for (index_t i = 0; i < b.rows(); ++i)
                for (index_t k = 0; k < x.cols(); ++k)
                    sample(r, i)(0, k) = b.counts(i, k) ? sample(x, i)(0, k) - (minus ? sample(*minus, i)(0, k) : T(0)) : T(0);
        return r;
    }
    template <class T>
    static blocks<T> residual(cpu& d, std::string const& called, pair_batch<T> const& b) {
        const blocks<T> r = plain(d, b, b.prediction, &b.target);
        const auto wrong = [](T p, T y) { return std::string(std::isfinite(p - y) ? "" : "the residual is too large"); };
        if (!all_finite(d, r)) require_pairs(called, b, matrices, wrong);
        return r;
    }
    template <class T>
    static void exclude(pair_batch<T> const& b, blocks<T> const& y) {
        for (index_t i = 0; !b.whole && i < b.rows(); ++i)
            for (index_t k = 0; k < y.cols(); ++k)
                if (!b.counts(i, k)) sample(y, i)(0, k) = 0;
    }
};

}  // namespace isotypic::detail
