// SPDX-License-Identifier: MIT
#include "data.hpp"
#include "streams.hpp"
#include <training/checksum.hpp>
#include <filesystem>
#include <stdexcept>

namespace noisy_labels {
namespace {

constexpr char const* folder = "/usr/share/datasets/fashion-mnist/";

samples part(samples const& all, std::vector<Index> const& order, Index from, Index count) {
    samples s{matrix<float>(count, all.inputs.cols()), {}};
    for (Index i = 0; i < count; ++i) {
        const Index at = order[std::size_t(from + i)];
        s.inputs.row(i) = all.inputs.row(at), s.label.push_back(all.label[std::size_t(at)]);
    }
    return s;
}

/// To mean 0 and variance 1 over the training part, all numbers together or each column.
void standardise(data& d, bool each) {
    const Index n = d.train.inputs.cols();
    for (Index first = 0; first < n; first += each ? 1 : n) {
        const Index count = each ? 1 : n;
        const auto x = d.train.inputs.middleCols(first, count).cast<double>().eval();
        const double mean = x.mean(), deviation = std::sqrt((x.array() - mean).square().mean());
        if (!(deviation > 0)) throw std::runtime_error(d.name + ": an input is the same in all samples");
        for_each_part(d, [&](samples& s) {
            auto block = s.inputs.middleCols(first, count).array();
            block = (block - float(mean)) / float(deviation);
        });
    }
}

void sign(data& d) {
    auto bytes = [](auto const* first, auto count) { return std::string_view(reinterpret_cast<char const*>(first), sizeof *first * std::size_t(count)); };
    for_each_part(d, [&](samples const& s) {
        d.checksum = checksum({d.checksum, bytes(s.inputs.data(), s.inputs.size()), bytes(s.label.data(), s.label.size())});
    });
}

samples images(std::string const& pixels, std::string const& labels) {
    const idx x = read_idx(folder + pixels, 3), y = read_idx(folder + labels, 1);
    if (x.axes[0] != y.axes[0]) throw std::runtime_error(pixels + " and " + labels + " are not of one length");
    samples s{matrix<float>(x.axes[0], x.axes[1] * x.axes[2]), {}};
    for (Index i = 0; i < s.inputs.size(); ++i) s.inputs.data()[i] = float(static_cast<unsigned char>(x.bytes[std::size_t(i)]));
    for (char c : y.bytes) s.label.push_back(static_cast<unsigned char>(c));
    return s;
}

/// Lines of numbers, and where the label stands.
samples table(std::string const& file, std::size_t features, bool header, std::size_t label_at, int (*label)(std::string const&)) {
    const auto rows = read_csv(file, features + 1);
    const std::size_t first = header ? 1 : 0;
    samples s{matrix<float>(Index(rows.size() - first), Index(features)), {}};
    for (std::size_t i = first; i < rows.size(); ++i) {
        try {
            Index to = 0;
            for (std::size_t j = 0; j <= features; ++j)
                if (j != label_at) s.inputs(Index(i - first), to++) = std::stof(rows[i][j]);
            s.label.push_back(label(rows[i][label_at]));
        } catch (std::logic_error const&) {
            throw std::runtime_error(file + ": line " + std::to_string(i + 1) + " is not of numbers");
        }
    }
    return s;
}

/// `order` cut into the three parts.
data in_parts(data d, samples const& all, std::vector<Index> const& order, Index train, Index validation, Index test) {
    if (all.count() < train + validation + test)
        throw std::runtime_error(d.name + " has " + std::to_string(all.count()) + " samples, not " + std::to_string(train + validation + test));
    for (int y : all.label)
        if (y < 0 || y >= d.classes) throw std::runtime_error(d.name + ": a label is not one of " + std::to_string(d.classes) + " classes");
    d.train = part(all, order, 0, train), d.validation = part(all, order, train, validation);
    if (test) d.test = part(all, order, train + validation, test);
    return d;
}

}  // namespace

data fashion() {
    if (!std::filesystem::is_directory(folder)) throw std::runtime_error("fashion needs Debian's package dataset-fashion-mnist");
    const samples all = images("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz");
    data d = in_parts({"Fashion-MNIST", 10, 28, {}, {}, {}}, all, shuffled(all.count(), stream(0, purpose::parts)), 8000, 2000, 0);
    d.test = images("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz");
    standardise(d, false), sign(d);
    return d;
}

data letters(std::string const& file) {
    const samples all = table(file, 16, true, 0, [](std::string const& y) { return y.size() == 1 ? y[0] - 'A' : -1; });
    data d = in_parts({"UCI letters", 26, 0, {}, {}, {}}, all, counted(all.count()), 14000, 2000, 4000);
    standardise(d, true), sign(d);
    return d;
}

data digits(std::string const& file) {
    const samples all = table(file, 64, false, 64, [](std::string const& y) { return std::stoi(y); });
    data d = in_parts({"UCI digits", 10, 8, {}, {}, {}}, all, shuffled(all.count(), stream(0, purpose::parts)), 1097, 200, 500);
    standardise(d, false), sign(d);
    return d;
}

data gaussians::draw(unsigned seed) const {
    auto random = stream(seed, purpose::parts);
    matrix<float> means(classes, features);
    for (Index i = 0; i < means.size(); ++i) means.data()[i] = float(spread * random.normal());
    const auto side = Index(std::lround(std::sqrt(double(features))));
    data d{"drawn classes", classes, side * side == features ? side : 0, {}, {}, {}};
    const Index counts[] = {train, validation, test};
    Index const* count = counts;
    for_each_part(d, [&](samples& s) {
        s.inputs.resize(*count, features);
        for (Index i = 0; i < *count; ++i) {
            s.label.push_back(int(i % classes));
            for (Index j = 0; j < features; ++j) s.inputs(i, j) = means(i % classes, j) + float(noise * random.normal());
        }
        ++count;
    });
    sign(d);
    return d;
}

data read_data(std::string const& name, settings const& s) {
    if (name == "fashion") return fashion();
    if (name == "drawn") return gaussians{6, 64, 256, 64, 128, 1, 1.5}.draw(1);
    std::string const& file = name == "letters" ? s.letters : s.digits;
    if (file.empty()) throw std::runtime_error(name + " needs its file: --" + name + " FILE");
    return name == "letters" ? letters(file) : digits(file);
}

}  // namespace noisy_labels
