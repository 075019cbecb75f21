// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "stream.hpp"

struct CUgraphExec_st {
    std::shared_ptr<std::vector<stand_in::work> const> nodes;
};
using cudaGraphExec_t = CUgraphExec_st*;

inline cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    stand_in::guard const one(stand_in::device_mutex);
    if (stand_in::streams::plain(stream)) return stand_in::result(cudaErrorStreamCaptureUnsupported);
    if (stand_in::streams::capture_of(stream)) return stand_in::result(cudaErrorIllegalState);
    stand_in::streams::begin(stream, mode);
    return cudaSuccess;
}

inline cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!graph) return stand_in::result(cudaErrorInvalidValue);
    *graph = nullptr;
    cudaGraph_t const capture = stand_in::streams::capture_of(stream);
    if (!capture) return stand_in::result(cudaErrorIllegalState);
    if (capture->origin != stream) {
        capture->invalid = true;
        return stand_in::result(cudaErrorStreamCaptureUnmatched);
    }
    auto const ended = stand_in::streams::end(stream);
    *graph = ended.first;
    return stand_in::result(ended.second);
}

inline cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!status) return stand_in::result(cudaErrorInvalidValue);
    cudaGraph_t const capture = stand_in::streams::capture_of(stream);
    *status = !capture ? cudaStreamCaptureStatusNone : capture->invalid ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}

inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long /*flags*/ = 0) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!exec || !graph) return stand_in::result(cudaErrorInvalidValue);
    *exec = new CUgraphExec_st{std::make_shared<std::vector<stand_in::work> const>(graph->nodes)};
    return cudaSuccess;
}

inline cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!exec) return stand_in::result(cudaErrorInvalidValue);
    return stand_in::result(stand_in::streams::submit(stream, [nodes = exec->nodes] {
        ++stand_in::counts.graph_launches;
        for (auto const& node : *nodes) node();
    }));
}

inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
    stand_in::guard const one(stand_in::device_mutex);
    delete exec;
    return exec ? cudaSuccess : stand_in::result(cudaErrorInvalidValue);
}

inline cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    stand_in::guard const one(stand_in::device_mutex);
    delete graph;
    return graph ? cudaSuccess : stand_in::result(cudaErrorInvalidValue);
}
