// SPDX-License-Identifier: MIT
#include "losses.hpp"
#include <training/chart.hpp>
#include <isotypic/loss/alpha_mae.hpp>
#include <isotypic/loss/asymmetric.hpp>
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/cross_entropy.hpp>
#include <isotypic/loss/gce.hpp>
#include <isotypic/loss/normalised.hpp>
#include <isotypic/loss/reverse_cross_entropy.hpp>
#include <isotypic/loss/sum.hpp>
#include <isotypic/loss/symmetrise.hpp>
#include <isotypic/loss/unhinged.hpp>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace noisy_labels {
namespace {

template <class L>
objective minimising(L l) {
    auto shared = std::make_shared<decltype(isotypic::criterion(l))>(std::move(l));
    return [shared](matrix<float>& scores, std::vector<int> const& labels, matrix<float>& gradient) {
        auto by_samples = [](matrix<float>& m) { return isotypic::column_major(m.data(), m.cols(), m.rows()); };
        return shared->gradient(by_samples(scores), labels, by_samples(gradient));
    };
}

}  // namespace

std::vector<about_loss> const& all_losses() {
    static const std::vector<about_loss> all{{"ce", "", false, "#7a7f87"},
                                             {"mae", "", false, "#b08b57"},
                                             {"gce", "q", false, "#8c6bb1"},
                                             {"sce", "a b", false, "#5f9ea0"},
                                             {"nce_rce", "a b", false, "#c06c84"},
                                             {"nce_agce", "a b shift power", false, "#9a8c23"},
                                             {"anl_ce", "a b sparsity", false, "#4c8c4a"},
                                             {"sgce", "q", true, "#1d5fd1"},
                                             {"alpha_mae", "alpha", true, "#d9480f"},
                                             {"unhinged", "", true, "#00a3bf"}};
    return all;
}

about_loss const& about(std::string const& name) {
    for (auto const& a : all_losses())
        if (a.name == name) return a;
    throw std::logic_error("no loss " + name);
}

std::vector<std::string> loss_names() {
    std::vector<std::string> names;
    for (auto const& a : all_losses()) names.push_back(a.name);
    return names;
}

std::string loss::title() const {
    std::string text = name;
    std::istringstream names(name == "mixture" ? "share" : about(name).numbers);
    for (double x : numbers) {
        std::string one;
        names >> one;
        text += chart::text(" %s %g", one.c_str(), x);
    }
    if (length > 0) text += chart::text(", length %g", length);
    return text;
}

std::vector<loss> choices(std::string const& name) {
    std::vector<std::vector<double>> numbers{{}};
    if (name == "gce") numbers = {{0.3}, {0.5}, {0.7}};
    if (name == "sce") numbers = {{0.1, 1}, {1, 1}, {6, 0.1}};
    if (name == "nce_rce") numbers = {{1, 1}, {10, 0.1}, {1, 10}};
    if (name == "nce_agce") numbers = {{1, 4, 6, 1.5}, {10, 0.1, 1.8, 3}, {0, 1, 4, 0.2}};
    if (name == "anl_ce") numbers = {{5, 5, 5e-5}, {10, 1, 5e-7}, {1, 1, 1e-6}};
    if (name == "sgce") numbers = {{0.1}, {0.3}, {0.7}};
    if (name == "alpha_mae") numbers = {{0.1}, {0.3}, {1}};
    const std::vector<double> lengths = name == "unhinged" ? std::vector<double>{1} : std::vector<double>{0, 4, 16};  // it is linear: none is another
    std::vector<loss> all;
    for (auto const& n : numbers)
        for (double length : lengths) all.push_back({name, n, length});
    return all;
}

objective make(loss const& l, Index classes) {
    using namespace isotypic;
    auto n = [&](std::size_t i) { return l.numbers.at(i); };
    auto of = [&](auto const& whole) { return l.length > 0 ? minimising(unit_scores{.scale = l.length} | whole) : minimising(whole); };
    if (l.name == "ce") return of(cross_entropy{});
    if (l.name == "mae") return of(mae{});
    if (l.name == "gce") return of(gce{.q = n(0)});
    if (l.name == "sce") return of(n(0) * cross_entropy{} + n(1) * reverse_cross_entropy{});
    if (l.name == "nce_rce") return of(n(0) * normalised(cross_entropy{}) + n(1) * reverse_cross_entropy{});
    if (l.name == "nce_agce") return of(n(0) * normalised(cross_entropy{}) + n(1) * agce{.a = n(2), .q = n(3)});
    if (l.name == "anl_ce") return of(n(0) * normalised(cross_entropy{}) + n(1) * negative(cross_entropy{}));
    if (l.name == "sgce") return of(symmetrise(gce{.q = n(0)}));
    if (l.name == "alpha_mae") return of(double(classes) * tempered_mae{.alpha = n(0)});
    if (l.name == "unhinged") return of(unhinged{});
    if (l.name == "mixture") return of((1 - n(0)) * unhinged{} + n(0) * mae{});
    throw std::logic_error("no loss " + l.name);
}

}  // namespace noisy_labels
