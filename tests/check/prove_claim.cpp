// SPDX-License-Identifier: MIT
#include "prove_claim.hpp"
#include <isotypic/update/centre.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// Lies in a rule's type, and faults in a rule, that the battery must find.
namespace proof {
namespace {

struct blind_by_name : row_norm {
    static constexpr shift_law row_shift{true, true, true, true};
};
struct mute_centre : centre {
    static constexpr shift_law row_shift{};
};
struct degree_zero : damped_row_norm {
    double homogeneity() const { return 0; }
};
struct secret_reader : scaled_row_norm {
    static constexpr bool reads_weight = false;
};

/// x_ij + x_i0, which is gone once y overwrote it.
struct unsafe_in_place {
    using commutes_with = symmetry<orthogonal, trivial>;
    static constexpr shift_law row_shift = shift_law::linear();
    static constexpr shift_law col_shift{.carries = true};
    double homogeneity() const { return 1; }
    template <class C>
    typename C::in apply(C const&, typename C::in x, typename C::out y, no_state&) const {
        for (index_t m = 0; m < x.matrices(); ++m)
            for (index_t i = 0; i < x.rows(); ++i)
                for (index_t j = 0; j < x.cols(); ++j) y.matrix(m)(i, j) = x.matrix(m)(i, j) + x.matrix(m)(i, 0);
        return y;
    }
};

/// One norm for the whole batch, panels apart.
struct mixes_items {
    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr shift_law row_shift{.keeps = true};
    static constexpr shift_law col_shift{.keeps = true};
    double homogeneity() const { return 0; }
    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        const double norm = frobenius(c.device, x);
        scale(c.device, norm > 0 ? 1 / norm : 0, x, y);
        return y;
    }
};
struct splits_pairs : mixes_items {
    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state& none) const {
        for (index_t m = 0; m < x.matrices(); ++m) mixes_items::apply(c, typename C::in(x.matrix(m)), typename C::out(y.matrix(m)), none);
        return y;
    }
};

template <class P>
bool finds(std::string const& sentence, P const& rule) {
    return one_begins(broken_claims("planted", rule), sentence);
}

}  // namespace
}  // namespace proof

using namespace isotypic;
using proof::finds, proof::says;

TEST_CASE("the battery finds planted lies") {
    CHECK(finds("orthogonal x signed_permutation on 1 of 4 x 7", says<sign, orthogonal, signed_permutation>{}));
    CHECK(finds("signed_permutation x orthogonal on 1 of 9 x 3", says<column_norm, signed_permutation, orthogonal>{}));
    CHECK(finds("training, signed_permutation x orthogonal on 1 of 5 x 5", says<sign, signed_permutation, orthogonal>{}));
    CHECK(finds("rows under signed_permutation: not claimed", says<row_norm, permutation, orthogonal>{}) == false);
    CHECK(finds("rows under signs: not claimed", says<row_norm, permutation, orthogonal>{}));
    CHECK(finds("columns under orthogonal: not claimed", says<row_norm, signed_permutation, signed_permutation>{}));
    CHECK(finds("rows, horizontal: off", proof::blind_by_name{}));
    CHECK(finds("horizontality, permutation x orthogonal", centre{} | says<proof::blind_by_name, permutation, orthogonal>{}));
    CHECK(finds("rows, blind: not claimed", proof::mute_centre{}));
    CHECK(finds("degree 0 on 1 of 4 x 7", proof::degree_zero{}));
    CHECK(finds("reads the weight", proof::secret_reader{}));
    CHECK(finds("in place on 1 of 4 x 7", proof::unsafe_in_place{}));
    CHECK(finds("one item of 3 of 4 x 7", proof::mixes_items{}));
    CHECK(finds("a pair as one matrix, 1 pairs of 3 x 4", proof::splits_pairs{}));
}
