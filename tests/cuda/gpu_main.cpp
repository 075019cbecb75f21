// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <cuda_runtime_api.h>
#include <cstdio>

int main(int count, char** arguments) {
    int devices = 0;
    const cudaError_t e = cudaGetDeviceCount(&devices);
    if (e != cudaSuccess || devices == 0) {
        std::printf("skipped: no GPU to run on (%s)\n", e == cudaSuccess ? "none found" : cudaGetErrorString(e));
        return 77;
    }
    return doctest::Context(count, arguments).run();
}
