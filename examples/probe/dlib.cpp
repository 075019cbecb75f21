// SPDX-License-Identifier: MIT
#include "source.hpp"
#ifdef PROBE_DLIB
#include <dlib/dnn.h>

using namespace isotypic;

namespace {

/// What a solver asks of a layer.
struct layer {
    dlib::resizable_tensor parameters;
    dlib::tensor const& get_layer_params() const { return parameters; }
};

dlib::resizable_tensor tensor_of(specimen const& x) {
    dlib::resizable_tensor y(x.rows, x.cols);
    std::transform(x.values.begin(), x.values.end(), y.host(), [](double v) { return float(v); });
    return y;
}

/// A solver returns what is to be added to the parameters: minus the update, at rate 1.
template <class Solver>
candidate of(char const* name, Solver const& fresh, bool decays = false) {
    const replay start = [=](specimen const&) -> run {
        return [solver = fresh](specimen const& weight, specimen const& gradient) mutable {
            dlib::tensor const& step = solver(1.f, layer{tensor_of(weight)}, tensor_of(gradient));
            specimen u(gradient.rows, gradient.cols);
            std::transform(step.begin(), step.end(), u.values.begin(), [](float v) { return -double(v); });
            return u;
        };
    };
    return {name, {start, 0x1p-24, decays}};
}

}  // namespace

source dlib_solvers() {
    return {std::string("dlib ") + PROBE_DLIB,
            {of("sgd, no decay, no momentum", dlib::sgd(0, 0)), of("sgd, no decay", dlib::sgd(0)), of("sgd", dlib::sgd(), true),
             of("adam, no decay", dlib::adam(0, 0.9f, 0.999f)), of("adam", dlib::adam(), true)}};
}
#else
source dlib_solvers() { return {"dlib", {}, PROBE_NO_DLIB}; }
#endif
