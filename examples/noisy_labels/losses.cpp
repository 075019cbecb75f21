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
    return text;
}

std::vector<loss> choices(std::string const& name) {
    auto each = [&](std::vector<std::vector<double>> const& numbers) {
        std::vector<loss> all;
        for (auto const& n : numbers) all.push_back({name, n});
        return all;
    };
    if (name == "gce") return each({{0.3}, {0.5}, {0.7}});
    if (name == "sce") return each({{0.1, 1}, {1, 1}, {6, 0.1}});
    if (name == "nce_rce") return each({{1, 1}, {10, 0.1}, {1, 10}});
    if (name == "nce_agce") return each({{1, 4, 6, 1.5}, {10, 0.1, 1.8, 3}, {0, 1, 4, 0.2}});
    if (name == "anl_ce") return each({{5, 5, 5e-5}, {10, 1, 5e-7}, {1, 1, 1e-6}});
    if (name == "sgce") return each({{0.1}, {0.3}, {0.7}});
    if (name == "alpha_mae") return each({{0.1}, {0.3}, {1}});
    return each({{}});
}

objective make(loss const& l, Index classes) {
    using namespace isotypic;
    auto n = [&](std::size_t i) { return l.numbers.at(i); };
    if (l.name == "ce") return minimising(cross_entropy{});
    if (l.name == "mae") return minimising(mae{});
    if (l.name == "gce") return minimising(gce{.q = n(0)});
    if (l.name == "sce") return minimising(n(0) * cross_entropy{} + n(1) * reverse_cross_entropy{});
    if (l.name == "nce_rce") return minimising(n(0) * normalised(cross_entropy{}) + n(1) * reverse_cross_entropy{});
    if (l.name == "nce_agce") return minimising(n(0) * normalised(cross_entropy{}) + n(1) * agce{.a = n(2), .q = n(3)});
    if (l.name == "anl_ce") return minimising(n(0) * normalised(cross_entropy{}) + n(1) * negative(cross_entropy{}));
    if (l.name == "sgce") return minimising(symmetrise(gce{.q = n(0)}));
    if (l.name == "alpha_mae") return minimising(double(classes) * tempered_mae{.alpha = n(0)});
    if (l.name == "unhinged") return minimising(unit_scores{} | unhinged{});
    if (l.name == "mixture") return minimising((1 - n(0)) * unhinged{} + n(0) * mae{});
    throw std::logic_error("no loss " + l.name);
}

}  // namespace noisy_labels
