// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu.hpp>
#include <isotypic/loss/class_loss.hpp>
#include <isotypic/loss/samples.hpp>
#include <optional>

/// \file
/// A class loss over a batch: rows in one piece, without excluded classes, go to the loss one by one; what comes back goes to its place.
namespace isotypic::detail {

/// Scores and what is said about them; arrays in scratch memory.
template <class T>
struct class_batch {
    blocks<T const> scores;
    index_t samples, classes;
    view<bool const> mask;
    double* share;             // what each sample counts for
    index_t* label = nullptr;  // or
    blocks<T const> soft = {};

    bool excludes(index_t sample, index_t k) const { return mask.data && mask(mask.rows == 1 ? 0 : sample, k); }
};

/// Rows that a task does, by shape alone, and those that are taken together where classes are not next to each other.
inline index_t rows_of_task(index_t classes) { return (std::max)(index_t{1}, 32768 / (std::max)(index_t{1}, classes) / 16) * 16; }
inline constexpr index_t tile_rows = 16;

/// Rows of an array as dense ones, a few at a time.
template <class T>
class row_tile {
public:
    row_tile(workspace& w, blocks<T> const& x)
        : array(x), direct(x.first.col_stride == 1 || x.cols() == 1), memory(direct ? nullptr : w.take<value>(tile_rows * x.cols())) {}

    /// Row i, of a tile that begins with row `from`.
    T* row(index_t from, index_t i) const { return direct ? sample(array, i).data : memory + (i - from) * array.cols(); }
    void gather(index_t from, index_t count) const {
        move(from, count, [](value const& theirs, value& ours) { ours = theirs; });
    }
    void scatter(index_t from, index_t count) const {
        move(from, count, [](auto& theirs, value const& ours) { theirs = ours; });
    }

private:
    using value = std::remove_const_t<T>;
    blocks<T> array;
    bool direct;
    value* memory;

    template <class F>
    void move(index_t from, index_t count, F const& f) const {
        if (direct) return;
        T* first[std::size_t(tile_rows)];
        for (index_t r = 0; r < count; ++r) first[r] = sample(array, from + r).data;
        const index_t stride = array.first.col_stride;
        for (index_t k = 0; k < array.cols(); ++k)
            for (index_t r = 0; r < count; ++r) f(first[r][k * stride], memory[r * array.cols() + k]);
    }
};

/// Why a sample cannot be done, or nothing.
template <class T>
std::string fault(class_batch<T> const& b, index_t i) {
    const auto s = sample(b.scores, i);
    index_t left = 0;
    for (index_t k = 0; k < b.classes; ++k) {
        T const& v = s(0, k);
        const bool out = b.excludes(i, k) || (!finite_number(v) && v < 0);
        left += !out;
        if (!out && !finite_number(v)) return "the score of class " + std::to_string(k) + " is " + (v > 0 ? "infinite" : "not a number");
        const double asked = b.label ? double(b.label[i] == k) : double(sample(b.soft, i)(0, k));
        if (out && asked != 0) return "its label is class " + std::to_string(k) + ", which is excluded";
    }
    return left ? "" : "all of its classes are excluded";
}

/// What is done with a row, by reference: do(i, row, target, extra, out).
template <class T>
class row_work {
public:
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, row_work>)
    row_work(F const& f)
        : object(&f), call([](void const* o, index_t i, class_row<T>& row, class_target<T> const& w, T const* extra, T* out) {
              (*static_cast<F const*>(o))(i, row, w, extra, out);
          }) {}
    void operator()(index_t i, class_row<T>& row, class_target<T> const& w, T const* extra, T* out) const { call(object, i, row, w, extra, out); }

private:
    void const* object;
    void (*call)(void const*, index_t, class_row<T>&, class_target<T> const&, T const*, T*);
};

/// A sample without its excluded classes.
template <class T>
struct kept_classes {
    T *score, *soft, *extra, *result;
    index_t* which;
    index_t count = 0, label = 0;

    kept_classes(workspace& w, index_t classes)
        : score(w.take<T>(classes)), soft(w.take<T>(classes)), extra(w.take<T>(classes)), result(w.take<T>(classes)), which(w.take<index_t>(classes)) {}

    void gather(class_batch<T> const& b, index_t i, T const* s, T const* q, T const* v) {
        count = 0;
        for (index_t k = 0; k < b.classes; ++k) {
            if (b.excludes(i, k) || !finite_number(s[k])) continue;
            if (b.label && b.label[i] == k) label = count;
            if (q) soft[count] = q[k];
            if (v) extra[count] = v[k];
            score[count] = s[k], which[count++] = k;
        }
    }
    void scatter(index_t classes, T* out) const {
        std::fill_n(out, classes, T(0));
        for (index_t k = 0; k < count; ++k) out[which[k]] = result[k];
    }
};

/// f(i, row, target, extra, out) for each sample of some weight: `extra` is its row of `more`, `out` where its row of `result` is put
/// together; both null where there is none. A result has zeros for excluded classes and for samples of no weight.
template <class T>
void for_each_row(cpu& device, std::string const& what, class_batch<T> const& b, blocks<T const> const* more, blocks<T> const* result, row_work<T> f) {
    const index_t n = b.samples, classes = b.classes, step = rows_of_task(classes);
    std::atomic<index_t> bad{n};
    const bool in_place = result && overlap(b.scores, *result);
    auto task = [&](index_t t, cpu& d) {
        workspace& w = d.scratch();
        auto scope = w.open();
        const row_tile<T const> scores(w, b.scores), soft(w, b.soft), extra(w, more ? *more : blocks<T const>());
        const row_tile<T> results(w, result ? *result : blocks<T>());
        kept_classes<T> kept(w, classes);
        const index_t end = (std::min)(n, (t + 1) * step);
        for (index_t from = t * step; from < end; from += tile_rows) {
            const index_t count = (std::min)(tile_rows, end - from);
            scores.gather(from, count);
            if (!b.label) soft.gather(from, count);
            if (more) extra.gather(from, count);
            for (index_t i = from; i < from + count; ++i) {
                T* const out = result ? results.row(from, i) : nullptr;
                if (!(b.share[i] > 0)) {
                    if (out) std::fill_n(out, classes, T(0));
                    continue;
                }
                T const *s = scores.row(from, i), *q = b.label ? nullptr : soft.row(from, i), *v = more ? extra.row(from, i) : nullptr;
                const bool whole = !b.mask.data && finite_line(classes, s);
                if (!whole) {
                    if (!fault(b, i).empty()) {
                        index_t first = bad.load();
                        while (i < first && !bad.compare_exchange_weak(first, i)) {
                        }
                        return;
                    }
                    kept.gather(b, i, s, q, v);
                    s = kept.score, q = q ? kept.soft : nullptr, v = v ? kept.extra : nullptr;
                }
                auto inner = w.open();
                class_row<T> row(whole ? classes : kept.count, s, w);
                class_target<T> target{.label = !b.label ? 0 : whole ? b.label[i] : kept.label, .soft = q, .own = b.share[i]};
                if (q) target.mass = sum_line(row.classes, q);
                T* const to = out && (in_place || !whole) ? kept.result : out;
                if (whole && i + 1 < from + count) row.next = scores.row(from, i + 1);
                row.result = to;
                f(i, row, target, v, to);
                if (!out || to == out) continue;
                if (whole)
                    std::copy_n(to, classes, out);
                else
                    kept.scatter(classes, out);
            }
            if (result) results.scatter(from, count);
        }
    };
    device.for_each_task((n + step - 1) / step, task);
    if (const index_t i = bad.load(); i < n) throw error("isotypic: " + what + ": " + sample_text(i, n) + ": " + fault(b, i));
}

}  // namespace isotypic::detail
