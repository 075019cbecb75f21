// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/checkpoint.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/device/thread_pool.hpp>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

/// \file
/// Optimizers behind one door, so that a program can pick one by name.
struct optimizer {
    virtual ~optimizer() = default;
    /// One step of every weight, with the gradients as they are.
    virtual void step() = 0;
    virtual void save(std::ostream&) const = 0;
    virtual void load(std::istream&) = 0;
};

/// A layerwise stack with the weights of a model in it; weights, gradients and pool must outlive it.
template <class Stack>
class stepped final : public optimizer {
public:
    stepped(Stack s, isotypic::thread_pool& pool) : stack(std::move(s)) { stack.run_on(pool); }

    template <class Role, class W, class G>
    void add(std::string name, W&& w, G&& g) {
        gradients.push_back(stack.add(std::move(name), isotypic::as<Role>(w))(g));
    }
    void step() override { stack.step(std::span<isotypic::gradient<float> const>(gradients)); }
    void save(std::ostream& to) const override { isotypic::save(stack, to); }
    void load(std::istream& from) override { isotypic::load(stack, from); }

private:
    Stack stack;
    std::vector<isotypic::gradient<float>> gradients;  // views of the same memory in every step
};
