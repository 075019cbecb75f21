// SPDX-License-Identifier: MIT
#pragma once
#include "train.hpp"
#include <cmath>
#include <utility>

/// \file
/// The finished runs of a sweep: OUT/sweep.jsonl has a line for each, and a second call goes on from them.

struct trial {
    variant what;
    int exponent = 0;  ///< rates times 2^exponent
    unsigned seed = 0;
    double validation = 0, test = -1, speed = 0;      ///< test: -1 if that part has not been read
    std::vector<std::pair<long, double>> curve = {};  ///< step and validation loss
};

class trials {
public:
    settings base;
    text const& t;
    std::vector<trial> all;

    trials(settings const& s, text const& some);

    trial* find(variant const& v, int exponent, unsigned seed);
    /// Makes the trial if it is not there, and reads the test part if asked to. False when interrupted.
    bool make(variant const& v, int exponent, unsigned seed, bool test);
    /// Its checkpoint is of no further use: were it asked for again, it would be made again.
    void forget(variant const& v, int exponent, unsigned seed) const { std::filesystem::remove(checkpoint(v, exponent, seed)); }
    /// The lines as they stand, in the order of the sweep.
    std::string lines() const;

    /// Over the seeds.
    template <class F>
    double mean(variant const& v, int exponent, F const& of) {
        double sum = 0;
        for (unsigned seed = 1; seed <= base.seeds; ++seed) sum += of(*find(v, exponent, seed));
        return sum / base.seeds;
    }
    template <class F>
    std::pair<double, double> range(variant const& v, int exponent, F const& of) {
        std::pair<double, double> r{1e300, -1e300};
        for (unsigned seed = 1; seed <= base.seeds; ++seed) {
            const double x = of(*find(v, exponent, seed));
            r = {std::min(r.first, x), std::max(r.second, x)};
        }
        return r;
    }

private:
    settings with(int exponent, unsigned seed) const {
        settings s = base;
        s.rate = base.rate * std::exp2(exponent), s.seed = seed;
        return s;
    }
    nlohmann::json identity_of(variant const& v) const;
    nlohmann::json line(trial const& x) const;
    std::filesystem::path checkpoint(variant const& v, int exponent, unsigned seed) const;
    void append(trial const& x) const;
};
