// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <isotypic/check/finding.hpp>
#include <isotypic/model/roles.hpp>

/// A rule that exchangeable rows allow and rotations of rows do not.
inline Eigen::MatrixXd unit_rows(Eigen::MatrixXd const& g) {
    Eigen::MatrixXd u = g;
    for (auto row : u.rowwise()) row.normalize();
    return u;
}
