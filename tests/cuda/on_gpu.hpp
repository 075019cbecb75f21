// SPDX-License-Identifier: MIT
#pragma once
#include <storage.hpp>
#include <isotypic/device/cuda.cuh>
#include <cmath>

/// \file
/// Matrices of `storage.hpp` with a copy in the memory of a GPU.
namespace isotypic {

template <class T>
class on_gpu {
public:
    storage<T>& host;
    blocks<T, gpu> all;

    explicit on_gpu(storage<T>& from) : host(from), memory(detail::gpu_memory::allocate(bytes())) {
        auto const& h = from.all;
        const view<T, gpu> one(reinterpret_cast<T*>(memory.get()), h.rows(), h.cols(), h.first.row_stride, h.first.col_stride);
        all = blocks<T, gpu>(one, h.count, h.stride);
        write();
    }
    void write() { detail::check(cudaMemcpy(all.first.data, host.all.first.data, bytes(), cudaMemcpyHostToDevice), "write"); }
    void read() { detail::check(cudaMemcpy(host.all.first.data, all.first.data, bytes(), cudaMemcpyDeviceToHost), "read"); }

private:
    std::size_t bytes() const { return sizeof(T) * std::size_t(host.all.count * (3 * host.all.rows() + 1) * (2 * host.all.cols() + 1)); }
    detail::gpu_memory::owner memory;
};

/// n numbers of the GPU.
inline std::vector<double> numbers_of(double const* p, index_t n) {
    std::vector<double> v(std::size_t(n), 0.0);
    detail::check(cudaMemcpy(v.data(), p, sizeof(double) * std::size_t(n), cudaMemcpyDeviceToHost), "read");
    return v;
}

/// Largest |a - b| over the elements.
template <class A, class B>
double distance(blocks<A> const& a, blocks<B> const& b) {
    double most = 0;
    for (index_t i = 0; i < a.matrices(); ++i)
        for (index_t r = 0; r < a.rows(); ++r)
            for (index_t c = 0; c < a.cols(); ++c) {
                const double d = std::fabs(double(compute<A>(a.matrix(i)(r, c))) - double(compute<B>(b.matrix(i)(r, c))));
                if (!(d <= most)) most = d;
            }
    return most;
}

}  // namespace isotypic
