// SPDX-License-Identifier: MIT
#pragma once
#include "run.hpp"

namespace sepnorm {

/// A finished run, as a line of the file has it.
struct trial {
    std::string side;
    int exponent = 0;  ///< rates times 2^exponent
    unsigned seed = 0;
    bool failed = false;  ///< it diverged
    quality found = {};
    double seconds = 0;
    std::vector<std::pair<long, double>> curve = {};  ///< step and validation loss
};

struct spread {
    double mean = 0, least = 1e300, most = -1e300;
};

/// The runs of a sweep and what they were made with.
class trials {
public:
    settings base;

    trials(settings const& s, data const& d);

    trial* find(std::string const& side, int exponent, unsigned seed);
    /// Runs what has not been run; false when interrupted.
    bool make(std::string const& side, int exponent, unsigned seed);
    /// The factor with the best probe on validation images, at seed 1.
    int best(std::string const& side, int low, int high);
    template <class F>
    spread over_seeds(std::string const& side, int exponent, F const& of) {
        spread s;
        for (unsigned seed = 1; seed <= base.seeds; ++seed) {
            const double y = of(*find(side, exponent, seed));
            s.mean += y / base.seeds, s.least = (std::min)(s.least, y), s.most = (std::max)(s.most, y);
        }
        return s;
    }
    /// As they stand, a line each.
    std::string lines() const;

private:
    data const& d;
    std::vector<trial> all;
    std::filesystem::path file;

    nlohmann::json what(std::string const& side) const;
    nlohmann::json line(trial const& x) const;
};

}  // namespace sepnorm
