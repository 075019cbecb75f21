// SPDX-License-Identifier: MIT
#pragma once
#include "data.hpp"
#include "layer.hpp"
#include "streams.hpp"

namespace noisy_labels {

/// "mlp" has one hidden layer of 128; "conv" 8 channels, then 16 by 3 x 3 at every other pixel. On large images its first kernel is 5 x 5
/// at every other pixel, on small ones 3 x 3.
inline std::vector<layer_shape> shapes(std::string const& kind, data const& d) {
    const Index classes = d.classes, inputs = d.train.inputs.cols();
    if (kind == "mlp") return {{inputs, 1, 1, 1, 128}, {128, 1, 1, 1, classes, false}};
    const bool large = d.side > 16;
    const layer_shape first{1, d.side, large ? 5 : 3, large ? 2 : 1, 8}, second{8, first.across(), 3, 2, 16};
    return {first, second, {16, second.across(), second.across(), 1, classes, false}};
}

/// Its layers stay where they are.
class net {
public:
    std::vector<layer> layers;
    matrix<float> input;  ///< [inputs, batch]

    net(std::string const& kind, data const& d, Index batch, unsigned seed) : input(d.train.inputs.cols(), batch) {
        for (layer_shape const& s : shapes(kind, d)) {
            auto random = stream(seed, purpose::weights, Index(layers.size()));
            layer& l = layers.emplace_back(s, batch);
            const double size = std::sqrt((s.relu ? 2.0 : 1.0) / double(s.fan_in()));
            for (Index i = 0; i < l.w.size(); ++i) l.w.data()[i] = float(size * random.normal());
        }
    }
    net(net const&) = delete;
    net& operator=(net const&) = delete;

    /// Scores [classes, batch]; `gradient` is what `backward` starts from.
    matrix<float> const& scores() const { return layers.back().y; }
    matrix<float>& gradient() { return layers.back().dy; }

    void read(samples const& from, Index const* which) {
        for (Index s = 0; s < input.cols(); ++s) input.col(s) = from.inputs.row(which[s]).transpose();
    }
    void forward() {
        for (std::size_t i = 0; i < layers.size(); ++i) layers[i].forward(i ? layers[i - 1].y : input);
    }
    void backward() {
        for (std::size_t i = layers.size(); i-- > 0;) layers[i].backward(i ? layers[i - 1].y : input, i ? &layers[i - 1].dy : nullptr);
    }
    bool finite() const {
        for (layer const& l : layers)
            if (!l.dw.allFinite() || !l.db.allFinite()) return false;
        return true;
    }

    /// The share of samples whose largest score is their label's. The last batch is filled up with samples counted already.
    double accuracy(samples const& from, std::vector<int> const& label) {
        const Index n = from.count(), batch = input.cols();
        std::vector<Index> which(static_cast<std::size_t>(batch));
        Index right = 0;
        for (Index first = 0; first < n; first += batch) {
            for (Index s = 0; s < batch; ++s) which[std::size_t(s)] = (first + s) % n;
            read(from, which.data()), forward();
            for (Index s = 0; s < (std::min)(batch, n - first); ++s) {
                Index best = 0;
                for (Index k = 1; k < scores().rows(); ++k)
                    if (scores()(k, s) > scores()(best, s)) best = k;
                right += best == label[std::size_t(first + s)];
            }
        }
        return double(right) / double(n);
    }
};

}  // namespace noisy_labels
