// SPDX-License-Identifier: MIT
#pragma once
#include <training/progress.hpp>

/// How much of some work is done and how long the rest will take, on stderr: one line that is written over on a terminal, else one now
/// and then.
class counter {
public:
    counter(std::string what, long parts) : name(std::move(what)), all(parts) {}

    void count() {
        const double now = seconds_now();
        const bool last = ++done == all;
        if (!last && now - shown < (terminal ? 0.2 : 15)) return;
        shown = now;
        const long left = long((now - begin) * double(all - done) / double(done) + 0.5);
        std::string bar;
        for (long i = 0; i < 24; ++i) bar += i * all < done * 24 ? "█" : "·";
        std::fprintf(stderr, "%s%s %s %ld/%ld  %ld:%02ld left %s", terminal ? "\r" : "", name.c_str(), bar.c_str(), done, all, left / 60, left % 60,
                     terminal && !last ? "" : "\n");
    }
    /// Leaves the line, so that something else can be written.
    void leave() const {
        if (terminal && done && done < all) std::fputc('\n', stderr);
    }

private:
    std::string name;
    long all, done = 0;
    double begin = seconds_now(), shown = begin;
    bool terminal = isatty(2);
};
