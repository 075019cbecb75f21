// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "counts.hpp"
#include "errors.hpp"
#include "registry.hpp"

inline constexpr unsigned cudaStreamDefault = 0;
inline constexpr unsigned cudaStreamNonBlocking = 1;

enum cudaStreamCaptureMode { cudaStreamCaptureModeGlobal = 0, cudaStreamCaptureModeThreadLocal = 1, cudaStreamCaptureModeRelaxed = 2 };
enum cudaStreamCaptureStatus { cudaStreamCaptureStatusNone = 0, cudaStreamCaptureStatusActive = 1, cudaStreamCaptureStatusInvalidated = 2 };

struct CUstream_st;
using cudaStream_t = CUstream_st*;

namespace stand_in {

using work = std::function<void()>;

}  // namespace stand_in

struct CUgraph_st {
    std::vector<stand_in::work> nodes;
    cudaStream_t origin = nullptr;
    cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
    std::thread::id thread;
    bool invalid = false;
    std::vector<cudaStream_t> joined;
};
using cudaGraph_t = CUgraph_st*;

struct CUstream_st {
    unsigned flags = cudaStreamDefault;
    cudaGraph_t capture = nullptr;
    bool open = false;           // in a capture that began elsewhere: not yet waited for
    std::size_t submitted = 0;
};

namespace stand_in {

// With true, what is submitted to a stream waits until someone synchronises, so that a host that reads too early reads what was there before.
inline bool deferred = false;

class streams {
public:
    static bool legacy(cudaStream_t s) { return s == nullptr || s == reinterpret_cast<cudaStream_t>(1); }
    static bool plain(cudaStream_t s) { return legacy(s) || s == reinterpret_cast<cudaStream_t>(2); }
    static cudaGraph_t capture_of(cudaStream_t s) { return plain(s) ? nullptr : s->capture; }

    // Now, later, or, in a capture, at each launch of its graph.
    template <class Work>
    static cudaError_t submit(cudaStream_t s, Work const& run) {
        cudaError_t const error = admit(s);
        if (error != cudaSuccess) return error;
        if (deferred || capture_of(s)) {
            keep(s, run);
        } else {
            drain();
            registry::access const open;
            run();
        }
        return cudaSuccess;
    }

    // Runs what is pending, up to the last piece for which last(stream) holds.
    template <class Last>
    static void drain(Last last) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < pending_.size(); ++i)
            if (last(pending_[i].first)) count = i + 1;
        for (; count > 0; --count) {
            auto const next = std::move(pending_.front());
            pending_.pop_front();
            registry::access const open;
            next.second();
        }
    }
    static void drain() {
        if (!pending_.empty()) drain([](cudaStream_t) { return true; });
    }
    static void drain(cudaStream_t s) {
        if (!pending_.empty()) drain([s](cudaStream_t t) { return s == t; });
    }
    // What the legacy stream waits for.
    static void drain_blocking() {
        if (!pending_.empty()) drain([](cudaStream_t t) { return plain(t) || t->flags == cudaStreamDefault; });
    }
    static bool idle(cudaStream_t s) {
        for (auto const& p : pending_)
            if (p.first == s) return false;
        return true;
    }

    // For calls that a capture forbids, it then is lost.
    static cudaError_t outside_capture() {
        cudaError_t error = cudaSuccess;
        for (cudaGraph_t c : captures_)
            if (c->mode == cudaStreamCaptureModeGlobal || (c->mode == cudaStreamCaptureModeThreadLocal && c->thread == std::this_thread::get_id())) {
                c->invalid = true;
                error = cudaErrorStreamCaptureUnsupported;
            }
        return error;
    }
    static cudaError_t not_capturing(cudaStream_t s) {
        cudaGraph_t const c = capture_of(s);
        if (!c) return outside_capture();
        c->invalid = true;
        return cudaErrorStreamCaptureUnsupported;
    }
    static cudaError_t none_capturing() {
        for (cudaGraph_t c : captures_) c->invalid = true;
        return captures_.empty() ? cudaSuccess : cudaErrorStreamCaptureUnsupported;
    }

    static void begin(cudaStream_t s, cudaStreamCaptureMode mode) {
        auto graph = std::make_unique<CUgraph_st>();
        graph->origin = s;
        graph->mode = mode;
        graph->thread = std::this_thread::get_id();
        captures_.push_back(graph.get());
        s->capture = graph.release();
    }
    static void join(cudaStream_t s, cudaGraph_t graph) {
        s->capture = graph;
        s->open = true;
        graph->joined.push_back(s);
    }
    static std::pair<cudaGraph_t, cudaError_t> end(cudaStream_t s) {
        std::unique_ptr<CUgraph_st> graph(s->capture);
        std::erase(captures_, graph.get());
        bool unjoined = false;
        for (cudaStream_t other : graph->joined) {
            unjoined = unjoined || other->open;
            other->capture = nullptr;
        }
        s->capture = nullptr;
        if (graph->invalid) return {nullptr, cudaErrorStreamCaptureInvalidated};
        if (unjoined) return {nullptr, cudaErrorStreamCaptureUnjoined};
        return {graph.release(), cudaSuccess};
    }

private:
    static cudaError_t admit(cudaStream_t s) {
        if (legacy(s))
            for (cudaGraph_t c : captures_)
                if (c->origin->flags == cudaStreamDefault) {
                    c->invalid = true;
                    return cudaErrorStreamCaptureImplicit;
                }
        if (plain(s)) return cudaSuccess;
        ++s->submitted;
        return s->capture && s->capture->invalid ? cudaErrorStreamCaptureInvalidated : cudaSuccess;
    }
    static void keep(cudaStream_t s, work run) {
        if (cudaGraph_t const c = capture_of(s)) {
            s->open = true;
            c->nodes.push_back(std::move(run));
        } else {
            pending_.emplace_back(s, std::move(run));
        }
    }

    inline static std::vector<cudaGraph_t> captures_;
    inline static std::deque<std::pair<cudaStream_t, work>> pending_;
};

}  // namespace stand_in

inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!stream || flags > cudaStreamNonBlocking) return stand_in::result(cudaErrorInvalidValue);
    *stream = new CUstream_st{flags};
    return cudaSuccess;
}
inline cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }

inline cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    stand_in::guard const one(stand_in::device_mutex);
    if (stand_in::streams::plain(stream)) return stand_in::result(cudaErrorInvalidResourceHandle);
    if (stand_in::streams::capture_of(stream)) return stand_in::result(stand_in::streams::not_capturing(stream));
    stand_in::streams::drain(stream);
    delete stream;
    return cudaSuccess;
}

inline cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    stand_in::guard const one(stand_in::device_mutex);
    cudaError_t const error = stand_in::streams::not_capturing(stream);
    if (error != cudaSuccess) return stand_in::result(error);
    ++stand_in::counts.synchronisations;
    if (stand_in::streams::legacy(stream)) stand_in::streams::drain_blocking();
    stand_in::streams::drain(stream);
    return cudaSuccess;
}

inline cudaError_t cudaStreamQuery(cudaStream_t stream) {
    stand_in::guard const one(stand_in::device_mutex);
    cudaError_t const error = stand_in::streams::not_capturing(stream);
    if (error != cudaSuccess) return stand_in::result(error);
    return stand_in::streams::idle(stream) ? cudaSuccess : cudaErrorNotReady;
}

inline cudaError_t cudaDeviceSynchronize() {
    stand_in::guard const one(stand_in::device_mutex);
    cudaError_t const error = stand_in::streams::none_capturing();
    if (error != cudaSuccess) return stand_in::result(error);
    ++stand_in::counts.synchronisations;
    stand_in::streams::drain();
    return cudaSuccess;
}
