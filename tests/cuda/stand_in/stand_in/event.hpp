// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "stream.hpp"

inline constexpr unsigned cudaEventDefault = 0;
inline constexpr unsigned cudaEventBlockingSync = 1;
inline constexpr unsigned cudaEventDisableTiming = 2;

struct CUevent_st {
    unsigned flags = cudaEventDefault;
    bool recorded = false;
    cudaStream_t stream = nullptr;
    cudaGraph_t capture = nullptr;  // that it was last recorded in
    std::size_t submitted = 0;      // to that stream, by then
    std::chrono::steady_clock::time_point at{};
};
using cudaEvent_t = CUevent_st*;

inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!event) return stand_in::result(cudaErrorInvalidValue);
    *event = new CUevent_st{flags};
    return cudaSuccess;
}
inline cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream = nullptr) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!event) return stand_in::result(cudaErrorInvalidResourceHandle);
    event->capture = stand_in::streams::capture_of(stream);
    event->stream = stream;
    event->recorded = true;
    if (event->capture) {
        event->submitted = stream->submitted;
        return event->capture->invalid ? stand_in::result(cudaErrorStreamCaptureInvalidated) : cudaSuccess;
    }
    cudaError_t const error = stand_in::streams::submit(stream, [event] { event->at = std::chrono::steady_clock::now(); });
    event->submitted = stand_in::streams::plain(stream) ? 0 : stream->submitted;
    return stand_in::result(error);
}

inline cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!event) return stand_in::result(cudaErrorInvalidResourceHandle);
    cudaError_t const error = event->capture ? cudaErrorCapturedEvent : stand_in::streams::outside_capture();
    if (error != cudaSuccess) return stand_in::result(error);
    ++stand_in::counts.synchronisations;
    if (event->recorded) stand_in::streams::drain(event->stream);
    return cudaSuccess;
}

inline cudaError_t cudaEventQuery(cudaEvent_t event) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!event) return stand_in::result(cudaErrorInvalidResourceHandle);
    cudaError_t const error = event->capture ? cudaErrorCapturedEvent : stand_in::streams::outside_capture();
    if (error != cudaSuccess) return stand_in::result(error);
    return !event->recorded || stand_in::streams::idle(event->stream) ? cudaSuccess : cudaErrorNotReady;
}

inline cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t end) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!ms) return stand_in::result(cudaErrorInvalidValue);
    if (!start || !end || !start->recorded || !end->recorded || ((start->flags | end->flags) & cudaEventDisableTiming) != 0)
        return stand_in::result(cudaErrorInvalidResourceHandle);
    if (!stand_in::streams::idle(start->stream) || !stand_in::streams::idle(end->stream)) return stand_in::result(cudaErrorNotReady);
    *ms = std::chrono::duration<float, std::milli>(end->at - start->at).count();
    return cudaSuccess;
}

inline cudaError_t cudaEventDestroy(cudaEvent_t event) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!event) return stand_in::result(cudaErrorInvalidResourceHandle);
    if (event->recorded && !event->capture) stand_in::streams::drain(event->stream);
    delete event;
    return cudaSuccess;
}

// Work runs in the order in which it was submitted, so there is nothing to wait for; a stream that waits for a captured event is captured too.
inline cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned /*flags*/ = 0) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!event) return stand_in::result(cudaErrorInvalidResourceHandle);
    cudaGraph_t const capture = stand_in::streams::capture_of(stream);
    if (!event->capture) {
        if (!capture || !event->recorded) return cudaSuccess;
        capture->invalid = true;
        return stand_in::result(cudaErrorStreamCaptureIsolation);
    }
    if (stand_in::streams::plain(stream)) return stand_in::result(cudaErrorStreamCaptureImplicit);
    if (!capture) {
        stand_in::streams::join(stream, event->capture);
    } else if (capture != event->capture) {
        return stand_in::result(cudaErrorStreamCaptureMerge);
    } else if (event->stream != stream && event->submitted == event->stream->submitted) {
        event->stream->open = false;
    }
    return cudaSuccess;
}
