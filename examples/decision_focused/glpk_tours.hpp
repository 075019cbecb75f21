// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"
#include <glpk.h>

namespace decision_focused {

/// The shortest round trip through all nodes of a complete graph, by GLPK: for dozens of nodes. An edge is a 0/1 variable and a node has two;
/// where the edges form several parts, cuts ask for fewer within each. A cut holds whatever the costs, so those that bind stay for the next solve.
/// GLPK has an environment for each thread: solve, and destroy, on the thread that made it.
class glpk_tours final : public problem {
public:
    explicit glpk_tours(Index nodes) : m(nodes), lp(fresh()) {
        if (nodes < 3) throw std::runtime_error("round trips are for 3 nodes or more");
        glp_add_rows(lp.get(), int(m)), glp_add_cols(lp.get(), int(size()));
        for (int i = 1; i <= m; ++i) glp_set_row_bnds(lp.get(), i, GLP_FX, 2, 2);
        for (int i = 1, k = 1; i <= m; ++i)
            for (int j = i + 1; j <= m; ++j, ++k) {
                const int ends[] = {0, i, j};  // GLPK counts from 1
                const double ones[] = {0, 1, 1};
                glp_set_col_kind(lp.get(), k, GLP_BV), glp_set_mat_col(lp.get(), k, 2, ends, ones);
            }
        glp_init_smcp(&relaxing), glp_init_iocp(&branching);
        branching.tol_obj = 1e-10;
    }

    Index size() const override { return m * (m - 1) / 2; }

    void minimise(costs_in c, decision_out x) override {
        const double most = largest(c);
        for (std::size_t k = 0; k < c.size(); ++k) glp_set_obj_coef(lp.get(), int(k) + 1, most > 0 ? 1000 * c[k] / most : 0);
        for (relaxing.meth = GLP_PRIMAL;; relaxing.meth = GLP_DUALP) {  // what was best before is still feasible, what has a new cut is not
            read(x, glp_simplex(lp.get(), &relaxing), glp_get_status, glp_get_col_prim);
            if (cut(x)) continue;
            if (std::all_of(x.begin(), x.end(), [](double v) { return std::fabs(v - std::round(v)) < 1e-9; })) break;
            read(x, glp_intopt(lp.get(), &branching), glp_mip_status, glp_mip_col_val);
            if (!cut(x)) break;
        }
        for (double& v : x) v = std::round(v);
        drop_idle_cuts();
    }

private:
    struct destroy {
        void operator()(glp_prob* p) const { glp_delete_prob(p); }
    };
    struct environment {
        environment() { glp_term_out(GLP_OFF); }
        ~environment() { glp_free_env(); }
    };
    Index m;
    std::unique_ptr<glp_prob, destroy> lp;
    glp_smcp relaxing;
    glp_iocp branching;

    static glp_prob* fresh() {
        thread_local const environment here;
        return glp_create_prob();
    }

    void read(decision_out x, int failed, int (*status)(glp_prob*), double (*value)(glp_prob*, int)) {
        if (failed || status(lp.get()) != GLP_OPT)
            throw std::runtime_error("GLPK found no round trip: error " + std::to_string(failed) + ", status " + std::to_string(status(lp.get())));
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = value(lp.get(), int(k) + 1);
    }
    /// Of the edges within n nodes, but not all, a round trip takes at most n - 1. False where there is one part.
    bool cut(costs_in x) {
        std::vector<Index> part(std::size_t(m), 0);
        std::iota(part.begin(), part.end(), Index(0));
        for_each_edge([&](std::size_t i, std::size_t j, int k) {
            if (const Index from = part[j], to = part[i]; x[std::size_t(k - 1)] > 1e-6) std::replace(part.begin(), part.end(), from, to);
        });
        const int before = glp_get_num_rows(lp.get());
        for (Index p = 0; p < m; ++p) {
            const auto nodes = std::count(part.begin(), part.end(), p);
            if (nodes == 0 || nodes == m) continue;
            std::vector<int> within{0};
            for_each_edge([&](std::size_t i, std::size_t j, int k) {
                if (part[i] == p && part[j] == p) within.push_back(k);
            });
            const std::vector<double> ones(within.size(), 1.0);
            const int row = glp_add_rows(lp.get(), 1);
            glp_set_row_bnds(lp.get(), row, GLP_UP, 0, double(nodes - 1));
            glp_set_mat_row(lp.get(), row, int(within.size()) - 1, within.data(), ones.data());
        }
        return glp_get_num_rows(lp.get()) > before;
    }
    void drop_idle_cuts() {
        std::vector<int> idle{0};
        for (int i = int(m) + 1; i <= glp_get_num_rows(lp.get()); ++i)
            if (glp_get_row_stat(lp.get(), i) == GLP_BS) idle.push_back(i);
        if (idle.size() > 1) glp_del_rows(lp.get(), int(idle.size()) - 1, idle.data());
    }
    template <class F>
    void for_each_edge(F const& f) const {
        int k = 1;
        for (std::size_t i = 0; i < std::size_t(m); ++i)
            for (std::size_t j = i + 1; j < std::size_t(m); ++j) f(i, j, k++);
    }
};

}  // namespace decision_focused
