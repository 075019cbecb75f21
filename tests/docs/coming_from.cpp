// The right-hand sides of the tables in examples/README.md, line by line, compiled and stepped.
#include <isotypic/isotypic.hpp>
#include <isotypic/model/stacks.hpp>

#include <Eigen/Core>
#include <cmath>
#include <cstdio>

using namespace isotypic;

int main() {
    Eigen::MatrixXf W = Eigen::MatrixXf::Constant(3, 2, 1), G{{3, 4}, {0, 1}, {1, 0}}, E = W, P = W, dE = G, dP = G;
    const float lr = 0.1f;
    struct any : symmetry<trivial, trivial> {};  // a block of which nothing is known: every rule fits

    {
        optimizer opt(as<any>(W), heavy_ball{.beta = 0.9}, lr);
        opt.step(G);
    }
    {
        optimizer opt(as<any>(W), heavy_ball{.beta = 0.9, .nesterov = true}, lr);
        opt.step(G);
    }
    {
        optimizer opt(as<any>(W), adam{.beta1 = 0.9, .beta2 = 0.999}, lr, weight_decay{0.01});
        opt.step(G);
    }
    {
        optimizer opt(as<any>(W), lion{.beta1 = 0.9, .beta2 = 0.99}, lr, weight_decay{0.01});
        opt.step(G);
    }
    {
        optimizer opt(as<any>(W), momentum{.beta = 0.9} | sign{}, lr);
        opt.step(G);
    }
    {
        optimizer opt(as<projection>(W), muon_keller(), 0.02);
        opt.step(G);
    }
    {
        auto stack = stacks::muon_adamw<float>({.muon = 0.02, .adamw = 3e-4});
        stack.add("W", as<projection>(W));
    }
    auto stack = layerwise<float>(on<embedding>(momentum{} | row_norm{}, 0.5), on<projection>(muon_keller(), 0.02));
    auto embed = stack.add("embed", as<embedding>(E)), project = stack.add("project", as<projection>(P));
    stack.step(embed(dE), project(dP));
    stack.clip = 1;
    stack.on<embedding>().rate = cosine{.peak = 0.5, .steps = 1000, .warmup = 100};
    {
        auto mine = rule<symmetry<permutation, orthogonal>>([](auto x, auto y) {
            for (index_t i = 0; i < x.rows; ++i)
                for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) / 2;
        });
        optimizer opt(as<embedding>(W), momentum{.beta = 0.9} | mine, lr);
        opt.step(G);
    }
    {
        step(as<any>(W), G, lr, identity{});
    }
    stack.step(embed(dE), project(dP));
    return W.allFinite() && E.allFinite() && P.allFinite() ? 0 : 1;
}
