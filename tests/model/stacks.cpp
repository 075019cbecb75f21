// Ready-made stacks: every role has a rule, the rates are those of the named origin, and the matched stack moves
// every block by entries of root mean square 0.2 times the rate.
#include <doctest/doctest.h>
#include <isotypic/check/seed.hpp>
#include <isotypic/group/random.hpp>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/model/stacks.hpp>
#include <Eigen/Core>

using namespace isotypic;
using dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

dense gaussian(index_t rows, index_t cols, std::uint64_t block) {
    random_stream random(seed(), block);
    dense x(rows, cols);
    for (double& v : x.reshaped()) v = random.normal();
    return x;
}

/// One block of a role in a stack.
struct member {
    std::string name;
    dense weight, gradient;
    block_handle<double> handle{};
};

/// A model with one block of every role.
template <class Stack>
struct model {
    Stack& stack;
    std::vector<std::unique_ptr<member>> members;

    template <class Role>
    void add(char const* name, index_t rows, index_t cols) {
        auto m = std::make_unique<member>(member{name, gaussian(rows, cols, 2 * members.size()), gaussian(rows, cols, 2 * members.size() + 1)});
        m->handle = stack.add(name, as<Role>(m->weight));
        members.push_back(std::move(m));
    }
    explicit model(Stack& s) : stack(s) {
        add<embedding>("embedding", 30, 8), add<tied_embedding>("tied_embedding", 30, 8), add<lm_head>("lm_head", 30, 8);
        add<projection>("projection", 8, 12), add<swiglu_gate>("swiglu_gate", 20, 8), add<swiglu_up>("swiglu_up", 20, 8);
        add<swiglu_down>("swiglu_down", 8, 20), add<router>("router", 6, 8), add<sigmoid_router>("sigmoid_router", 6, 8);
        add<expert>("expert", 8, 8), add<attention_heads>("attention_heads", 4, 8);
        add<scale_in>("scale_in", 8, 1), add<scale_out>("scale_out", 8, 1), add<bias>("bias", 8, 1);
    }
    void step() {
        std::vector<gradient<double>> all;
        for (auto& m : members) all.push_back(m->handle(m->gradient));
        stack.step(all);
    }
    /// Root mean square of what one step changes, by block.
    double moved(std::string const& name) {
        for (auto& m : members)
            if (m->name == name) {
                const dense before = m->weight;
                step();
                return (m->weight - before).norm() / std::sqrt(double(before.size()));
            }
        FAIL("no block ", name);
        return 0;
    }
};

}  // namespace

TEST_CASE("every role steps in every stack") {
    auto run = [](auto stack) {
        model all(stack);
        std::vector<dense> before;
        for (auto& m : all.members) before.push_back(m->weight);
        all.step();
        for (std::size_t i = 0; i < before.size(); ++i) {
            INFO(all.members[i]->name);
            CHECK(all.members[i]->weight.allFinite());
            CHECK((all.members[i]->weight - before[i]).norm() > 0);
        }
    };
    run(stacks::symmetry_compatible<double>({.steps = 1000}));
    run(stacks::muon_adamw<double>());
    run(stacks::matched<double>(1e-3));
}

TEST_CASE("matched: the first step moves the entries of every block by 0.2 times the rate") {
    const double rate = 1e-3;
    for (char const* name : {"embedding", "tied_embedding", "projection", "swiglu_gate", "swiglu_up", "swiglu_down", "sigmoid_router", "expert", "attention_heads"}) {
        auto stack = stacks::matched<double>(rate);
        model all(stack);
        INFO(name);
        CHECK(all.moved(name) == doctest::Approx(0.2 * rate).epsilon(1e-3));
    }
    for (char const* name : {"lm_head", "router"}) {  // the last centring takes a little away
        auto stack = stacks::matched<double>(rate);
        model all(stack);
        INFO(name);
        const double m = all.moved(name);
        CHECK(m < 0.2 * rate * (1 + 1e-9));
        CHECK(m > 0.15 * rate);
    }
}

TEST_CASE("matched: twenty steps have the same bits for any threads") {
    auto run = [](index_t threads) {
        thread_pool pool(threads);
        auto stack = stacks::matched<float>(0.01);
        stack.run_on(pool);
        std::vector<Eigen::MatrixXf> w, g;
        for (auto [m, n] : {std::pair<index_t, index_t>{400, 500}, {30, 8}, {170, 200}, {64, 64}}) w.push_back(gaussian(m, n, 1).cast<float>()), g.push_back(gaussian(m, n, 2).cast<float>());
        std::vector<gradient<float>> all;
        for (std::size_t i = 0; i < w.size(); ++i) all.push_back(stack.add(std::to_string(i), as<projection>(w[i]))(g[i]));
        for (int step = 0; step < 20; ++step) {
            stack.step(all);
            for (std::size_t i = 0; i < w.size(); ++i) g[i] = 0.5f * g[i] + 0.1f * w[i];
        }
        return w;
    };
    const auto serially = run(1);
    for (index_t threads : {2, 3, 7}) CHECK(run(threads) == serially);
}

TEST_CASE("symmetry_compatible: rates of the paper's run, constant and then linear to zero, vectors on a cosine") {
    auto stack = stacks::symmetry_compatible<double>({.steps = 1000});
    CHECK(stack.on<embedding>().rate(1) == 0.5);
    CHECK(stack.on<embedding>().rate(600) == 0.5);
    CHECK(stack.on<embedding>().rate(800) == doctest::Approx(0.25));
    CHECK(stack.on<embedding>().rate(1000) == 0);
    CHECK(stack.on<lm_head>().rate(1) == 5e-3);
    CHECK(stack.on<router>().rate(1) == 7.5e-4);
    CHECK(stack.on<projection>().rate(1) == 2e-2);
    CHECK(stack.on<bias>().rate(50) == doctest::Approx(2.5e-2));
    CHECK(stack.on<embedding>().decay.rate == 0);
    CHECK(stack.on<projection>().decay.rate == 1e-3);
}

TEST_CASE("muon_adamw: K. Jordan's rates; heads decay with their shared row") {
    auto stack = stacks::muon_adamw<double>();
    CHECK(stack.on<projection>().rate(7) == 0.02);
    CHECK(stack.on<lm_head>().rate(7) == 3e-4);
    CHECK(stack.on<lm_head>().decay.fix_gauge);
    CHECK_FALSE(equivariant_under<decltype(stack.on<lm_head>().rule), lm_head>);
}

TEST_CASE("output scales decay where the authors' do, not in ours") {
    auto theirs = stacks::symmetry_compatible<double>({.steps = 1000});
    CHECK(weight_decay(theirs.on<scale_out>().decay).rate == 1e-3);
    auto jordan = stacks::muon_adamw<double>();
    CHECK(weight_decay(jordan.on<scale_out>().decay).rate == 0.01);
    auto ours = stacks::matched<double>(1e-3, {.rate = 0.1});
    CHECK(weight_decay(ours.on<scale_out>().decay).rate == 0);
    CHECK(ours.on<scale_in>().decay.rate == 0.1);
}
