#include <cstdio>

void train_sgd();
void train_stack();

int main() {
    std::printf("SGD\n");
    train_sgd();
    std::printf("the stack\n");
    train_stack();
}
