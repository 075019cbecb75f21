// SPDX-License-Identifier: MIT
#pragma once
#include "class_losses.hpp"
#include <isotypic/loss/asymmetric.hpp>
#include <memory>

/// \file
/// Class losses whose type is forgotten, every one that ships among them, so that what tests do with each is compiled once.
namespace class_losses {

/// Does a label change the loss?
template <class L>
inline constexpr bool has_labels = true;
template <class L>
inline constexpr bool has_labels<detail::relabelled<L, detail::averaging>> = false;

/// A loss of a row whose type is forgotten: criteria, transforms and tests are compiled once for all.
class any_loss {
public:
    static constexpr char const* name = "any loss";
    static constexpr loss_law law{};  ///< claims nothing; what the loss itself claims is in `claims`
    loss_law claims;
    bool labels;

    template <class L>
        requires(!std::is_same_v<L, any_loss> && class_loss<L>)
    any_loss(L const& l) : claims(L::law), labels(has_labels<L>), held(static_cast<any const*>(new held_loss<L>(l))) {}

    std::string called() const { return held->called(); }
    void require() const { held->require(); }
    template <class T>
    void losses(detail::class_row<T>& row, T* out) const {
        held->losses(row, out);
    }
    template <class T>
    double pull(detail::class_row<T>& row, detail::class_target<T> const& w, T* g) const {
        return held->pull(row, w, g);
    }
    template <class T>
    void push(detail::class_row<T>& row, T const* v, T* out) const {
        held->push(row, v, out);
    }
    template <class T>
    void turn(detail::class_row<T>& row, detail::class_target<T> const& w, T const* v, T* g) const {
        held->turn(row, w, v, g);
    }

private:
    template <class T>
    struct rows_of {
        virtual ~rows_of() = default;
        virtual void losses(detail::class_row<T>& row, T* out) const = 0;
        virtual double pull(detail::class_row<T>& row, detail::class_target<T> const& w, T* g) const = 0;
        virtual void push(detail::class_row<T>& row, T const* v, T* out) const = 0;
        virtual void turn(detail::class_row<T>& row, detail::class_target<T> const& w, T const* v, T* g) const = 0;
    };
    struct any : rows_of<float>, rows_of<double> {
        using rows_of<float>::losses, rows_of<float>::pull, rows_of<float>::push, rows_of<float>::turn;
        using rows_of<double>::losses, rows_of<double>::pull, rows_of<double>::push, rows_of<double>::turn;
        virtual std::string called() const = 0;
        virtual void require() const = 0;
    };
    template <class L>
    struct held_loss final : any {
        L loss;
        explicit held_loss(L const& l) : loss(l) {}
        std::string called() const override { return detail::name_of(loss); }
        void require() const override { detail::require(loss); }
        void losses(detail::class_row<float>& row, float* out) const override { detail::losses(loss, row, out); }
        void losses(detail::class_row<double>& row, double* out) const override { detail::losses(loss, row, out); }
        double pull(detail::class_row<float>& row, detail::class_target<float> const& w, float* g) const override { return detail::pull(loss, row, w, g); }
        double pull(detail::class_row<double>& row, detail::class_target<double> const& w, double* g) const override { return detail::pull(loss, row, w, g); }
        void push(detail::class_row<float>& row, float const* v, float* out) const override { detail::push(loss, row, v, out); }
        void push(detail::class_row<double>& row, double const* v, double* out) const override { detail::push(loss, row, v, out); }
        void turn(detail::class_row<float>& row, detail::class_target<float> const& w, float const* v, float* g) const override {
            detail::turn(loss, row, w, v, g);
        }
        void turn(detail::class_row<double>& row, detail::class_target<double> const& w, double const* v, double* g) const override {
            detail::turn(loss, row, w, v, g);
        }
    };
    std::shared_ptr<any const> held;
};
/// Compiled in any_loss.cpp, as are all that tests share.
extern template any_loss::any_loss(cross_entropy const&);
extern template any_loss::any_loss(focal const&);
extern template any_loss::any_loss(gce const&);
extern template any_loss::any_loss(mae const&);
extern template any_loss::any_loss(tempered_mae const&);
extern template any_loss::any_loss(unhinged const&);
extern template any_loss::any_loss(detail::relabelled<gce, detail::centring> const&);
extern template any_loss::any_loss(detail::relabelled<gce, detail::averaging> const&);
extern template any_loss::any_loss(detail::relabelled<any_loss, detail::centring> const&);
extern template any_loss::any_loss(detail::relabelled<any_loss, detail::averaging> const&);
extern template any_loss::any_loss(detail::scaled_loss<any_loss> const&);

template <class M>
using any_mapped = detail::mapped_loss<M, any_loss>;
/// A map's loss claims what the loss behind it claims, but for the shift, and has degree 0.
constexpr loss_law behind_map(loss_law l) { return {.relabelling = l.relabelling, .symmetric = l.symmetric, .degree = 0}; }
inline loss_law claims_of(any_loss const& l) { return l.claims; }
template <class M>
loss_law claims_of(any_mapped<M> const& l) {
    return behind_map(l.loss.claims);
}
inline bool knows_labels(any_loss const& l) { return l.labels; }
template <class M>
bool knows_labels(any_mapped<M> const& l) {
    return l.loss.labels;
}
inline std::string text_of(any_loss const& l) { return l.called(); }
template <class M>
std::string text_of(any_mapped<M> const& l) {
    return l.loss.called() + " of " + M::name;
}

/// Every loss of a row; one of each kind, where all are one code but for what these differ in; those behind the map of a kind.
std::vector<any_loss> const& row_losses();
std::vector<any_loss> const& row_kinds();
std::vector<any_mapped<unit_scores>> const& unit_losses();
std::vector<any_mapped<batch_scores>> const& batch_losses();

/// f(loss) for every loss that ships.
template <class F>
void for_each_loss(F const& f) {
    for (auto const& l : row_losses()) f(l);
    for (auto const& l : unit_losses()) f(l);
    for (auto const& l : batch_losses()) f(l);
}
/// As for_each_kind.
template <class F>
void for_any_kind(F const& f) {
    for (auto const& l : row_kinds()) f(l);
    f(unit_losses()[2]), f(any_mapped<batch_scores>{{}, row_kinds()[0]});
}

extern template double value_of(any_loss const&, scores const&, labels const&, sample_options);
extern template double value_of(any_loss const&, scores const&, scores const&, sample_options);
extern template scores gradient_of(any_loss const&, scores const&, labels const&, sample_options);
extern template scores gradient_of(any_loss const&, scores const&, scores const&, sample_options);
extern template scores hvp_of(any_loss const&, scores const&, labels const&, scores const&, sample_options);
extern template scores hvp_of(any_loss const&, scores const&, scores const&, scores const&, sample_options);
extern template Eigen::VectorXd values_of(any_loss const&, scores const&, labels const&, sample_options);
extern template Eigen::VectorXd values_of(any_loss const&, scores const&, scores const&, sample_options);
extern template Eigen::VectorXd values_of(any_loss const&, matrix_of<float> const&, labels const&, sample_options);
extern template matrix_of<float> gradient_of(any_loss const&, matrix_of<float> const&, labels const&, sample_options);
extern template matrix_of<float> hvp_of(any_loss const&, matrix_of<float> const&, labels const&, matrix_of<float> const&, sample_options);
extern template scores table_of(any_loss const&, scores const&);

/// How far two losses are from each other on a random batch: in values, gradients and Hessian products.
double distance(any_loss const& a, any_loss const& b, std::uint64_t which = 1);
/// The dense Hessian of one sample.
Eigen::MatrixXd hessian_of(any_loss const& loss, scores const& s, labels const& y);
/// The loss vector of each sample.
scores vectors_of(any_loss const& loss, scores const& s);
/// a b
scores product_of(scores const& a, scores const& b);
/// Of a symmetric matrix, ascending.
Eigen::VectorXd eigenvalues_of(Eigen::MatrixXd const& h);

}  // namespace class_losses
