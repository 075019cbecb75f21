// SPDX-License-Identifier: MIT
#include <isotypic/isotypic.cuh>
#include <cstdio>

using namespace isotypic;

int main() try {
    cuda device;
    const auto memory = detail::gpu_memory::allocate(2 * 6 * sizeof(float));
    float* const first = reinterpret_cast<float*>(memory.get());
    detail::check(cudaMemset(first, 0, 2 * 6 * sizeof(float)), "clear memory");
    auto stack = layerwise_on<float>(std::move(device), on<embedding>(momentum{} | row_norm{}, 0.1));
    const auto embed = stack.add("embed", as<embedding>(view<float, gpu>(first, 3, 2)));
    stack.step(embed(view<float, gpu>(first + 6, 3, 2)));
    return stack.on_device().status().steps == 1 ? 0 : 1;
} catch (error const& e) {
    std::puts(e.what());  // no GPU
    return 77;
}
