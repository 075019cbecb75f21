// SPDX-License-Identifier: MIT
// Files of a stack in the GPU's memory: what goes on from one, there and on the CPU.
#include "on_gpu.hpp"
#include <doctest/doctest.h>
#include <isotypic/isotypic.cuh>
#include <isotypic/model/checkpoint.hpp>
#include <limits>
#include <sstream>

using namespace isotypic;

namespace {

/// Strides, a batch, a joined pair and a vector in one memory or the other; gradients depend on block and step alone.
template <class T, class Space>
struct model {
    static constexpr bool on_cpu = std::is_same_v<Space, host>;

    /// Rates are constant: the step's number is read by Adam's corrections alone.
    static auto make() {
        return layerwise_on<T>(device_of<Space>(), on<embedding>(momentum{} | row_norm{}, 0.1), on<swiglu_gate>(row_adam{}, 0.1), on<bias>(adam{}, 0.1));
    }
    decltype(make()) stack = make();
    std::vector<storage<T>> w, g;
    std::vector<on_gpu<T>> there;  // weights, then gradients
    std::vector<block_handle<T, Space>> handles;

    model() {
        const std::pair<index_t, index_t> shapes[] = {{9, 4}, {4, 6}, {6, 4}, {6, 4}, {5, 1}};
        for (auto* some : {&w, &g})
            for (auto [rows, cols] : shapes) some->emplace_back(rows, cols, some->size() == 0 ? order::strided : order::rows).fill(some->size());
        if constexpr (!on_cpu)
            for (auto* some : {&w, &g})
                for (auto& x : *some) there.emplace_back(x);
        handles = {stack.add("embed", as<embedding>(place(0))), stack.add("heads", as<embedding>(column_heads(place(1).first, 2))),
                   stack.add("gate and up", as<swiglu_gate>(joined(place(2), place(3)))), stack.add("bias", as<bias>(place(4)))};
    }
    blocks<T, Space> place(std::size_t i) {
        if constexpr (on_cpu)
            return i < w.size() ? w[i].all : g[i - w.size()].all;
        else
            return there[i].all;
    }
    void train(std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t t = first; t <= last; ++t) step(t);
    }
    void step(std::uint64_t t, double bad = 0) {
        for (std::size_t i = 0; i < g.size(); ++i) g[i].fill(100 * t + i);
        if (bad != 0) g[0].one()(0, 0) = T(bad);
        if constexpr (!on_cpu)
            for (auto& x : there)
                if (&x - there.data() >= std::ptrdiff_t(g.size())) x.write();
        stack.step(handles[0](place(5)), handles[1](column_heads(place(6).first, 2)), handles[2](joined(place(7), place(8))), handles[3](place(9)));
    }
    std::vector<T> weights() {
        std::vector<T> all;
        for (std::size_t i = 0; i < w.size(); ++i) {
            if constexpr (!on_cpu) there[i].read();
            const auto e = elements(w[i].one());
            all.insert(all.end(), e.begin(), e.end());
        }
        return all;
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

template <class T>
double apart(std::vector<T> const& a, std::vector<T> const& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::fmax(most, std::fabs(double(a[i]) - double(b[i])));
    return most;
}

safetensors::file parsed(std::string const& bytes) {
    std::istringstream from(bytes);
    return safetensors::read(from);
}

}  // namespace

TEST_CASE("checkpoint: on a GPU three steps, a file and three more are six steps, bit for bit; without the step's number they are not") {
    model<double, gpu> whole, first, second, forgetful;
    whole.train(1, 6);
    first.train(1, 3);
    const std::string file = first.saved();
    second.train(7, 7);  // what was there goes
    second.load_from(file), forgetful.load_from(file);
    CHECK(second.stack.steps() == 3);
    CHECK(second.stack.on_device().status().steps == 3);
    CHECK(same_bits(second.weights(), first.weights()));
    CHECK((second.saved() == file));
    forgetful.stack.continue_at(0);
    CHECK((parsed(forgetful.saved()).tensors.at("bias/second_moment").bytes == parsed(file).tensors.at("bias/second_moment").bytes));
    second.train(4, 6), forgetful.train(4, 6);
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(same_bits(second.weights(), whole.weights()));
    CHECK((second.saved() == whole.saved()));
    CHECK(apart(forgetful.weights(), whole.weights()) > 1e-3);
}

TEST_CASE_TEMPLATE("checkpoint: a GPU's file continues on the CPU, and the reverse, to rounding; without the step's number not", From, gpu, host) {
    using To = std::conditional_t<std::is_same_v<From, gpu>, host, gpu>;
    model<double, From> writer;
    model<double, To> reader, forgetful;
    writer.train(1, 3);
    const auto file = parsed(writer.saved());
    CHECK(file.about.at("step") == "3");
    reader.load_from(writer.saved()), forgetful.load_from(writer.saved());
    CHECK(same_bits(reader.weights(), writer.weights()));
    CHECK((reader.saved() == writer.saved()));
    forgetful.stack.continue_at(0);
    writer.train(4, 6), reader.train(4, 6), forgetful.train(4, 6);
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(apart(reader.weights(), writer.weights()) < 1e-11);
    CHECK(apart(forgetful.weights(), writer.weights()) > 1e-3);
}

TEST_CASE("checkpoint: a step that a GPU refused is not in the file's count") {
    model<double, gpu> m, twin;
    m.train(1, 2), twin.train(1, 2);
    m.step(3, std::numeric_limits<double>::infinity());
    CHECK((m.saved() == twin.saved()));
}

TEST_CASE("checkpoint: short numbers are stored as they are, their state as float") {
    using T = __nv_bfloat16;
    auto make = [](on_gpu<T>& w) {
        auto stack = layerwise_on<T>(cuda(), on<embedding>(momentum{} | row_norm{}, 0.25));
        auto handle = stack.add("embed", as<embedding>(w.all));
        return std::pair(std::move(stack), handle);
    };
    storage<T> a(6, 5, order::columns), b(6, 5, order::columns), g(6, 5);
    a.fill(1), b.fill(2), g.fill(3);
    on_gpu<T> x(a), y(b), gg(g);
    auto mine = make(x), other = make(y);
    mine.first.step(mine.second(gg.all));
    std::stringstream file;
    save(mine.first, file);
    const auto f = parsed(file.str());
    CHECK(f.tensors.at("embed/weight").dtype == "BF16");
    CHECK(std::string(detail::dtype<__half>) == "F16");
    CHECK(f.tensors.at("embed/weight").bytes.size() == 60);
    CHECK(f.tensors.at("embed/0.momentum").dtype == "F32");
    load(other.first, file);
    mine.first.step(mine.second(gg.all)), other.first.step(other.second(gg.all));
    x.read(), y.read();
    CHECK(same_bits(elements(a.one()), elements(b.one())));
}
