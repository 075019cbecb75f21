// SPDX-License-Identifier: MIT
// A whole model: every block by its own rule, rate and decay, and no bad input that changes anything.
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/isotypic.hpp>
#include <Eigen/Core>
#include <array>
#include <limits>

using namespace isotypic;

namespace {

template <class T>
using dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
dense<T> gaussian(index_t m, index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    dense<T> x(m, n);
    for (T& v : x.reshaped()) v = T(random.normal());
    return x;
}

template <class T>
auto four_roles() {
    const momentum m{.beta = 0.9};
    return layerwise<T>(on<embedding>(m | row_norm{}, 0.5, {.rate = 0.1}), on<lm_head>(m | centre{} | row_norm{} | centre{}, 0.1, {.rate = 0.1}),
                        on<projection>(m | polar{}, 0.02), on<bias>(adam{}, 0.01));
}

/// Five blocks after one good step.
template <class T>
struct model {
    decltype(four_roles<T>()) stack = four_roles<T>();
    dense<T> embed = gaussian<T>(9, 4, 1), head = gaussian<T>(7, 4, 2), q = gaussian<T>(4, 4, 3), k = gaussian<T>(3, 4, 4), b = gaussian<T>(4, 1, 5);
    dense<T> dembed = gaussian<T>(9, 4, 6), dhead = gaussian<T>(7, 4, 7), dq = gaussian<T>(4, 4, 8), dk = gaussian<T>(3, 4, 9), db = gaussian<T>(4, 1, 10);
    block_handle<T> of_embed = stack.add("embed", as<embedding>(embed)), of_head = stack.add("head", as<lm_head>(head)),
                    of_q = stack.add("q", as<projection>(q)), of_k = stack.add("k", as<projection>(k)), of_b = stack.add("b", as<bias>(b));
    std::string before;

    model() {
        step();
        before = bits_of(stack);
    }
    void step() { stack.step(of_embed(dembed), of_head(dhead), of_q(dq), of_k(dk), of_b(db)); }
    /// The error of f, which must leave every block's weight and state as they were.
    template <class F>
    std::string refused(F const& f) {
        const std::string text = message(f);
        CHECK((bits_of(stack) == before));
        CHECK(stack.steps() == 1);
        return text;
    }
};

}  // namespace

TEST_CASE_TEMPLATE("layerwise: each block by its role's rule, as optimizers of its own would", T, float, double) {
    model<T> m;
    const momentum mom{.beta = 0.9};
    dense<T> embed = gaussian<T>(9, 4, 1), head = gaussian<T>(7, 4, 2), q = gaussian<T>(4, 4, 3), b = gaussian<T>(4, 1, 5);
    optimizer e(as<embedding>(embed), mom | row_norm{}, 0.5, {.rate = 0.1});
    optimizer h(as<lm_head>(head), mom | centre{} | row_norm{} | centre{}, 0.1, {.rate = 0.1});
    optimizer p(as<projection>(q), mom | polar{}, 0.02);
    optimizer a(as<bias>(b), adam{}, 0.01);
    for (int t = 0; t < 3; ++t) {
        e.step(m.dembed), h.step(m.dhead), p.step(m.dq), a.step(m.db);
        if (t) m.step();
        CHECK(m.embed == embed);
        CHECK(m.head == head);
        CHECK(m.q == q);
        CHECK(m.b == b);
    }
    CHECK(m.stack.steps() == 3);
    CHECK(m.stack.size() == 5);
}

TEST_CASE("layerwise: gradients as arguments, as a vector, an array or a span") {
    model<double> a, b, c, d;
    a.step();
    const std::vector all{b.of_b(b.db), b.of_q(b.dq), b.of_k(b.dk), b.of_head(b.dhead), b.of_embed(b.dembed)};  // in any order
    b.stack.step(all);
    std::array<gradient<double>, 5> five{c.of_b(c.db), c.of_q(c.dq), c.of_k(c.dk), c.of_head(c.dhead), c.of_embed(c.dembed)};
    c.stack.step(five);
    std::array<gradient<double>, 5> other{d.of_b(d.db), d.of_q(d.dq), d.of_k(d.dk), d.of_head(d.dhead), d.of_embed(d.dembed)};
    d.stack.step(std::span(other));
    CHECK((bits_of(a.stack) != a.before));
    CHECK((bits_of(b.stack) == bits_of(a.stack)));
    CHECK((bits_of(c.stack) == bits_of(a.stack)));
    CHECK((bits_of(d.stack) == bits_of(a.stack)));
}

TEST_CASE_TEMPLATE("layerwise: a bad gradient is refused by name and nothing changes anywhere", T, float, double) {
    model<T> m;
    auto step_with = [&](auto const& last) { return m.refused([&] { m.stack.step(m.of_embed(m.dembed), m.of_head(m.dhead), m.of_q(m.dq), m.of_k(m.dk), m.of_b(last)); }); };
    SUBCASE("shape") {
        const dense<T> wide = gaussian<T>(1, 4, 1), none(0, 1);
        CHECK(step_with(wide) == "isotypic: block 'b' is 4 x 1, its gradient is 1 x 4");
        CHECK(step_with(none) == "isotypic: block 'b' is 4 x 1, its gradient is 0 x 1");
    }
    SUBCASE("not finite") {
        for (T bad : {std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
            dense<T> g = m.db;
            g(3, 0) = bad;
            CHECK(step_with(g) == "isotypic: the gradient of block 'b' holds an infinity or a NaN");
        }
    }
    SUBCASE("partial overlap") {
        dense<T> longer = gaussian<T>(6, 1, 1);
        const dense<T> before = longer;
        auto stack = four_roles<T>();
        auto v = stack.add("v", as<bias>(longer.block(0, 0, 4, 1)));
        auto part = longer.block(1, 0, 4, 1);
        CHECK(message([&] { stack.step(v(part)); }) == "isotypic: block 'v' and its gradient share some memory, but not all of it");
        CHECK(longer == before);
        CHECK(stack.steps() == 0);
    }
    SUBCASE("another block's memory") {
        CHECK(step_with(m.head.block(0, 0, 4, 1)) == "isotypic: the gradient of block 'b' lies in the memory of block 'head'");
    }
    SUBCASE("missing, twice, of another stack") {
        CHECK(m.refused([&] { m.stack.step(m.of_embed(m.dembed), m.of_head(m.dhead), m.of_q(m.dq), m.of_b(m.db)); }) ==
              "isotypic: block 'k' got no gradient in this step");
        CHECK(m.refused([&] { m.stack.step(); }) == "isotypic: block 'embed' got no gradient in this step");
        CHECK(m.refused([&] { m.stack.step(m.of_embed(m.dembed), m.of_head(m.dhead), m.of_q(m.dq), m.of_k(m.dk), m.of_b(m.db), m.of_q(m.dq)); }) ==
              "isotypic: block 'q' got two gradients in one step");
        model<T> other;
        CHECK(m.refused([&] { m.stack.step(m.of_embed(m.dembed), m.of_head(m.dhead), m.of_q(m.dq), m.of_k(m.dk), other.of_b(m.db)); }) ==
              "isotypic: a gradient was made by a handle of another stack");
        CHECK(m.refused([&] { m.stack.step(m.of_embed(m.dembed), m.of_head(m.dhead), m.of_q(m.dq), m.of_k(m.dk), block_handle<T>{}(m.db)); }) ==
              "isotypic: a gradient was made by a handle of another stack");
    }
    // After every refusal the next good step is the one that would have been.
    model<T> good;
    good.step();
    if (m.stack.size() == 5) {
        m.step();
        CHECK((bits_of(m.stack) == bits_of(good.stack)));
    }
}

TEST_CASE("layerwise: what may not be added, and a stack without blocks") {
    model<double> m;
    dense<double> w = gaussian<double>(4, 4, 1);
    CHECK(m.refused([&] { m.stack.add("late", as<projection>(w)); }) == "isotypic: block 'late' is added after 1 steps: add() all blocks before the first");
    CHECK(m.stack.size() == 5);
    auto stack = four_roles<double>();
    stack.add("q", as<projection>(m.q));
    CHECK(message([&] { stack.add("q", as<projection>(w)); }) == "isotypic: the stack has a block 'q' already");
    CHECK(message([&] { stack.add("again", as<embedding>(m.q)); }) == "isotypic: blocks 'q' and 'again' share memory");
    CHECK(message([&] { stack.add("part", as<bias>(m.q.col(2))); }) == "isotypic: blocks 'q' and 'part' share memory");
    CHECK(stack.size() == 1);
    stack.add("none", as<projection>(as_view(m.q.data(), 0, 4)));  // an empty block has no memory to share
    CHECK(stack.size() == 2);

    auto empty = four_roles<double>();
    CHECK(message([&] { empty.step(); }) == "isotypic: this stack has no blocks: add() them before the first step");
    CHECK(message([&] { empty.step(m.of_q(m.dq)); }) == "isotypic: this stack has no blocks: add() them before the first step");
    CHECK(empty.steps() == 0);
}

TEST_CASE("layerwise: it moves, and its handles go along") {
    model<double> a, b;
    auto moved = std::move(a.stack);
    moved.step(a.of_embed(a.dembed), a.of_head(a.dhead), a.of_q(a.dq), a.of_k(a.dk), a.of_b(a.db));
    b.step();
    CHECK((bits_of(moved) == bits_of(b.stack)));
}

TEST_CASE("layerwise: rate, decay and numbers of a rule, by role, may change between steps") {
    Eigen::MatrixXd e = Eigen::MatrixXd::Constant(2, 2, 10), p = e, g = Eigen::MatrixXd::Constant(2, 2, 1);
    auto stack = layerwise<double>(on<embedding>(identity{}, linear{.peak = 1, .steps = 4}), on<projection>(identity{}, 2));
    auto first = stack.add("e", as<embedding>(e)), second = stack.add("p", as<projection>(p));
    stack.step(first(g), second(g));
    CHECK(e(0, 0) == 10 - 0.75);
    CHECK(p(0, 0) == 8);
    stack.on<projection>().rate = 0.5;
    stack.step(first(g), second(g));
    CHECK(e(0, 0) == 10 - 0.75 - 0.5);
    CHECK(p(0, 0) == 7.5);
    stack.on<projection>().decay.rate = 1;
    stack.on<embedding>().rate = [](index_t t) { return double(t); };
    stack.step(first(g), second(g));
    CHECK(e(0, 0) == 10 - 0.75 - 0.5 - 3);
    CHECK(p(0, 0) == 3.25);
}

TEST_CASE("layerwise: a rate that is not finite is refused by its role, and nothing changes") {
    model<double> m;
    m.stack.on<projection>().rate = [](index_t t) { return t < 3 ? std::numeric_limits<double>::quiet_NaN() : 1; };
    CHECK(m.refused([&] { m.step(); }) == "isotypic: the rate of 'projection' is nan");
    m.stack.on<projection>().rate = 0.02;
    m.step();
    CHECK(m.stack.steps() == 2);
}

namespace {
struct frozen_size : symmetry<orthogonal, orthogonal> {
    static constexpr bool decays = false;
};
template <class Stack>
concept decay_can_be_set = requires(Stack& s) { s.template on<scale_out>().decay.rate = 1; };
}  // namespace

TEST_CASE("layerwise: a role that never decays does not, whatever its neighbours do; unchecked decays it") {
    static_assert(detail::decays<scale_in> && !detail::decays<scale_out> && !detail::decays<transposed<scale_out>> && !detail::decays<frozen_size>);
    static_assert(detail::decays<projection> && detail::decays<lm_head> && detail::decays<bias>);
    Eigen::VectorXd in = Eigen::VectorXd::Constant(2, 8), out = Eigen::VectorXd::Constant(2, 8), g = Eigen::VectorXd::Constant(2, 1);
    auto stack = layerwise<double>(on<scale_in>(identity{}, 0.5, {.rate = 0.5}), on<scale_out>(identity{}, 0.5));
    auto first = stack.add("in", as<scale_in>(in)), second = stack.add("out", as<scale_out>(out));
    static_assert(!decay_can_be_set<decltype(stack)>);
    stack.step(first(g), second(g));
    CHECK(in(0) == 8 * 0.75 - 0.5);
    CHECK(out(0) == 7.5);
    stack.on<scale_out>().decay = unchecked({.rate = 1});
    stack.step(first(g), second(g));
    CHECK(out(1) == 7.5 * 0.5 - 0.5);

    Eigen::VectorXd theirs = Eigen::VectorXd::Constant(2, 8);
    auto other = layerwise<double>(on<scale_out>(identity{}, 0.5, unchecked(weight_decay{.rate = 0.5})), on<scale_in>(identity{}, 0.5, unchecked({.rate = 0.5})));
    auto third = other.add("out", as<scale_out>(theirs));
    other.step(third(g));
    CHECK(theirs(0) == 8 * 0.75 - 0.5);
    CHECK(other.on<scale_in>().decay.rate == 0.5);
}

TEST_CASE("clip: one factor for all gradients, from the norm of all of them") {
    Eigen::MatrixXd e = Eigen::MatrixXd::Zero(2, 2), p = e, ge = Eigen::MatrixXd::Constant(2, 2, 6), gp = Eigen::MatrixXd::Constant(2, 2, 8);
    auto stack = layerwise<double>(on<embedding>(identity{}, 1), on<projection>(identity{}, 1));
    auto first = stack.add("e", as<embedding>(e)), second = stack.add("p", as<projection>(p));
    stack.clip = 5;  // the norm is sqrt(4 36 + 4 64) = 20
    stack.step(first(ge), second(gp));
    CHECK(e == -0.25 * ge);
    CHECK(p == -0.25 * gp);
    CHECK(ge(0, 0) == 6);  // gradients are not written to
    e.setZero(), p.setZero();
    stack.clip = 20;
    stack.step(first(ge), second(gp));
    CHECK(e == -ge);
    CHECK(p == -gp);
    for (double size : {1e-200, 1e200}) {
        e.setZero(), p.setZero();
        stack.clip = 1e-3 * size;
        const Eigen::MatrixXd a = size * ge, b = size * gp;
        stack.step(first(a), second(b));
        CHECK((p + b * (1e-3 / 20)).cwiseAbs().maxCoeff() < 1e-17 * size);
    }
}

TEST_CASE("clip: gradients whose norm is no double are refused, and nothing changes") {
    Eigen::MatrixXd e = Eigen::MatrixXd::Ones(2, 2), p = e, ge = Eigen::MatrixXd::Constant(2, 2, 1.5e308), gp = e;
    auto stack = layerwise<double>(on<embedding>(identity{}, 1), on<projection>(identity{}, 1));
    auto first = stack.add("e", as<embedding>(e)), second = stack.add("p", as<projection>(p));
    stack.clip = 1;
    CHECK_THROWS_WITH_AS(stack.step(first(ge), second(gp)), "isotypic: the norm of all gradients together is too large for a double: there is no factor to clip them by", error);
    CHECK((stack.steps() == 0 && e == p && p == gp));
    ge(1, 0) = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(stack.step(first(ge), second(gp)), "isotypic: the gradient of block 'e' holds an infinity or a NaN", error);
    CHECK((stack.steps() == 0 && e == p && p == gp));
    ge.setConstant(8e307);
    stack.step(first(ge), second(gp));
    CHECK((e.array() - 0.5).abs().maxCoeff() < 1e-15);
}

TEST_CASE("clip: a factor below the range of float still leaves a step") {
    Eigen::MatrixXf e = Eigen::MatrixXf::Zero(4, 4), b = e, h = e;
    const Eigen::MatrixXf g = Eigen::MatrixXf::Constant(4, 4, 2e38f);
    auto stack = layerwise<float>(on<embedding>(momentum{} | row_norm{}, 1), on<bias>(adam{}, 1), on<projection>(unchecked(momentum{} | sign{}), 1));
    auto rows = stack.add("e", as<embedding>(e)), entries = stack.add("b", as<bias>(b)), signs = stack.add("h", as<projection>(h));
    stack.clip = 1e-3;  // of 1.4e39
    stack.step(rows(g), entries(g), signs(g));
    CHECK((e.array() + 0.5f).abs().maxCoeff() < 1e-6f);
    CHECK((b.array() + 1).abs().maxCoeff() < 1e-3f);
    CHECK((h.array() + 1).abs().maxCoeff() == 0);
}

TEST_CASE("clip: a rule of degree 0 sees it only through its memory") {
    const Eigen::MatrixXd g = 100 * gaussian<double>(6, 3, 2), small = gaussian<double>(6, 3, 3);
    auto run = [&](auto const& rule, double clip) {
        Eigen::MatrixXd w = gaussian<double>(6, 3, 1);
        auto stack = layerwise<double>(on<embedding>(rule, 0.1));
        auto of_w = stack.add("w", as<embedding>(w));
        stack.clip = clip;
        stack.step(of_w(g)), stack.step(of_w(small));
        return w;
    };
    CHECK((run(row_norm{}, 0) - run(row_norm{}, 1)).norm() < 1e-14);
    CHECK((run(momentum{} | row_norm{}, 0) - run(momentum{} | row_norm{}, 1)).norm() > 1e-3);
    CHECK((run(identity{}, 0) - run(identity{}, 1)).norm() > 1e-3);
}

TEST_CASE("a user's rule that throws: the error names the blocks that failed and those that stepped") {
    for (index_t threads : {1, 3}) {
        thread_pool pool(threads);
        bool fail = true;
        auto mine = rule<expert>([&fail](view<double const> x, view<double> y) {
            if (fail && x.rows == 3) throw std::runtime_error("no three rows");
            for (index_t i = 0; i < x.rows; ++i)
                for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j);
        });
        auto stack = layerwise<double>(on<projection>(momentum{} | polar{}, 0.1), on<expert>(mine, 0.1), on<embedding>(row_norm{}, 0.1));
        stack.run_on(pool);
        dense<double> a = gaussian<double>(4, 4, 1), b = gaussian<double>(3, 4, 2), c = gaussian<double>(2, 4, 3), d = gaussian<double>(5, 4, 4);
        const dense<double> a0 = a, b0 = b, c0 = c, d0 = d;
        auto of_a = stack.add("a", as<projection>(a)), of_b = stack.add("b", as<expert>(b)), of_c = stack.add("c", as<expert>(c)), of_d = stack.add("d", as<embedding>(d));
        CHECK(message([&] { stack.step(of_a(a0), of_b(b0), of_c(c0), of_d(d0)); }) == "isotypic: a rule threw (no three rows) on 'b'; stepped: 'a' 'c' 'd'");
        CHECK(b == b0);
        CHECK(a != a0);
        CHECK(c == c0 - 0.1 * c0);
        CHECK(d != d0);
        fail = false;
        CHECK(message([&] { stack.step(of_a(a0), of_b(b0), of_c(c0), of_d(d0)); }).empty());
        CHECK(b == b0 - 0.1 * b0);
        CHECK(stack.steps() == 2);
    }
    auto stack = layerwise<double>(on<expert>(rule<expert>([](view<double const>, view<double>) { throw 7; }), 0.1));
    dense<double> w = gaussian<double>(2, 2, 1);
    auto of_w = stack.add("w", as<expert>(w));
    CHECK(message([&] { stack.step(of_w(w)); }) == "isotypic: a rule threw (an exception) on 'w'; stepped: none");
}

TEST_CASE("blocks and state are readable for logs") {
    model<float> m;
    std::string seen;
    m.stack.for_each_block([&](auto const& name, auto const& role, auto const&, auto const& w) { seen += name + " " + role + " " + std::to_string(w.size()) + "; "; });
    CHECK(seen == "embed embedding 36; head lm_head 28; q projection 16; k projection 12; b bias 4; ");
    seen.clear();
    m.stack.for_each_state([&](auto const& name, named_block const& b) { seen += name + "/" + b.name + " "; });
    CHECK(seen == "embed/0.momentum head/0.momentum q/0.momentum k/0.momentum b/first_moment b/second_moment ");
}
