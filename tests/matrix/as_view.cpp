// SPDX-License-Identifier: MIT
#include <isotypic/matrix/as_view.hpp>
#include <Eigen/Core>
#include <array>
#include <doctest/doctest.h>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

using namespace isotypic;

namespace {

/// What as_view needs of std::mdspan.
template <class T, std::size_t Rank>
struct span_of {
    T* first;
    std::array<std::size_t, Rank> extents, strides;
    T* data_handle() const { return first; }
    static constexpr std::size_t rank() { return Rank; }
    std::size_t extent(std::size_t r) const { return extents[r]; }
    std::size_t stride(std::size_t r) const { return strides[r]; }
};

/// The view's addresses are x's own: at(i, j) is x's element. Then a write through the view is seen.
template <class X, class At>
void check_same(X&& x, index_t rows, index_t cols, At at) {
    auto v = as_view(std::forward<X>(x));
    REQUIRE(v.rows == rows);
    REQUIRE(v.cols == cols);
    for (index_t i = 0; i < rows; ++i)
        for (index_t j = 0; j < cols; ++j) CHECK(&v(i, j) == &at(i, j));
    using T = std::remove_reference_t<decltype(*v.data)>;
    if constexpr (!std::is_const_v<T>) {
        v(rows - 1, cols - 1) = T(42);
        CHECK(at(rows - 1, cols - 1) == T(42));
    }
}

template <class X>
using element = std::remove_reference_t<decltype(*as_view(std::declval<X>()).data)>;

template <class T, int Order>
void check_eigen() {
    using M = Eigen::Matrix<T, -1, -1, Order>;
    M m = M::Random(5, 7);
    M const& c = m;
    auto at = [&](index_t i, index_t j) -> T& { return m(i, j); };
    auto read = [&](index_t i, index_t j) -> T const& { return m(i, j); };
    check_same(m, 5, 7, at);
    check_same(c, 5, 7, read);
    check_same(m.block(1, 2, 3, 4), 3, 4, [&](index_t i, index_t j) -> T& { return m(1 + i, 2 + j); });
    check_same(c.block(1, 2, 3, 4), 3, 4, [&](index_t i, index_t j) -> T const& { return m(1 + i, 2 + j); });
    check_same(m.transpose(), 7, 5, [&](index_t i, index_t j) -> T& { return m(j, i); });
    check_same(m.row(3), 1, 7, [&](index_t, index_t j) -> T& { return m(3, j); });
    check_same(m.col(3), 5, 1, [&](index_t i, index_t) -> T& { return m(i, 3); });
    check_same(m.diagonal(), 5, 1, [&](index_t i, index_t) -> T& { return m(i, i); });
    check_same(m.array(), 5, 7, at);
    check_same(m.block(1, 2, 3, 4).transpose(), 4, 3, [&](index_t i, index_t j) -> T& { return m(1 + j, 2 + i); });

    Eigen::Map<M> map(m.data(), 5, 7);
    Eigen::Map<M const> const_map(m.data(), 5, 7);
    check_same(map, 5, 7, at);
    check_same(const_map, 5, 7, read);
    check_same(Eigen::Map<M>(m.data(), 5, 7), 5, 7, at);
    Eigen::Map<M, 0, Eigen::Stride<-1, -1>> spread(m.data(), 2, 3, Eigen::Stride<-1, -1>(10, 3));
    check_same(spread, 2, 3, [&](index_t i, index_t j) -> T& { return spread.coeffRef(i, j); });
    Eigen::Ref<M> ref(m);
    Eigen::Ref<M const> const_ref(m);
    check_same(ref, 5, 7, at);
    check_same(const_ref, 5, 7, read);

    static_assert(std::is_same_v<element<M&>, T> && std::is_same_v<element<M const&>, T const>);
    static_assert(std::is_same_v<element<Eigen::Map<M>>, T> && std::is_same_v<element<Eigen::Map<M const>>, T const>);
    static_assert(std::is_same_v<element<Eigen::Ref<M>>, T> && std::is_same_v<element<Eigen::Ref<M const>&>, T const>);

    static_assert(!matrix<decltype(m + m)> && !matrix<decltype(T(2) * m)> && !matrix<decltype(m * m)>);
    static_assert(!matrix<decltype((m + m).transpose())> && !matrix<decltype((m + m).array())>);
    static_assert(!matrix<decltype((m + m).diagonal())> && !matrix<decltype((m + m).block(0, 0, 1, 1))>);
    static_assert(!matrix<decltype(m.reverse())> && !matrix<decltype(M::Zero(2, 2))>);
    static_assert(detail::owning<M> && !detail::owning<Eigen::Map<M>> && !detail::owning<Eigen::Block<M>>);
}

template <class T, xt::layout_type Order>
void check_xtensor() {
    using M = xt::xtensor<T, 2, Order>;
    using A = xt::xarray<T, Order>;
    M m = M::from_shape({5, 7});
    A a = A::from_shape({5, 7});
    M const& c = m;
    auto at = [&](index_t i, index_t j) -> T& { return m(i, j); };
    auto in_a = [&](index_t i, index_t j) -> T& { return a(i, j); };
    check_same(m, 5, 7, at);
    check_same(c, 5, 7, [&](index_t i, index_t j) -> T const& { return m(i, j); });
    check_same(a, 5, 7, in_a);

    // data() of a view is its parent's: without data_offset all of these would begin at (0, 0).
    check_same(xt::view(m, xt::range(1, 4), xt::range(2, 6)), 3, 4, [&](index_t i, index_t j) -> T& { return m(1 + i, 2 + j); });
    check_same(xt::view(a, xt::range(1, 4), xt::range(2, 7, 2)), 3, 3, [&](index_t i, index_t j) -> T& { return a(1 + i, 2 + 2 * j); });
    check_same(xt::view(c, xt::range(1, 4), xt::all()), 3, 7, [&](index_t i, index_t j) -> T const& { return m(1 + i, j); });
    check_same(xt::view(m, 2, xt::all()), 7, 1, [&](index_t i, index_t) -> T& { return m(2, i); });
    check_same(xt::view(m, xt::range(2, 3), xt::all()), 1, 7, [&](index_t, index_t j) -> T& { return m(2, j); });
    check_same(xt::view(m, xt::all(), xt::range(6, 7)), 5, 1, [&](index_t i, index_t) -> T& { return m(i, 6); });
    check_same(xt::strided_view(m, {xt::range(1, 4), xt::range(2, 6)}), 3, 4, [&](index_t i, index_t j) -> T& { return m(1 + i, 2 + j); });
    check_same(xt::transpose(m), 7, 5, [&](index_t i, index_t j) -> T& { return m(j, i); });
    check_same(xt::flip(m, 0), 5, 7, [&](index_t i, index_t j) -> T& { return m(4 - i, j); });
    auto outer = xt::view(m, xt::range(1, 5), xt::range(1, 7));
    check_same(xt::view(outer, xt::range(1, 3), xt::range(2, 4)), 2, 2, [&](index_t i, index_t j) -> T& { return m(2 + i, 3 + j); });
    xt::xtensor<T, 3, Order> three = xt::xtensor<T, 3, Order>::from_shape({2, 3, 4});
    check_same(xt::view(three, 1, xt::all(), xt::all()), 3, 4, [&](index_t i, index_t j) -> T& { return three(1, i, j); });

    std::vector<T> memory(12);
    auto adapted = xt::adapt<Order>(memory.data(), 12, xt::no_ownership(), std::array<std::size_t, 2>{3, 4});
    check_same(adapted, 3, 4, [&](index_t i, index_t j) -> T& { return adapted(i, j); });
    M one_row = M::from_shape({1, 4}), one_column = M::from_shape({4, 1}), single = M::from_shape({1, 1});
    check_same(one_row, 1, 4, [&](index_t i, index_t j) -> T& { return one_row(i, j); });  // stride 0 on the long-gone axis
    check_same(one_column, 4, 1, [&](index_t i, index_t j) -> T& { return one_column(i, j); });
    check_same(single, 1, 1, [&](index_t i, index_t j) -> T& { return single(i, j); });
    xt::xtensor<T, 1> v = xt::xtensor<T, 1>::from_shape({6});
    check_same(v, 6, 1, [&](index_t i, index_t) -> T& { return v(i); });

    static_assert(std::is_same_v<element<M&>, T> && std::is_same_v<element<M const&>, T const>);
    static_assert(std::is_same_v<element<decltype(xt::view(c, xt::all(), xt::range(0, 2)))>, T const>);
    static_assert(!matrix<decltype(m + m)> && !matrix<decltype(xt::view(m + m, xt::all(), xt::range(0, 2)))>);
    static_assert(!matrix<decltype(xt::broadcast(m, {2, 5, 7}))> && !matrix<decltype(xt::view(m, xt::keep(0, 2), xt::all()))>);
    static_assert(detail::owning<M> && detail::owning<A> && !detail::owning<decltype(outer)> && !detail::owning<decltype(adapted)>);

    CHECK_THROWS_WITH_AS(as_view(three), "isotypic: a matrix has two axes, this array has 3; pass heads and experts through as_blocks", error);
}

template <class T>
void check_rest() {
    T m[24] = {};
    check_same(span_of<T, 2>{m, {3, 4}, {4, 1}}, 3, 4, [&](index_t i, index_t j) -> T& { return m[4 * i + j]; });
    check_same(span_of<T, 2>{m, {3, 4}, {1, 3}}, 3, 4, [&](index_t i, index_t j) -> T& { return m[i + 3 * j]; });
    check_same(span_of<T, 2>{m, {2, 3}, {12, 3}}, 2, 3, [&](index_t i, index_t j) -> T& { return m[12 * i + 3 * j]; });
    check_same(span_of<T const, 2>{m, {3, 4}, {4, 1}}, 3, 4, [&](index_t i, index_t j) -> T const& { return m[4 * i + j]; });
    check_same(span_of<T, 1>{m, {5}, {2}}, 5, 1, [&](index_t i, index_t) -> T& { return m[2 * i]; });
    static_assert(std::is_same_v<element<span_of<T const, 2>>, T const> && std::is_same_v<element<span_of<T, 2> const&>, T>);
    const span_of<T, 4> four{m, {1, 2, 3, 4}, {24, 12, 4, 1}};
    CHECK_THROWS_AS(as_view(four), error);

    T const* read = m;
    CHECK(&as_view(m, 4, 6)(1, 2) == m + 8);
    CHECK(&as_view(m, 4, 6, 1, 4)(1, 2) == m + 9);
    CHECK(&as_view(read, 4, 6)(3, 5) == m + 23);
    static_assert(std::is_same_v<decltype(as_view(read, 4, 6)), view<T const>>);
    const view<T> v(m, 4, 6);
    CHECK(as_view(v).data == m);
    static_assert(std::is_same_v<decltype(as_view(v)), view<T>>);

    Eigen::Matrix<T, -1, 1> e(5);
    Eigen::Matrix<T, 1, -1> r(5);
    Eigen::Matrix<T, 3, 2> fixed;
    Eigen::Array<T, -1, -1> array(2, 3);
    check_same(e, 5, 1, [&](index_t i, index_t) -> T& { return e(i); });
    check_same(r, 1, 5, [&](index_t, index_t j) -> T& { return r(j); });
    check_same(e.segment(1, 3), 3, 1, [&](index_t i, index_t) -> T& { return e(1 + i); });
    check_same(fixed, 3, 2, [&](index_t i, index_t j) -> T& { return fixed(i, j); });
    check_same(array, 2, 3, [&](index_t i, index_t j) -> T& { return array(i, j); });
    xt::xtensor_fixed<T, xt::xshape<2, 3>> small;
    check_same(small, 2, 3, [&](index_t i, index_t j) -> T& { return small(i, j); });
    static_assert(!matrix<T> && !matrix<T*> && !matrix<std::vector<T>> && !matrix<std::array<T, 4>>);
}

}  // namespace

TEST_CASE_TEMPLATE("Eigen matrices, maps, blocks and refs are seen in place", T, float, double) {
    check_eigen<T, Eigen::ColMajor>();
    check_eigen<T, Eigen::RowMajor>();
}

TEST_CASE_TEMPLATE("xtensor tensors, arrays, adaptors and views are seen in place", T, float, double) {
    check_xtensor<T, xt::layout_type::row_major>();
    check_xtensor<T, xt::layout_type::column_major>();
}

TEST_CASE_TEMPLATE("mdspan-like types, pointers and vectors are seen in place", T, float, double) { check_rest<T>(); }

TEST_CASE("empty matrices keep their shape") {
    Eigen::MatrixXf none(0, 4);
    CHECK(as_view(none).cols == 4);
    CHECK(as_view(none).size() == 0);
    xt::xtensor<float, 2> also = xt::xtensor<float, 2>::from_shape({3, 0});
    CHECK(as_view(also).rows == 3);
    CHECK(as_view(also).size() == 0);
}
