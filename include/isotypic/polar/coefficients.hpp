// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <span>

/// \file
/// Published coefficients for Newton-Schulz iterations x <- a x + b x^3 + c x^5 on singular values.
/// `safety` divides (a, b, c) by (s, s^3, s^5) in all but the list's last entry and `cushion` divides the input,
/// where the set's authors do so; steps beyond a list repeat its last entry.
namespace isotypic {

/// One step x <- a x + b x^3 + c x^5.
struct quintic {
    double a, b, c;
};

/// A sequence of steps with its authors' margins.
struct coefficients {
    std::span<quintic const> list;
    int steps = 5;        ///< how many steps its authors take
    double safety = 1;    ///< divides the steps, see above
    double cushion = 1;   ///< divides the input after its norm
    double norm_eps = 0;  ///< added to the norm by the authors' code; 0 keeps the scale of the input irrelevant

    constexpr quintic step(int i) const {
        if (list.empty()) return {1, 0, 0};
        quintic q = list[std::size_t(i) < list.size() ? std::size_t(i) : list.size() - 1];
        if (std::size_t(i) + 1 < list.size()) q.a /= safety, q.b /= safety * safety * safety, q.c /= safety * safety * safety * safety * safety;
        return q;
    }
    /// The composed map on one singular value of the normalised input, in double: an oracle for tests.
    constexpr double operator()(double s) const {
        s /= cushion;
        for (int i = 0; i < steps; ++i) {
            const quintic q = step(i);
            const double t = s * s;
            s *= q.a + t * (q.b + t * q.c);
        }
        return s;
    }
    constexpr coefficients with_steps(int n) const {
        coefficients k = *this;
        k.steps = n;
        return k;
    }
    constexpr coefficients with_norm_eps(double e) const {
        coefficients k = *this;
        k.norm_eps = e;
        return k;
    }
};

namespace detail {
inline constexpr std::array keller_list{quintic{3.4445, -4.7750, 2.0315}};
inline constexpr std::array you5_list{quintic{4.0848, -6.8946, 2.9270}, quintic{3.9505, -6.3029, 2.6377}, quintic{3.7418, -5.5913, 2.3037},
                                      quintic{2.8769, -3.1427, 1.2046}, quintic{2.8366, -3.0525, 1.2012}};
inline constexpr std::array you6_list{quintic{3955. / 1024, -8306. / 1024, 5008. / 1024}, quintic{3735. / 1024, -6681. / 1024, 3463. / 1024},
                                      quintic{3799. / 1024, -6499. / 1024, 3211. / 1024}, quintic{4019. / 1024, -6385. / 1024, 2906. / 1024},
                                      quintic{2677. / 1024, -3029. / 1024, 1162. / 1024}, quintic{2172. / 1024, -1833. / 1024, 682. / 1024}};
inline constexpr std::array express_list{
    quintic{8.28721201814563, -23.595886519098837, 17.300387312530933},   quintic{4.107059111542203, -2.9478499167379106, 0.5448431082926601},
    quintic{3.9486908534822946, -2.908902115962949, 0.5518191394370137},  quintic{3.3184196573706015, -2.488488024314874, 0.51004894012372},
    quintic{2.300652019954817, -1.6689039845747493, 0.4188073119525673},  quintic{1.891301407787398, -1.2679958271945868, 0.37680408948524835},
    quintic{1.8750014808534479, -1.2500016453999487, 0.3750001645474248}, quintic{1.875, -1.25, 0.375}};
inline constexpr std::array express_cushion_list{
    quintic{8.156554524902461, -22.48329292557795, 15.878769915207462}, quintic{4.042929935166739, -2.808917465908714, 0.5000178451051316},
    quintic{3.8916678022926607, -2.772484153217685, 0.5060648178503393}, quintic{3.285753657755655, -2.3681294933425376, 0.46449024233003106},
    quintic{2.3465413258596377, -1.7097828382687081, 0.42323551169305323}};
inline constexpr std::array cans_list{quintic{8.4703, -25.1081, 18.6293}, quintic{4.1828, -3.1087, 0.5806}, quintic{3.9619, -2.9541, 0.5630},
                                      quintic{3.2866, -2.4647, 0.5074}, quintic{2.2737, -1.6447, 0.4162}};
inline constexpr std::array deepseek_list{quintic{3.4445, -4.7750, 2.0315}, quintic{3.4445, -4.7750, 2.0315}, quintic{3.4445, -4.7750, 2.0315},
                                          quintic{3.4445, -4.7750, 2.0315}, quintic{3.4445, -4.7750, 2.0315}, quintic{3.4445, -4.7750, 2.0315},
                                          quintic{3.4445, -4.7750, 2.0315}, quintic{3.4445, -4.7750, 2.0315}, quintic{2, -1.5, 0.5}};
inline constexpr std::array cubic5_list{quintic{3.3656576, -3.3420992, 0}, quintic{2.5744352, -1.4957376, 0}, quintic{2.5368962, -1.4312570, 0},
                                        quintic{2.4418906, -1.2764040, 0}, quintic{2.2230472, -0.9630650, 0}};
inline constexpr std::array turbo_list{quintic{4.0098, -7.0585, 2.4635}, quintic{3.4585, -5.5479, 2.5959}, quintic{2.7573, -3.2939, 1.4254},
                                       quintic{2.7215, -3.0494, 1.3169}};
inline constexpr std::array turbo_positive_list{quintic{4.6051, -9.6552, 5.6769}, quintic{4.7505, -6.0861, 2.1790}, quintic{2.7763, -2.3190, 0.5523},
                                                quintic{2.4231, -2.2861, 0.8193}};
inline constexpr std::array simple_list{quintic{2, -1.5, 0.5}};
inline constexpr std::array classic_cubic_list{quintic{1.5, -0.5, 0}};
inline constexpr std::array classic_quintic_list{quintic{15. / 8, -10. / 8, 3. / 8}};
}  // namespace detail

/// Muon (K. Jordan et al. 2024): fast growth, singular values end in a wide band around 1.
inline constexpr coefficients keller{.list = detail::keller_list, .steps = 5};
/// The 5- and 6-step sets circulated under the name "You".
inline constexpr coefficients you5{.list = detail::you5_list, .steps = 5};
inline constexpr coefficients you6{.list = detail::you6_list, .steps = 6};
/// Polar Express (arXiv 2505.16932): minimax for [1e-3, 1] step by step; 8 steps reach 1 to rounding.
inline constexpr coefficients polar_express{.list = detail::express_list, .steps = 8};
/// Polar Express with the margins of PolarGrad's code and of the code of arXiv 2605.18106.
inline constexpr coefficients polar_express_101{.list = detail::express_list, .steps = 5, .safety = 1.01, .cushion = 1.01};
inline constexpr coefficients polar_express_105{.list = detail::express_list, .steps = 5, .safety = 1.05, .cushion = 1.02};
/// The 5-step list with its margin of 1.02 baked in, used for the Muon roles of arXiv 2605.18106 and by Dion.
inline constexpr coefficients polar_express_cushion{.list = detail::express_cushion_list, .steps = 5, .cushion = 1.02};
/// CANS (arXiv 2506.10935).
inline constexpr coefficients cans{.list = detail::cans_list, .steps = 5};
/// DeepSeek-V4: eight of Keller's steps, then two of the simple quintic.
inline constexpr coefficients deepseek{.list = detail::deepseek_list, .steps = 10};
/// Five cubic steps (arXiv 2606.00371).
inline constexpr coefficients cubic5{.list = detail::cubic5_list, .steps = 5};
/// Four steps for an AOL-scaled input, as circulated by NVIDIA's code and arXiv 2605.18106's. On an input of norm 1 values above
/// 0.884 change sign: not for `newton_schulz`.
inline constexpr coefficients turbo{.list = detail::turbo_list, .steps = 4};
/// Four steps for an AOL-scaled input, of Turbo-Muon's own code (arXiv 2512.04632) and Dion's: positive on (0, 1].
inline constexpr coefficients turbo_positive{.list = detail::turbo_positive_list, .steps = 4};
/// (2, -3/2, 1/2): 1 is super-attracting; slow from small singular values.
inline constexpr coefficients simple_quintic{.list = detail::simple_list, .steps = 12};

/// The Newton-Schulz iteration (3 x - x^3) / 2, and Pade's of the next order: never above 1, slope 3/2 and 15/8 a step.
inline constexpr coefficients classic_cubic{.list = detail::classic_cubic_list, .steps = 20};
inline constexpr coefficients classic_quintic{.list = detail::classic_quintic_list, .steps = 12};

}  // namespace isotypic
