// Is my optimizer free of coordinates? One include and one line ask; a failure comes with the smallest case that repeats it.
#include <isotypic/check/check.hpp>
#include <isotypic/model/roles.hpp>

#include <Eigen/Core>
#include <iostream>

using Eigen::MatrixXd;

// A Muon as one writes it. With the slip, the square of A is taken entry by entry.
struct my_muon {
    bool slip;
    MatrixXd m{};

    MatrixXd step(MatrixXd const& gradient) {
        m = m.size() ? MatrixXd(0.95 * m + gradient) : gradient;
        MatrixXd x = m / (m.norm() + 1e-7);
        for (int k = 0; k < 5; ++k) {
            const MatrixXd a = x * x.transpose(), square = slip ? MatrixXd(a.cwiseProduct(a)) : MatrixXd(a * a);
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * square) * x;
        }
        return x;
    }
};

int main() {
    using namespace isotypic;
    std::cout << check_equivariant(my_muon{.slip = true}, projection{});
    std::cout << check_invariant(my_muon{.slip = false}, positive_scale());
    if (check_equivariant(my_muon{.slip = false}, projection{})) std::cout << "mended, it commutes with rotations of rows and columns\n";
}
