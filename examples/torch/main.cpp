// LibTorch computes the loss and its gradients, the stack steps the tensors in place.
#include "torch_view.hpp"

#include <isotypic/isotypic.hpp>

#include <cstdio>

using namespace isotypic;

int main() {
    torch::manual_seed(1);
    const std::string text = "she sells sea shells by the sea shore and the shells she sells are sea shells for sure ";
    std::vector<std::int64_t> letters;
    for (char c : text) letters.push_back(c == ' ' ? 26 : c - 'a');
    const auto all = torch::tensor(letters), now = all.slice(0, 0, -1), next = all.slice(0, 1);

    // A letter is embedded, projected, and a head guesses the letter that follows.
    torch::nn::Embedding letter(27, 16);
    torch::nn::Linear hidden(torch::nn::LinearOptions(16, 16).bias(false)), guess(torch::nn::LinearOptions(16, 27).bias(false));
    torch::nn::Sequential model(letter, hidden, guess);

    // [stack]
    const momentum m{.beta = 0.9};
    auto stack = layerwise<float>(on<embedding>(m | row_norm{}, linear{.peak = 0.1, .steps = 100}),
                                  on<projection>(m | polar{}, linear{.peak = 0.02, .steps = 100}),
                                  on<lm_head>(m | centre{} | row_norm{} | centre{}, linear{.peak = 0.1, .steps = 100}));
    auto embed = stack.add("embed", as<embedding>(as_view(letter->weight)));
    auto project = stack.add("project", as<projection>(as_view(hidden->weight)));
    auto head = stack.add("head", as<lm_head>(as_view(guess->weight)));

    // [loop]
    for (int t = 0; t <= 100; ++t) {
        model->zero_grad();
        const auto loss = torch::nn::functional::cross_entropy(model->forward(now), next);
        loss.backward();
        if (t % 20 == 0) std::printf("step %3d   loss %.2f\n", t, double(loss.item<float>()));
        stack.step(embed(as_view(letter->weight.grad())), project(as_view(hidden->weight.grad())), head(as_view(guess->weight.grad())));
    }
}
