// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/score_map.hpp>

/// \file
/// A batch of mapped scores in memory of its own, -infinity where a class, or a sample, does not count.
namespace isotypic::detail {

template <class Map, class T>
class mapped_batch {
public:
    class_batch<T> batch;

    mapped_batch(cpu& d, std::string const& called, Map const& map, class_batch<T> const& b)
        : batch(b), device(d), lines(map, d.scratch(), masked(called), b.samples, b.classes) {
        T* y = take();
        lines.forward(y);
        batch.scores = view<T const>(y, b.samples, b.classes), batch.mask = {};
    }

    T* take() const { return device.scratch().template take<T>(batch.samples * batch.classes); }
    blocks<T> like(T* first) const { return view<T>(first, batch.samples, batch.classes); }
    T* copy(blocks<T const> const& x) const {
        T* to = take();
        each([&](index_t i, index_t k) { to[i * batch.classes + k] = sample(x, i)(0, k); });
        return to;
    }
    void paste(T const* from, blocks<T> const& to) const {
        each([&](index_t i, index_t k) { sample(to, i)(0, k) = from[i * batch.classes + k]; });
    }
    /// out <- J v; out may be v.
    void derivative(T const* v, T* out) const { lines.derivative(v, out); }
    void second(T const* v, T const* g, T* out) const { lines.second(v, g, out); }

private:
    cpu& device;
    score_lines<Map, T> lines;

    template <class F>
    void each(F const& f) const {
        for (index_t i = 0; i < batch.samples; ++i)
            for (index_t k = 0; k < batch.classes; ++k) f(i, k);
    }
    T const* masked(std::string const& called) const {
        T* s = take();
        for (index_t i = 0; i < batch.samples; ++i)
            if (batch.share[i] > 0)
                if (const std::string why = fault(batch, i); !why.empty())
                    throw error("isotypic: " + called + ": " + sample_text(i, batch.samples) + ": " + why);
        each([&](index_t i, index_t k) {
            const bool out = !(batch.share[i] > 0) || batch.excludes(i, k);
            s[i * batch.classes + k] = out ? -std::numeric_limits<T>::infinity() : sample(batch.scores, i)(0, k);
        });
        return s;
    }
};

}  // namespace isotypic::detail
