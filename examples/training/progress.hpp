// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdio>
#include <string>
#include <unistd.h>

inline double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// How far a run is, on stderr: one line that is written over on a terminal, else a line now and then.
class progress {
public:
    progress(std::string what, long steps) : name(std::move(what)), all(steps) {}

    void show(long step, double loss, double tokens_a_second) {
        const double now = seconds_now();
        if (begin == 0) begin = shown = now, first = step;
        const double speed = now > begin ? double(step - first) / (now - begin) : 0;
        const bool last = step == all;
        if (!last && now - shown < (terminal ? 0.2 : 15)) return;
        shown = now;
        const long left = speed > 0 ? long(double(all - step) / speed + 0.5) : 0;
        std::string bar;
        for (long i = 0; i < 24; ++i) bar += i * all < step * 24 ? "█" : "·";
        std::fprintf(stderr, "%s%-9s %s %ld/%ld  loss %.3f  %.0f tokens/s  %ld:%02ld left %s", terminal ? "\r" : "", name.c_str(), bar.c_str(), step, all, loss,
                     tokens_a_second, left / 60, left % 60, terminal && !last ? "" : "\n");
    }
    /// Leaves the line, so that something else can be written.
    void leave() {
        if (terminal && shown != 0) std::fputc('\n', stderr);
    }

private:
    std::string name;
    long all, first = 0;
    double begin = 0, shown = 0;
    bool terminal = isatty(2);
};
