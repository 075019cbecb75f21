#pragma once
#include <isotypic/matrix/as_view.hpp>
#include <torch/torch.h>

/// \file
/// LibTorch's tensors as matrices, without a copy: `as<projection>(as_view(layer->weight))`.
namespace isotypic {

/// The view of a tensor of one or two axes; T is float or double. Throws unless it holds T on the CPU. A write through it does not
/// raise the tensor's version counter, so step after `backward()`.
template <scalar T = float>
view<T> as_view(at::Tensor const& x) {
    if (!x.defined()) throw error("isotypic: this tensor is undefined; a gradient is, before the first backward()");
    if (!x.device().is_cpu()) throw error("isotypic: this tensor lies on " + x.device().str() + ", a view reaches the CPU's memory only");
    if (x.layout() != at::kStrided) throw error("isotypic: this tensor is sparse, a view needs a dense one");
    if (x.scalar_type() != c10::CppTypeToScalarType<T>::value)
        throw error(std::string("isotypic: this tensor holds ") + c10::toString(x.scalar_type()) + ", the view " +
                    c10::toString(c10::CppTypeToScalarType<T>::value));
    if (x.dim() == 1) return {x.data_ptr<T>(), x.size(0), 1, x.stride(0), x.size(0)};
    if (x.dim() != 2) throw error("isotypic: a matrix has two axes, this tensor has " + std::to_string(x.dim()));
    return {x.data_ptr<T>(), x.size(0), x.size(1), x.stride(0), x.stride(1)};
}

}  // namespace isotypic
