// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>

/// \file
/// The weights of a transformer by what acts on them, stored as outputs x inputs (arXiv 2605.18106;
/// `transposed<role>` for the other way round). A role says what its update must commute with. Where the
/// network's output itself does not change, `function_symmetry` says under what; actions on several blocks
/// (the neurons of gate, up and down; experts and router rows) go together.
namespace isotypic {

/// Tokens are exchangeable, the residual stream has no preferred directions.
struct embedding : symmetry<permutation, orthogonal> {};

/// An output head with weights of its own: softmax does not see a row that all rows share.
struct lm_head : up_to_row_shift<permutation, orthogonal> {
    using function_symmetry = up_to_row_shift<trivial, trivial>;
};

/// One matrix for both: a shared row would move the embeddings, so there is no shift.
struct tied_embedding : symmetry<permutation, orthogonal> {};

/// A hidden matrix between two isotropic spaces.
struct projection : symmetry<orthogonal, orthogonal> {};

/// Query, key and value weights cut by `row_heads`, the output projection cut by `column_heads`: each head
/// is a matrix of its own.
struct attention_heads : symmetry<orthogonal, orthogonal> {};

/// Hidden neurons are exchangeable, their order the same in all three matrices; `joined(gate, up)` is a
/// `swiglu_gate` of twice the columns.
struct swiglu_gate : symmetry<permutation, orthogonal> {
    using function_symmetry = symmetry<permutation, trivial>;
};
struct swiglu_up : swiglu_gate {};
struct swiglu_down : symmetry<orthogonal, permutation> {
    using function_symmetry = symmetry<trivial, permutation>;
};

/// Softmax and top-k do not see a row that all experts share. Experts move with their rows.
struct router : up_to_row_shift<permutation, orthogonal> {
    using function_symmetry = up_to_row_shift<permutation, trivial>;
};
/// A sigmoid or soft-capped router, or one trained with a z-loss, sees the shared row.
struct sigmoid_router : symmetry<permutation, orthogonal> {
    using function_symmetry = symmetry<permutation, trivial>;
};

/// A stack of expert matrices, each between isotropic spaces; experts as SwiGLU neurons take the roles above.
struct expert : symmetry<orthogonal, orthogonal> {};

/// The gain of a normalization in front of a linear map, sign flips at most. It decays: the map makes up for what decay takes, and
/// without decay gain and map drift apart (arXiv 2605.26895).
struct scale_in : symmetry<signs, trivial> {};

/// A gain that never decays: behind a linear map and its normalization, as in QK-norm, nothing upstream makes up for what decay takes
/// (arXiv 2605.26895). Any role may say so.
struct scale_out : symmetry<signs, trivial> {
    static constexpr bool decays = false;
};

/// A vector added to an activation.
struct bias : symmetry<signed_permutation, trivial> {};

}  // namespace isotypic
