// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"
#include <Eigen/Eigenvalues>

namespace class_losses {

template any_loss::any_loss(cross_entropy const&);
template any_loss::any_loss(focal const&);
template any_loss::any_loss(gce const&);
template any_loss::any_loss(mae const&);
template any_loss::any_loss(tempered_mae const&);
template any_loss::any_loss(unhinged const&);
template any_loss::any_loss(detail::relabelled<gce, detail::centring> const&);
template any_loss::any_loss(detail::relabelled<gce, detail::averaging> const&);
template any_loss::any_loss(detail::relabelled<any_loss, detail::centring> const&);
template any_loss::any_loss(detail::relabelled<any_loss, detail::averaging> const&);
template any_loss::any_loss(detail::scaled_loss<any_loss> const&);
template double value_of(any_loss const&, scores const&, labels const&, sample_options);
template double value_of(any_loss const&, scores const&, scores const&, sample_options);
template scores gradient_of(any_loss const&, scores const&, labels const&, sample_options);
template scores gradient_of(any_loss const&, scores const&, scores const&, sample_options);
template scores hvp_of(any_loss const&, scores const&, labels const&, scores const&, sample_options);
template scores hvp_of(any_loss const&, scores const&, scores const&, scores const&, sample_options);
template Eigen::VectorXd values_of(any_loss const&, scores const&, labels const&, sample_options);
template Eigen::VectorXd values_of(any_loss const&, scores const&, scores const&, sample_options);
template Eigen::VectorXd values_of(any_loss const&, matrix_of<float> const&, labels const&, sample_options);
template matrix_of<float> gradient_of(any_loss const&, matrix_of<float> const&, labels const&, sample_options);
template matrix_of<float> hvp_of(any_loss const&, matrix_of<float> const&, labels const&, matrix_of<float> const&, sample_options);
template scores table_of(any_loss const&, scores const&);

namespace {

/// The law of what is behind a map is what the library says.
template <class M, class L>
any_mapped<M> any(detail::mapped_loss<M, L> const& l) {
    constexpr loss_law a = detail::mapped_loss<M, L>::law, b = behind_map(L::law);
    static_assert(a.relabelling == b.relabelling && a.shift == b.shift && a.symmetric == b.symmetric && a.nonnegative == b.nonnegative && a.degree == b.degree);
    return {l.map, any_loss(l.loss)};
}

}  // namespace

std::vector<any_loss> const& row_losses() {
    static const std::vector<any_loss> all{
        cross_entropy{}, focal{}, focal{.gamma = 0.5}, gce{}, gce{.q = 0.05}, gce{.q = 0},
        mae{}, reverse_cross_entropy{}, sce(), unhinged{}, tempered_mae{}, tempered_mae{.alpha = 0.09}, mixed_mae(0.4),
        agce{}, agce{.a = 0.5, .q = 0.7}, aul{}, aul{.a = 1.5, .q = 3}, ael{},
        symmetrise(gce{.q = 0.3}), symmetrise(focal{}), class_insensitive(gce{.q = 0.3}), smooth_labels(cross_entropy{}, 0.1),
        normalised(cross_entropy{}), normalised(gce{}), negative(cross_entropy{}), negative(cross_entropy{}, 2),
        2.0 * normalised(focal{}) + 0.5 * mae{}};
    return all;
}
std::vector<any_loss> const& row_kinds() {
    static const std::vector<any_loss> all = [] {
        std::vector<any_loss> kinds;
        for_each_row_kind([&](auto const& l) { kinds.push_back(l); });
        return kinds;
    }();
    return all;
}
std::vector<any_mapped<unit_scores>> const& unit_losses() {
    static const std::vector<any_mapped<unit_scores>> all{any(unit_scores{} | unhinged{}), any(unit_scores{.scale = 3} | cross_entropy{}),
                                                          any(unit_scores{.scale = 2} | symmetrise(gce{.q = 0.3}))};
    return all;
}
std::vector<any_mapped<batch_scores>> const& batch_losses() {
    static const std::vector<any_mapped<batch_scores>> all{any(batch_scores{} | unhinged{}), any(batch_scores{.scale = 2} | cross_entropy{}),
                                                           any(batch_scores{} | normalised(focal{}))};
    return all;
}

double distance(any_loss const& a, any_loss const& b, std::uint64_t which) {
    const scores s = random_scores(which), v = random_scores(which + 50);
    const labels y = random_labels(which);
    return (values_of(a, s, y) - values_of(b, s, y)).norm() + (gradient_of(a, s, y) - gradient_of(b, s, y)).norm() +
           (hvp_of(a, s, y, v) - hvp_of(b, s, y, v)).norm();
}
Eigen::MatrixXd hessian_of(any_loss const& loss, scores const& s, labels const& y) {
    criterion c(loss, {.reduce = reduction::sum});
    Eigen::MatrixXd h(s.cols(), s.cols());
    scores v(1, s.cols()), out(1, s.cols());
    for (index_t k = 0; k < s.cols(); ++k) {
        v.setZero(), v(0, k) = 1;
        c.hvp(s, y, v, out);
        h.col(k) = out.row(0).transpose();
    }
    return h;
}
scores vectors_of(any_loss const& loss, scores const& s) {
    scores out = scores::Constant(s.rows(), s.cols(), 99);
    criterion(loss).vectors(s, out);
    return out;
}
scores product_of(scores const& a, scores const& b) { return a.lazyProduct(b); }
Eigen::VectorXd eigenvalues_of(Eigen::MatrixXd const& h) { return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(h, Eigen::EigenvaluesOnly).eigenvalues(); }

}  // namespace class_losses
