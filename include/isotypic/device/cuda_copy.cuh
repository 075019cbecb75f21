// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda.cuh>
#include <array>
#include <vector>

/// \file
/// A block of the GPU's memory where the CPU reads it, for checkpoints: what lies from its first element to its last, gaps too, as it lies.
namespace isotypic {

/// f(a copy of x in the CPU's memory); what f wrote goes back, unless T is const. Waits for the stream.
template <class T, class F>
void on_host(cuda const& d, blocks<T, gpu> const& x, F const& f) {
    using number = std::remove_const_t<T>;
    if (!x.size()) return;
    std::array<std::vector<number>, 2> memory;
    auto data = [&](index_t panel) {
        const auto [low, high] = detail::range_of(x, panel);
        auto& m = memory[std::size_t(panel)];
        m.resize((high + 1 - low) / sizeof(T));
        return m.data() + (reinterpret_cast<std::uintptr_t>(x.panel(0, panel).data) - low) / sizeof(T);
    };
    auto const& v = x.first;
    blocks<T> here(view<T>(data(0), v.rows, v.cols, v.row_stride, v.col_stride), x.count, x.stride);
    here.joined = x.joined, here.stacked = x.stacked;
    if (x.joined) here.second = data(1);
    auto move = [&](cudaMemcpyKind kind, char const* what) {
        for (index_t p = 0; p < x.panels(); ++p) {
            auto& m = memory[std::size_t(p)];
            void* there = reinterpret_cast<void*>(detail::range_of(x, p).first);
            const bool read = kind == cudaMemcpyDeviceToHost;
            detail::check(cudaMemcpyAsync(read ? m.data() : there, read ? there : m.data(), sizeof(T) * m.size(), kind, d.stream()), what);
        }
        d.synchronize();
    };
    move(cudaMemcpyDeviceToHost, "read a block");
    f(here);
    if constexpr (!std::is_const_v<T>) move(cudaMemcpyHostToDevice, "write a block");
}

}  // namespace isotypic
