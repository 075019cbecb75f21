#include <isotypic/model/stacks.hpp>

#include "bigram.h"

using namespace isotypic;

void train_stack() {
    static float params[SIZE], grads[SIZE];
    start(params);

    auto stack = stacks::matched<float>(linear{.peak = 0.3, .steps = 40});
    auto embed = stack.add("embed", as<embedding>(as_view(params + EMBED, V, C))), head = stack.add("head", as<lm_head>(as_view(params + HEAD, V, C)));
    for (int step = 0; step <= 40; ++step) {
        const float loss = loss_and_gradients(params, grads);
        if (step % 10 == 0) printf("step %2d   loss %.2f\n", step, (double)loss);
        stack.step(embed(as_view(grads + EMBED, V, C)), head(as_view(grads + HEAD, V, C)));
    }
}
