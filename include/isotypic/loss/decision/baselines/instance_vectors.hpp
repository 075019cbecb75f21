// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/solver.hpp>
#include <vector>

/// \file
/// Vectors that belong to training instances, any number to each: the normals of binding constraints, or adjacent vertices.
///
///     instance_vectors normals(data.size(), data.dimension());
///     normals.add(7, normal);                                    // copied
namespace isotypic {

class instance_vectors {
public:
    instance_vectors(index_t instances, index_t dimension) : d(std::size_t(dimension)), all(std::size_t(instances)) {
        if (dimension < 1) throw error("isotypic: instance vectors: vectors of no dimension");
    }
    void add(index_t instance, std::span<double const> v) {
        const auto where = "isotypic: instance vectors: instance " + std::to_string(instance);
        require(instance);
        if (v.size() != d) throw error(where + ": a vector of " + std::to_string(v.size()) + " numbers, not " + std::to_string(d));
        if (const std::size_t j = detail::first_not_finite(v); j < d) throw error(where + ": a vector is not finite at component " + std::to_string(j));
        auto& mine = all[std::size_t(instance)];
        mine.insert(mine.end(), v.begin(), v.end());
    }
    index_t size() const { return index_t(all.size()); }
    index_t dimension() const { return index_t(d); }
    index_t count(index_t instance) const {
        require(instance);
        return index_t(all[std::size_t(instance)].size() / d);
    }
    std::span<double const> vector(index_t instance, index_t k) const {
        if (k < 0 || k >= count(instance))
            throw error("isotypic: instance vectors: instance " + std::to_string(instance) + " has " + std::to_string(count(instance)) + ", and no vector " +
                        std::to_string(k));
        return std::span(all[std::size_t(instance)]).subspan(std::size_t(k) * d, d);
    }

private:
    std::size_t d;
    std::vector<std::vector<double>> all;

    void require(index_t instance) const {
        if (instance < 0 || instance >= size())
            throw error("isotypic: instance vectors: instance " + std::to_string(instance) + ", and there are " + std::to_string(size()));
    }
};

namespace detail {

/// Throws where instance i has no vectors of this dimension.
inline void require_vectors(instance_vectors const& v, index_t instance, std::size_t dimension, std::string const& what) {
    if (v.dimension() != index_t(dimension))
        throw error("isotypic: " + what + " of " + std::to_string(v.dimension()) + " components for costs of " + std::to_string(dimension));
    if (instance >= v.size() || !v.count(instance)) throw error("isotypic: it has no " + what);
}

}  // namespace detail
}  // namespace isotypic
