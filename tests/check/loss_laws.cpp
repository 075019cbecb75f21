// SPDX-License-Identifier: MIT
#include "loss/class_losses.hpp"
#include <isotypic/check/loss_laws.hpp>
using namespace class_losses;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// (log p)^2 with something wrong.
struct honest {
    static constexpr char const* name = "squared log";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    loss_curve at(double u) const { return {u * u, 2 * u, 2}; }
};
struct of_wrong_slope : honest {
    loss_curve at(double u) const { return {u * u, u, 2}; }
};
struct of_wrong_curvature : honest {
    loss_curve at(double u) const { return {u * u, 2 * u, 1}; }
};
struct of_no_curvature : honest {
    loss_curve at(double u) const { return {u * u, 2 * u, not_a_number}; }
};
struct of_no_value : honest {
    loss_curve at(double u) const { return {not_a_number, 2 * u, 2}; }
};
struct below_zero : honest {
    loss_curve at(double u) const { return {u * u - 100, 2 * u, 2}; }
};
/// unhinged with another vector, and with another derivative of it.
struct of_wrong_vector : unhinged {
    template <class T>
    void losses(detail::class_row<T>& row, T* out) const {
        std::fill_n(out, row.classes, T(7));
    }
};
struct of_wrong_push : unhinged {
    template <class T>
    void push(detail::class_row<T>& row, T const*, T* out) const {
        std::fill_n(out, row.classes, T(5));
    }
};
/// Knows the first class, and the size of the scores.
struct of_the_first_class : unhinged {
    template <class T>
    double pull(detail::class_row<T>& row, detail::class_target<T> const& w, T* g) const {
        const double l = unhinged::pull(row, w, g) + double(row.score[0]) * double(row.score[0]) * w.total(row.classes);
        if (g) g[0] += T(2 * double(row.score[0]) * w.total(row.classes));
        return l;
    }
};

}  // namespace

TEST_CASE("every kind of loss keeps what its law states and its derivatives, by the check that users call") {
    for_each_kind([](auto const& loss) {
        const std::string name = detail::name_of<std::remove_cvref_t<decltype(loss)>>();
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const loss_errors e = loss_law_errors(loss);
        CHECK(e.relabelling < 1e-12);
        CHECK(e.vectors < 1e-8);
        CHECK(e.degree < 1e-12);
        CHECK(e.gradient < 1e-8);
        CHECK(e.hessian < 1e-7);
        if (loss.law.shift) CHECK(e.shift < 1e-12);
        if (loss.law.symmetric) CHECK(e.symmetry < 1e-12);
        if (loss.law.nonnegative) CHECK(e.negative == 0);
    });
}

TEST_CASE("a planted fault shows in its own number, and one that is not a number is not lost") {
    INFO("ISOTYPIC_SEED=", seed());
    const loss_errors good = loss_law_errors(honest{});
    CHECK((good.gradient < 1e-8 && good.hessian < 1e-7 && good.relabelling < 1e-12 && good.shift < 1e-12 && good.negative == 0 && good.vectors < 1e-8));
    CHECK(good.symmetry > 1e-2);
    CHECK(loss_law_errors(of_wrong_slope{}).gradient > 1e-2);
    CHECK(loss_law_errors(of_wrong_curvature{}).hessian > 1e-3);
    CHECK(std::isnan(loss_law_errors(of_no_curvature{}).hessian));
    const loss_errors lost = loss_law_errors(of_no_value{});
    CHECK((std::isnan(lost.shift) && std::isnan(lost.relabelling) && std::isnan(lost.gradient) && std::isnan(lost.symmetry) && std::isnan(lost.negative)));
    CHECK(loss_law_errors(below_zero{}).negative > 1e-2);
    CHECK(loss_law_errors(of_wrong_vector{}).vectors > 1e-2);
    CHECK(loss_law_errors(of_wrong_push{}).vectors > 1e-2);
    const loss_errors first = loss_law_errors(of_the_first_class{});
    CHECK((first.relabelling > 1e-2 && first.shift > 1e-2 && first.degree > 1e-2 && first.symmetry > 1e-2));
}

TEST_CASE("nothing to look at is an error") {
    CHECK_THROWS_WITH(loss_law_errors(unhinged{}, 0), "isotypic: a loss is looked at on at least one class, one sample and one draw");
    CHECK_THROWS(loss_law_errors(unhinged{}, 5, 1.5, 0));
    CHECK_THROWS(loss_law_errors(unhinged{}, 5, 1.5, 4, 0));
}
