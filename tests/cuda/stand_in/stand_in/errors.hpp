// SPDX-License-Identifier: MIT
#pragma once

#define STAND_IN_ERRORS(X)                                                                  \
    X(cudaSuccess, 0, "no error")                                                           \
    X(cudaErrorInvalidValue, 1, "invalid argument")                                         \
    X(cudaErrorMemoryAllocation, 2, "out of memory")                                        \
    X(cudaErrorInvalidConfiguration, 9, "invalid configuration argument")                   \
    X(cudaErrorInvalidDevicePointer, 17, "invalid device pointer")                          \
    X(cudaErrorInvalidMemcpyDirection, 21, "invalid copy direction for memcpy")             \
    X(cudaErrorNoDevice, 100, "no CUDA-capable device is detected")                         \
    X(cudaErrorInvalidDevice, 101, "invalid device ordinal")                                \
    X(cudaErrorInvalidResourceHandle, 400, "invalid resource handle")                       \
    X(cudaErrorIllegalState, 401, "the operation cannot be performed in the present state") \
    X(cudaErrorNotReady, 600, "device not ready")                                           \
    X(cudaErrorIllegalAddress, 700, "an illegal memory access was encountered")             \
    X(cudaErrorLaunchFailure, 719, "unspecified launch failure")                            \
    X(cudaErrorNotSupported, 801, "operation not supported")                                \
    X(cudaErrorStreamCaptureUnsupported, 900, "operation not permitted when stream is capturing")          \
    X(cudaErrorStreamCaptureInvalidated, 901, "operation failed due to a previous error during capture")   \
    X(cudaErrorStreamCaptureMerge, 902, "operation would result in a merge of separate capture sequences") \
    X(cudaErrorStreamCaptureUnmatched, 903, "capture was not ended in the same stream as it began")        \
    X(cudaErrorStreamCaptureUnjoined, 904, "capturing stream has unjoined work")                           \
    X(cudaErrorStreamCaptureIsolation, 905, "dependency created on uncaptured work in another stream")     \
    X(cudaErrorStreamCaptureImplicit, 906, "operation would make the legacy stream depend on a capturing blocking stream") \
    X(cudaErrorCapturedEvent, 907, "operation not permitted on an event last recorded in a capturing stream")              \
    X(cudaErrorUnknown, 999, "unknown error")

enum cudaError {
#define STAND_IN_ERROR(name, value, sentence) name = value,
    STAND_IN_ERRORS(STAND_IN_ERROR)
#undef STAND_IN_ERROR
};
using cudaError_t = cudaError;

inline char const* cudaGetErrorString(cudaError_t error) {
    switch (error) {
#define STAND_IN_ERROR(name, value, sentence) \
    case name: return sentence;
        STAND_IN_ERRORS(STAND_IN_ERROR)
#undef STAND_IN_ERROR
    }
    return "unrecognized error code";
}

inline char const* cudaGetErrorName(cudaError_t error) {
    switch (error) {
#define STAND_IN_ERROR(name, value, sentence) \
    case name: return #name;
        STAND_IN_ERRORS(STAND_IN_ERROR)
#undef STAND_IN_ERROR
    }
    return "unrecognized error code";
}
#undef STAND_IN_ERRORS

namespace stand_in {

inline thread_local cudaError_t last_error = cudaSuccess;

inline cudaError_t result(cudaError_t error) {
    if (error != cudaSuccess) last_error = error;
    return error;
}

}  // namespace stand_in

inline cudaError_t cudaPeekAtLastError() { return stand_in::last_error; }
inline cudaError_t cudaGetLastError() {
    cudaError_t const error = stand_in::last_error;
    stand_in::last_error = cudaSuccess;
    return error;
}
