// SPDX-License-Identifier: MIT
#include "images.hpp"
#include <training/checksum.hpp>
#include <training/idx.hpp>
#include <memory>
#include <numeric>
#include <stdexcept>

namespace sepnorm {
namespace {

constexpr char const* folder = "/usr/share/datasets/fashion-mnist/";

struct labelled {
    idx images, labels;
    Index count() const { return images.axes[0]; }
};
labelled read_pair(std::string const& images, std::string const& labels) {
    labelled x{read_idx(images, 3), read_idx(labels, 1)};
    if (x.count() != x.labels.axes[0])
        throw std::runtime_error(images + " has " + std::to_string(x.count()) + " images and " + labels + " " + std::to_string(x.labels.axes[0]) + " labels");
    if (x.images.axes[1] != x.images.axes[2]) throw std::runtime_error(images + ": the images are not square");
    return x;
}

image_set part(labelled const& x, Index from, Index to) {
    const Index n = x.images.axes[1] * x.images.axes[2];
    image_set s{matrix<float>(to - from, n), {}};
    for (Index i = from; i < to; ++i) {
        for (Index j = 0; j < n; ++j) s.pixels(i - from, j) = float(static_cast<unsigned char>(x.images.bytes[std::size_t(i * n + j)]));
        s.label.push_back(static_cast<unsigned char>(x.labels.bytes[std::size_t(i)]));
    }
    return s;
}

/// Fills in what depends on all parts.
void finish(data& d) {
    double sum = 0, squares = 0;
    const double n = double(d.train.pixels.size());
    for (Index i = 0; i < d.train.pixels.size(); ++i) sum += double(d.train.pixels.data()[i]);
    d.mean = sum / n;
    for (Index i = 0; i < d.train.pixels.size(); ++i) squares += std::pow(double(d.train.pixels.data()[i]) - d.mean, 2);
    d.deviation = std::sqrt(squares / n);
    if (!(d.deviation > 0)) throw std::runtime_error(d.name + ": all pixels are the same");
    for (image_set* s : {&d.train, &d.validation, &d.test}) s->pixels.array() = (s->pixels.array() - float(d.mean)) / float(d.deviation);
    auto bytes = [](auto const* first, auto count) { return std::string_view(reinterpret_cast<char const*>(first), sizeof *first * std::size_t(count)); };
    for (image_set const* s : {&d.train, &d.validation, &d.test})
        d.checksum = checksum({d.checksum, bytes(s->pixels.data(), s->pixels.size()), bytes(s->label.data(), s->label.size())});
}

data in_parts(std::string const& name, labelled const& x) {
    const Index n = x.count();
    if (n < 100) throw std::runtime_error(name + " has " + std::to_string(n) + " images, too few for three parts");
    data d{name, x.images.axes[1], 0, 1, part(x, 0, n * 8 / 10), part(x, n * 8 / 10, n * 9 / 10), part(x, n * 9 / 10, n), {}};
    finish(d);
    return d;
}

}  // namespace

data fashion() {
    const std::string at = folder;
    if (!std::filesystem::is_directory(at))
        throw std::runtime_error("no images: name them by --images FILE --labels FILE, or install Debian's package dataset-fashion-mnist");
    const auto learn = read_pair(at + "train-images-idx3-ubyte.gz", at + "train-labels-idx1-ubyte.gz");
    const auto test = read_pair(at + "t10k-images-idx3-ubyte.gz", at + "t10k-labels-idx1-ubyte.gz");
    const Index n = learn.count();
    data d{"Fashion-MNIST", learn.images.axes[1], 0, 1, part(learn, 0, n - n / 12), part(learn, n - n / 12, n), part(test, 0, test.count()), {}};
    finish(d);
    return d;
}

data read_images(std::string const& images, std::string const& labels) { return in_parts(std::filesystem::path(images).filename(), read_pair(images, labels)); }

data synthetic(Index side, Index count) {
    isotypic::random_stream random(1);
    labelled x{{{count, side, side}, {}}, {{count}, {}}};
    for (Index i = 0; i < count; ++i) {
        const int label = int(i % 4);
        const double right = (0.3 + 0.4 * random.uniform()) * double(side), down = (0.3 + 0.4 * random.uniform()) * double(side);
        for (Index y = 0; y < side; ++y)
            for (Index j = 0; j < side; ++j) {
                const double a = double(j) - right, b = double(y) - down;
                const double far = label == 0 ? a : label == 1 ? b : label == 2 ? a - b : std::hypot(a, b) - double(side) / 4;
                x.images.bytes += char(int(255 * std::exp(-far * far / 4)));
            }
        x.labels.bytes += char(label);
    }
    return in_parts("drawn shapes", x);
}

void draw(image_set const& from, config const& c, unsigned seed, long step, patches<float>& seen, patches<float>& hidden) {
    isotypic::random_stream random(seed, 1u << 20, std::uint32_t(step));
    std::vector<Index> order(std::size_t(c.patches()));
    const Index images = Index(seen.place.size()) / c.visible;
    for (Index i = 0; i < images; ++i) {
        const Index image = random.below(from.pixels.rows());
        std::iota(order.begin(), order.end(), 0);
        for (Index k = 0; k < c.visible; ++k) std::swap(order[std::size_t(k)], order[std::size_t(k + random.below(c.patches() - k))]);
        for (Index k = 0; k < c.patches(); ++k) {
            patches<float>& to = k < c.visible ? seen : hidden;
            const Index row = k < c.visible ? i * c.visible + k : i * c.masked() + k - c.visible, place = order[std::size_t(k)];
            to.place[std::size_t(row)] = place;
            copy_patch(from, c, image, place, to.pixels.row(row).data());
        }
    }
}

void all_patches(image_set const& from, config const& c, Index first, patches<float>& seen) {
    for (Index row = 0; row < Index(seen.place.size()); ++row) {
        const Index place = row % c.patches();
        seen.place[std::size_t(row)] = place;
        copy_patch(from, c, (first + row / c.patches()) % from.pixels.rows(), place, seen.pixels.row(row).data());
    }
}

}  // namespace sepnorm
