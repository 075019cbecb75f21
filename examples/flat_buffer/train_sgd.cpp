#include "bigram.h"

void train_sgd() {
    static float params[SIZE], grads[SIZE];
    start(params);

    for (int step = 0; step <= 40; ++step) {
        const float loss = loss_and_gradients(params, grads);
        if (step % 10 == 0) printf("step %2d   loss %.2f\n", step, (double)loss);
        for (int i = 0; i < SIZE; ++i) params[i] -= 2.0f * grads[i];
    }
}
