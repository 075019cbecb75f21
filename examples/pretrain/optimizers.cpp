// SPDX-License-Identifier: MIT
#include "stacks.hpp"
#include <isotypic/device/cpu_inverse.hpp>

std::unique_ptr<optimizer> make_optimizer(settings const& s, variant const& v, pretrain::weights<float>& w, pretrain::weights<float>& g,
                                          isotypic::thread_pool& pool) {
    if (s.device == "cuda") {
#ifdef PRETRAIN_CUDA
        return make_optimizer_on_gpu(s, v, w, g);
#else
        throw std::runtime_error("this program was built without CUDA: configure with -DISOTYPIC_CUDA=ON");
#endif
    }
    return make_stack(s, v, w, g, [&](auto... rules) {
        auto stack = isotypic::layerwise<float>(rules...);
        return std::make_unique<stepped<decltype(stack)>>(std::move(stack), pool);
    });
}
