// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/isotypic.cuh>
#include <isotypic/model/checkpoint.hpp>
#include <training/optimizer.hpp>
#include <cstring>
#include <span>

/// \file
/// A layerwise stack in a GPU's memory, for a model on the CPU.

/// Memory that a GPU copies to and from by itself.
class pinned_memory {
public:
    explicit pinned_memory(std::size_t bytes) {
        void* p = nullptr;
        isotypic::detail::check(cudaMallocHost(&p, bytes), "allocate pinned memory");
        first.reset(static_cast<std::byte*>(p));
    }
    std::byte* get() const { return first.get(); }

private:
    struct give_back {
        void operator()(std::byte* p) const { cudaFreeHost(p); }
    };
    std::unique_ptr<std::byte, give_back> first;
};

/// All weights lie in one array and all gradients in another, which must outlive it. The stack has a copy of the weights: those of the CPU
/// are read here, once, and written by each step and by `load`. A step copies all gradients there and all weights back.
template <class Stack>
class stepped_on_gpu final : public optimizer {
public:
    stepped_on_gpu(Stack s, std::span<float> weights, std::span<float const> gradients)
        : w(weights), g(gradients), stack(std::move(s)), staging(w.size_bytes()), there{allocate(), allocate()} {
        to_gpu(w, there[0]);
    }

    template <class Role, class W, class G>
    void add(std::string name, W&& weight, G&& gradient) {
        names.push_back(name);
        const auto handle = stack.add(std::move(name), isotypic::as<Role>(on_gpu(isotypic::as_blocks(weight), w.data(), there[0])));
        passed.push_back(handle(on_gpu(isotypic::as_blocks(gradient), g.data(), there[1])));
    }
    void step() override {
        to_gpu(g, there[1]);
        stack.step(std::span<isotypic::gradient<float, isotypic::gpu> const>(passed));
        from_gpu();
        const isotypic::gpu_status now = stack.on_device().status();  // waits
        if (now.refused != refused) {
            refused = now.refused, stack.continue_at(now.steps);
            throw isotypic::error("isotypic: the gradient of block '" + names[std::size_t(now.block)] + "' holds an infinity or a NaN");
        }
        std::memcpy(w.data(), staging.get(), w.size_bytes());
    }
    void save(std::ostream& to) const override { isotypic::save(stack, to); }
    void load(std::istream& from) override {
        isotypic::load(stack, from);
        from_gpu();
        stack.on_device().synchronize();
        std::memcpy(w.data(), staging.get(), w.size_bytes());
    }

private:
    using memory = isotypic::detail::gpu_memory;
    memory::owner allocate() const { return memory::allocate(w.size_bytes()); }

    /// A block of an array at `first` where it lies on the GPU.
    template <class T>
    static isotypic::blocks<std::remove_const_t<T>, isotypic::gpu> on_gpu(isotypic::blocks<T> const& x, float const* first, memory::owner const& there) {
        float* const base = reinterpret_cast<float*>(there.get());
        auto const& v = x.first;
        const isotypic::view<float, isotypic::gpu> one(base + (v.data - first), v.rows, v.cols, v.row_stride, v.col_stride);
        isotypic::blocks<float, isotypic::gpu> y(one, x.count, x.stride);
        y.joined = x.joined, y.stacked = x.stacked;
        if (x.joined) y.second = base + (x.second - first);
        return y;
    }
    void to_gpu(std::span<float const> from, memory::owner const& to) {
        stack.on_device().synchronize();  // an earlier copy from the staging memory is over
        std::memcpy(staging.get(), from.data(), from.size_bytes());
        copy(to.get(), staging.get(), cudaMemcpyHostToDevice, "copy to it");
    }
    void from_gpu() { copy(staging.get(), there[0].get(), cudaMemcpyDeviceToHost, "copy from it"); }
    void copy(std::byte* to, std::byte const* from, cudaMemcpyKind kind, char const* what) {
        isotypic::detail::check(cudaMemcpyAsync(to, from, w.size_bytes(), kind, stack.on_device().stream()), what);
    }

    std::span<float> w;
    std::span<float const> g;
    Stack stack;
    pinned_memory staging;
    memory::owner there[2];  // weights, gradients
    std::vector<std::string> names;
    std::vector<isotypic::gradient<float, isotypic::gpu>> passed;
    isotypic::index_t refused = 0;
};
