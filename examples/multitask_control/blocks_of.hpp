// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include <string>
#include <vector>

/// \file
/// A network's numbers as named blocks of one flat row, so that a gradient is a row of a matrix.
namespace multitask_control {

using nn::Index;
using nn::matrix;

struct block_at {
    std::string name;
    Index rows, cols, first;
    bool maps;  ///< a linear map, else numbers that are added or multiplied

    Index size() const { return rows * cols; }
    template <class T>
    Eigen::Map<matrix<T>> in(T* row) const {
        return {row + first, rows, cols};
    }
    template <class T>
    Eigen::Map<matrix<T> const> in(T const* row) const {
        return {row + first, rows, cols};
    }
};

class block_list {
public:
    /// Returns the block's number.
    std::size_t add(std::string name, Index rows, Index cols, bool maps) {
        all.push_back({std::move(name), rows, cols, count, maps});
        count += rows * cols;
        return all.size() - 1;
    }
    Index size() const { return count; }
    block_at const& operator[](std::size_t i) const { return all[i]; }
    auto begin() const { return all.begin(); }
    auto end() const { return all.end(); }

private:
    std::vector<block_at> all;
    Index count = 0;
};

}  // namespace multitask_control
