// SPDX-License-Identifier: MIT
// Training goes on from a file bit for bit, and a file that does not fit changes nothing.
#include <isotypic/model/checkpoint.hpp>
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/isotypic.hpp>
#include <sstream>

using namespace isotypic;

namespace {

/// Every kind of block: both orders, strides, a batch, a joined pair, a vector, nothing at all.
template <class T>
struct model {
    static auto make() {
        const momentum m{.beta = 0.9};
        return layerwise<T>(on<embedding>(m | row_norm{}, cosine{.peak = 0.5, .steps = 6}, {.rate = 0.1}),
                            on<lm_head>(momentum{} | centre{} | row_norm{} | centre{}, linear{.peak = 0.1, .steps = 6}, {.rate = 0.1}),
                            on<projection>(m | polar{}, 0.02), on<expert>(polar_first_grad<>{}, 0.02), on<swiglu_gate>(row_adam{}, 0.1),
                            on<swiglu_down>(by_columns(m | row_norm{}), 0.1), on<bias>(adam{}, 0.01), on<sigmoid_router>(row_norm{}, 0.1));
    }
    decltype(make()) stack = make();
    order o;
    storage<T> embed{9, 4, o}, head{7, 4, order::columns}, q{4, 5, order::strided}, experts{3, 4, o, 0, 3}, gate{6, 4, o}, up{6, 4, o}, down{4, 6, o}, b{4, 1},
        none{0, 4}, router{3, 4, o};

    std::vector<block_handle<T>> handles;

    explicit model(order o_) : o(o_) {
        embed.fill(1), head.fill(2), q.fill(3), experts.fill(4), gate.fill(5), up.fill(6), down.fill(7), b.fill(8), router.fill(9);
        handles = {stack.add("embed", as<embedding>(embed.all)),
                   stack.add("head", as<lm_head>(head.all)),
                   stack.add("q", as<projection>(q.all)),
                   stack.add("experts", as<expert>(experts.all)),
                   stack.add("gate and up", as<swiglu_gate>(joined(gate.one(), up.one()))),
                   stack.add("down", as<swiglu_down>(down.all)),
                   stack.add("b", as<bias>(b.all)),
                   stack.add("none", as<embedding>(none.all)),
                   stack.add("router", as<sigmoid_router>(router.all))};
    }
    void train(int steps) {
        for (int i = 0; i < steps; ++i) {
            std::vector<gradient<T>> all;
            std::vector<cpu_buffer<T>> buffers;
            stack.for_each_block([&](auto&&, auto&&, auto&&, blocks<T> const& w) {
                random_stream random(seed(), all.size(), std::uint32_t(stack.steps()));
                const blocks<T> g = buffers.emplace_back(w).all();
                for (index_t m = 0; m < g.matrices(); ++m)
                    for (index_t r = 0; r < g.rows(); ++r)
                        for (index_t c = 0; c < g.cols(); ++c) g.matrix(m)(r, c) = T(2 * random.uniform() - 1);
                all.push_back(handles[all.size()](g));
            });
            stack.step(all);
        }
    }
    std::string saved() const {
        std::ostringstream to;
        save(stack, to);
        return to.str();
    }
    void load_from(std::string const& bytes) {
        std::istringstream from(bytes);
        load(stack, from);
    }
};

/// The error of loading `bytes` into a stack, which must leave it as it was.
template <class Stack>
std::string refused(Stack& stack, std::string const& bytes) {
    const std::string before = bits_of(stack);
    const index_t steps = stack.steps();
    const std::string text = message([&] {
        std::istringstream from(bytes);
        load(stack, from);
    });
    CHECK((bits_of(stack) == before));
    CHECK(stack.steps() == steps);
    return text;
}
safetensors::file parsed(std::string const& bytes) {
    std::istringstream from(bytes);
    return safetensors::read(from);
}
std::string written(safetensors::file const& f) {
    std::ostringstream to;
    safetensors::write(f, to);
    return to.str();
}

}  // namespace

TEST_CASE_TEMPLATE("checkpoint: three steps, a file and three more are six steps, bit for bit", T, float, double) {
    for (order o : orders) {
        model<T> whole(o), first(o), second(o);
        whole.train(6);
        first.train(3);
        second.train(1);  // what was there goes
        second.load_from(first.saved());
        CHECK(second.stack.steps() == 3);
        CHECK((bits_of(second.stack) == bits_of(first.stack)));
        second.train(3);
        CHECK((bits_of(second.stack) == bits_of(whole.stack)));
        CHECK(second.stack.steps() == 6);
        CHECK((second.saved() == whole.saved()));
    }
}

TEST_CASE("checkpoint: a file is about numbers, not about their order in memory") {
    model<float> rows(order::rows), columns(order::columns);
    rows.train(2);
    columns.load_from(rows.saved());
    CHECK((bits_of(columns.stack) == bits_of(rows.stack)));  // row by row
    CHECK((columns.saved() == rows.saved()));
}

TEST_CASE("checkpoint: names, shapes and metadata as documented") {
    model<float> m(order::columns);
    m.train(1);
    const auto f = parsed(m.saved());
    CHECK(f.about.at("format") == "isotypic 1");
    CHECK(f.about.at("step") == "1");
    CHECK(f.about.at("embed/role") == "embedding");
    CHECK(f.about.at("embed/rule") == "pipe<momentum, steepest<row_max>>");
    auto is = [&](char const* name, char const* dtype, std::vector<index_t> const& shape) {
        INFO(name);
        REQUIRE(f.tensors.count(name));
        CHECK(f.tensors.at(name).dtype == dtype);
        CHECK(f.tensors.at(name).shape == shape);
    };
    is("embed/weight", "F32", {9, 4});
    is("embed/0.momentum", "F32", {9, 4});
    is("experts/weight", "F32", {3, 3, 4});
    is("experts/momentum", "F32", {3, 3, 4});
    is("gate and up/weight", "F32", {2, 6, 4});
    is("gate and up/first_moment", "F32", {2, 6, 4});
    is("gate and up/second_moment", "F64", {6, 1});
    is("down/0.momentum", "F32", {6, 4});  // of the transpose
    is("none/weight", "F32", {0, 4});
    is("router/weight", "F32", {3, 4});
    CHECK(f.tensors.size() == 9 + 10);
    float second = 0;
    std::memcpy(&second, f.tensors.at("embed/weight").bytes.data() + 4, 4);
    CHECK(second == m.embed.one()(0, 1));
    std::memcpy(&second, f.tensors.at("gate and up/weight").bytes.data() + 4 * 24, 4);
    CHECK(second == m.up.one()(0, 0));
}

namespace {
/// A part of a user's own, whose state has the name of the weight.
struct shadow {
    using commutes_with = symmetry<signed_permutation, signed_permutation>;
    template <class Buffer>
    struct memory {
        Buffer buffer;
        template <class F>
        void for_each(F const& f) {
            f("weight", buffer.all());
        }
    };
    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        return memory<decltype(zeros_like<std::remove_const_t<T>>(d, like))>{zeros_like<std::remove_const_t<T>>(d, like)};
    }
    template <class C, class State>
    typename C::in apply(C const&, typename C::in x, typename C::out, State&) const {
        return x;
    }
};
}  // namespace

TEST_CASE("checkpoint: two tensors of one name are not written over each other") {
    storage<float> w(3, 2);
    w.fill(1);
    auto stack = layerwise<float>(on<bias>(shadow{}, 0.1));
    stack.add("w", as<bias>(w.all));
    std::ostringstream to;
    CHECK(message([&] { save(stack, to); }) == "isotypic: the stack has two tensors called 'w/weight'");
}

TEST_CASE("checkpoint: a file cut short or bent changes nothing") {
    model<float> m(order::rows), other(order::rows);
    m.train(2), other.train(1);
    const std::string bytes = m.saved(), damaged = "isotypic: the checkpoint is damaged or not in the safetensors format";
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        std::istringstream from(bytes.substr(0, n));
        REQUIRE(message([&] { load(other.stack, from); }) == damaged);
    }
    CHECK(refused(other.stack, bytes.substr(0, bytes.size() - 1)) == damaged);
    CHECK(refused(other.stack, bytes + "x") == damaged);
    model<float> untouched(order::rows);
    untouched.train(1);
    CHECK((bits_of(other.stack) == bits_of(untouched.stack)));
    // Any single byte of the header: refused, or another valid file, never a crash.
    const std::size_t header = 8 + static_cast<unsigned char>(bytes[0]) + 256 * static_cast<unsigned char>(bytes[1]);
    for (std::size_t i = 0; i < header; ++i)
        for (char flip : {char(1), char(0x10), char(0x80)}) {
            std::string bad = bytes;
            bad[i] = char(bad[i] ^ flip);
            const std::string text = message([&] { other.load_from(bad); });
            if (!text.empty()) CHECK(text.rfind("isotypic: ", 0) == 0);
            if (flip == char(0x80)) CHECK(text == damaged);
        }
}

TEST_CASE("checkpoint: what does not fit is refused by name before anything changes") {
    model<float> m(order::rows), other(order::rows);
    m.train(2), other.train(1);
    const auto file = parsed(m.saved());
    auto says = [&](auto const& change) {
        auto f = file;
        change(f);
        return refused(other.stack, written(f));
    };
    CHECK(says([](auto& f) { f.tensors.erase("q/weight"); }) == "isotypic: the checkpoint has no 'q/weight', which the stack has");
    CHECK(says([](auto& f) { f.tensors.erase("router/weight"); }) == "isotypic: the checkpoint has no 'router/weight', which the stack has");
    CHECK(says([](auto& f) { f.tensors.erase("q/0.momentum"); }) == "isotypic: the checkpoint has no 'q/0.momentum', which the stack has");
    CHECK(says([](auto& f) { f.tensors["k/weight"] = f.tensors["q/weight"]; }) == "isotypic: the stack has no 'k/weight', which the checkpoint has");
    CHECK(says([](auto& f) { f.tensors["router/weight"].shape = {4, 3}; }) == "isotypic: the shape of 'router/weight' is 4 x 3 in the checkpoint and 3 x 4 in the stack");
    CHECK(says([](auto& f) { f.tensors["gate and up/weight"].shape = {6, 8}; }) ==
          "isotypic: the shape of 'gate and up/weight' is 6 x 8 in the checkpoint and 2 x 6 x 4 in the stack");
    CHECK(says([](auto& f) { f.tensors["router/weight"] = {"F64", {3, 4}, std::string(96, '\0')}; }) ==
          "isotypic: the type of 'router/weight' is F64 in the checkpoint and F32 in the stack");
    CHECK(says([](auto& f) { f.tensors["router/weight"].dtype = "I32"; }) == "isotypic: the type of 'router/weight' is I32 in the checkpoint and F32 in the stack");
    CHECK(says([](auto& f) { f.about["q/role"] = "expert"; }) == "isotypic: 'q/role' is expert in the checkpoint and projection in the stack");
    CHECK(says([](auto& f) { f.about["router/rule"] = "sign"; }) == "isotypic: 'router/rule' is sign in the checkpoint and steepest<row_max> in the stack");
    CHECK(says([](auto& f) { f.about["format"] = "isotypic 2"; }) == "isotypic: 'format' is isotypic 2 in the checkpoint and isotypic 1 in the stack");
    CHECK(says([](auto& f) { f.about.erase("q/role"); }) == "isotypic: the checkpoint has no 'q/role', which the stack has");
    CHECK(says([](auto& f) { f.about.clear(); }) == "isotypic: the checkpoint has no 'b/role', which the stack has");
    CHECK(says([](auto& f) { f.about.erase("step"); }) == "isotypic: the checkpoint has no 'step', which the stack has");
    for (char const* step : {"", "-1", "two", "3x", " 3", "3.5", "99999999999999999999"})
        CHECK(says([&](auto& f) { f.about["step"] = step; }) == "isotypic: the checkpoint's step is '" + std::string(step) + "', not a count");
    other.load_from(written(file));  // the file itself is fine
}

TEST_CASE("checkpoint: a joined pair is no batch of two, though of one shape; a file that does not say is read") {
    storage<float> gate(3, 4), up(3, 4), two(3, 4, order::rows, 0, 2);
    gate.fill(1), up.fill(2), two.fill(3);
    auto pair = layerwise<float>(on<swiglu_gate>(momentum{}, 0.1)), batch = layerwise<float>(on<swiglu_gate>(momentum{}, 0.1));
    pair.add("w", as<swiglu_gate>(joined(gate.one(), up.one())));
    batch.add("w", as<swiglu_gate>(two.all));
    std::ostringstream of_pair, of_batch;
    save(pair, of_pair), save(batch, of_batch);
    CHECK(refused(batch, of_pair.str()) == "isotypic: 'w/panels' is 2 in the checkpoint and 1 in the stack");
    CHECK(refused(pair, of_batch.str()) == "isotypic: 'w/panels' is 1 in the checkpoint and 2 in the stack");
    std::istringstream from(of_pair.str());
    safetensors::file older = safetensors::read(from);
    CHECK(older.about.erase("w/panels") == 1);
    std::stringstream again;
    safetensors::write(older, again);
    gate.fill(4);
    load(pair, again);
    CHECK(same_bits(elements(gate.one()), elements(storage<float>(3, 4).fill(1).one())));
}

TEST_CASE("checkpoint: another program's stack") {
    model<float> m(order::rows);
    m.train(1);
    model<double> wide(order::rows);
    CHECK(refused(wide.stack, m.saved()) == "isotypic: the type of 'b/first_moment' is F32 in the checkpoint and F64 in the stack");
    auto small = layerwise<float>(on<embedding>(momentum{} | row_norm{}, 0.1));
    CHECK(refused(small, m.saved()) == "isotypic: the stack has no 'b/first_moment', which the checkpoint has");
    storage<float> e(9, 4);
    small.add("embed", as<embedding>(e.fill(1).all));
    auto sgd = layerwise<float>(on<embedding>(momentum{}, 0.1));
    storage<float> w(9, 4);
    sgd.add("embed", as<embedding>(w.fill(1).all));
    std::ostringstream to;
    save(small, to);
    CHECK(refused(sgd, to.str()) == "isotypic: 'embed/rule' is pipe<momentum, steepest<row_max>> in the checkpoint and momentum in the stack");
}
