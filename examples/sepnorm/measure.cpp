// SPDX-License-Identifier: MIT
#include "measure.hpp"
#include "bitmap.hpp"
#include "probe.hpp"
#include <isotypic/normalization/effective_rank.hpp>
#include <isotypic/normalization/uniformity.hpp>

namespace sepnorm {
namespace {

/// Features of a part: class tokens, and means of the patches.
struct embedded {
    labelled_features token, pooled;
};

embedded embed(image_set const& from, Index count, config const& c, weights<float> const& w, encoder<float>& whole, patches<float>& seen) {
    const Index n = (std::min)(count, from.pixels.rows()), tokens = whole.tokens;
    embedded e;
    e.token.x.resize(n, c.width), e.pooled.x.setZero(n, c.width);
    for (Index first = 0; first < n; first += whole.images) {
        all_patches(from, c, first, seen);
        whole.forward(w, seen);
        for (Index i = first; i < (std::min)(first + whole.images, n); ++i) {
            const Index row = (i - first) * tokens;
            e.token.x.row(i) = whole.code.row(row).cast<double>();
            for (Index k = 1; k < tokens; ++k) e.pooled.x.row(i) += whole.code.row(row + k).cast<double>() / double(tokens - 1);
        }
    }
    e.token.label.assign(from.label.begin(), from.label.begin() + n);
    e.pooled.label = e.token.label;
    return e;
}

}  // namespace

quality measure(settings const& s, config const& c, data const& d, weights<float> const& w, isotypic::thread_pool& pool) {
    encoder<float> whole(c, s.batch, c.patches(), pool);
    patches<float> seen(s.batch, c.patches(), c);
    for (Index i = 0; i < 40; ++i) all_patches(d.train, c, i * s.batch, seen), whole.forward(w, seen);
    whole.training(false);
    const embedded train = embed(d.train, s.probe_images, c, w, whole, seen);
    const embedded validation = embed(d.validation, d.validation.pixels.rows(), c, w, whole, seen);
    const embedded test = embed(d.test, d.test.pixels.rows(), c, w, whole, seen);

    const probed token = linear_probe(train.token, validation.token, test.token, pool),
                 pooled = linear_probe(train.pooled, validation.pooled, test.pooled, pool);
    quality q{.validation = token.validation, .test = token.test, .pooled_validation = pooled.validation, .pooled_test = pooled.test};
    isotypic::cpu device(pool);
    q.rank = isotypic::effective_rank(device, test.token.x);
    features unit = test.token.x;
    unit.rowwise().normalize();
    q.uniformity = isotypic::uniformity(device, unit, 2.0);
    const double n = double(unit.rows());
    q.cosine = (unit.colwise().sum().squaredNorm() - n) / (n * (n - 1));
    return q;
}

std::string paint(settings const& s, data const& d, autoencoder<float>& net) {
    config const& c = net.shape;
    patches<float> seen(s.batch, c.visible, c), hidden(s.batch, c.masked(), c);
    draw(d.validation, c, 0, 0, seen, hidden);
    net.encode.training(false);
    net.evaluate(seen, hidden);
    net.encode.training(true);

    constexpr Index count = 10, gap = 2;
    const Index across = c.side / c.patch;
    bitmap all(count * (c.side + gap) - gap, 3 * (c.side + gap) - gap);
    auto grey = [&](float x) { return static_cast<unsigned char>((std::min)((std::max)(double(x) * d.deviation + d.mean, 0.0), 255.0)); };
    auto put = [&](Index image, Index row, Index place, auto const& pixel) {
        for (Index y = 0; y < c.patch; ++y)
            for (Index x = 0; x < c.patch; ++x)
                all.at(image * (c.side + gap) + place % across * c.patch + x, row * (c.side + gap) + place / across * c.patch + y) = pixel(y * c.patch + x);
    };
    for (Index i = 0; i < count; ++i) {
        for (Index k = i * c.visible; k < (i + 1) * c.visible; ++k)
            for (Index row = 0; row < 3; ++row) put(i, row, seen.place[std::size_t(k)], [&](Index j) { return grey(seen.pixels(k, j)); });
        for (Index k = i * c.masked(); k < (i + 1) * c.masked(); ++k) {
            const Index place = hidden.place[std::size_t(k)];
            put(i, 0, place, [&](Index j) { return grey(hidden.pixels(k, j)); });
            put(i, 1, place, [](Index) { return static_cast<unsigned char>(128); });
            put(i, 2, place, [&](Index j) { return grey(net.decode.painted(k, j)); });
        }
    }
    return all.url();
}

}  // namespace sepnorm
