// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/device/standardization.hpp>
#include <vector>

/// \file
/// Mean and inverse size of every line of a normalizer's last input, where its device has its memory.
namespace isotypic::detail {

/// Grows, and allocates nothing for as many lines as there were. Smaller ones stay: a graph may know them.
template <class Device>
class line_memory {
    using space = typename Device::space;
    std::vector<decltype(zeros_like<double>(std::declval<Device&>(), blocks<double, space>()))> held;
    index_t room = 0;

public:
    void resize(Device& d, index_t lines) {
        if (lines <= room) return;
        held.push_back(zeros_like<double>(d, blocks<double, space>(view<double, space>(nullptr, 2, lines))));
        room = lines;
    }
    line_statistics<double> at(index_t first) const {
        double* m = room ? held.back().all().first.data : nullptr;
        return {m + first, m + room + first};
    }
};

template <>
class line_memory<cpu> {
public:
    std::vector<double> mean, inverse;

    void resize(cpu&, index_t lines) { mean.assign(std::size_t(lines), 0.0), inverse.assign(std::size_t(lines), 0.0); }
    line_statistics<double> at(index_t first) { return {mean.data() + first, inverse.data() + first}; }
};

}  // namespace isotypic::detail
