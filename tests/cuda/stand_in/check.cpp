// SPDX-License-Identifier: MIT
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <cusolverDn.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "../../update/decompositions.hpp"

// Compiled in formulas.cpp.
extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;

namespace {

// An array of the device that outlives no test.
template <class T>
struct array {
    T* p = nullptr;
    std::size_t size;

    explicit array(std::size_t count) : size(count) { REQUIRE(cudaMalloc(&p, count * sizeof(T)) == cudaSuccess); }
    explicit array(std::vector<T> const& values) : array(values.size()) {
        REQUIRE(cudaMemcpy(p, values.data(), size * sizeof(T), cudaMemcpyHostToDevice) == cudaSuccess);
    }
    array(array const&) = delete;
    array& operator=(array const&) = delete;
    ~array() { cudaFree(p); }

    std::vector<T> values() const {
        std::vector<T> out(size);
        REQUIRE(cudaMemcpy(out.data(), p, size * sizeof(T), cudaMemcpyDeviceToHost) == cudaSuccess);
        return out;
    }
};

struct seeds {
    ~seeds() { stand_in::order_seed = 1; }
};

struct stream {
    cudaStream_t s = nullptr;
    stream() { REQUIRE(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking) == cudaSuccess); }
    stream(stream const&) = delete;
    stream& operator=(stream const&) = delete;
    ~stream() { cudaStreamDestroy(s); }
};

cudaLaunchConfig_t shape(dim3 grid, dim3 block, cudaStream_t s = nullptr) { return {grid, block, 0, s, nullptr, 0}; }

std::vector<double> random(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<double> draw(-1.0, 1.0);
    std::vector<double> out(count);
    for (double& x : out) x = draw(engine);
    return out;
}

// What the program writes when it does not end well; empty where it does.
template <class F>
std::string last_words(F f) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    pid_t const child = fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        f();
        _exit(0);
    }
    close(ends[1]);
    std::string words;
    char buffer[512];
    for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) words.append(buffer, static_cast<std::size_t>(n));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return status != 0 ? words : std::string();
}

template <class T>
__device__ __forceinline__ T warp_sum(T x) {
    for (int d = 16; d > 0; d /= 2) x += __shfl_xor_sync(0xffffffffu, x, d);
    return x;
}

template <class T>
__global__ void __launch_bounds__(1024) block_sums(T const* __restrict__ x, T* out, int n) {
    __shared__ T parts[32];
    T sum{};
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < static_cast<unsigned>(n); i += gridDim.x * blockDim.x) sum += x[i];
    sum = warp_sum(sum);
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = sum;
    __syncthreads();
    if (threadIdx.x < 32) {
        sum = warp_sum(threadIdx.x < blockDim.x / 32 ? parts[threadIdx.x] : T{});
        if (threadIdx.x == 0) out[blockIdx.x] = sum;
    }
}

template <bool barrier>
__global__ void reverse(int* x) {
    __shared__ int kept[64];
    unsigned const i = threadIdx.x;
    kept[i] = x[i];
    if constexpr (barrier) __syncthreads();
    x[i] = kept[blockDim.x - 1 - i];
}

template <bool barrier>
__global__ void reverse_warp(int* x) {
    __shared__ int kept[32];
    kept[threadIdx.x] = x[threadIdx.x];
    if constexpr (barrier) __syncwarp();
    x[threadIdx.x] = kept[31 - threadIdx.x];
}

// The warp that has done no shuffles may be at its end before the other has begun, or after.
__global__ void ahead(int* out) {
    __shared__ int flag;
    if (threadIdx.x == 0) flag = 0;
    __syncthreads();
    if (threadIdx.x < 32) {
        int const sum = warp_sum(1);
        if (threadIdx.x == 0) flag = sum;
    } else if (threadIdx.x == 32) {
        *out = flag;
    }
}

__global__ void add(float* x, float by, int n) {
    unsigned const i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < static_cast<unsigned>(n)) x[i] += by;
}

template <class Kernel>
std::vector<int> reversed(Kernel kernel, std::vector<int> const& x) {
    array<int> const on_device(x);
    auto const config = shape(1, static_cast<unsigned>(x.size()));
    REQUIRE(cudaLaunchKernelEx(&config, kernel, on_device.p) == cudaSuccess);
    auto out = on_device.values();
    std::reverse(out.begin(), out.end());
    return out;
}

template <class Kernel>
int wrong_seeds(Kernel kernel, unsigned threads) {
    seeds const reset;
    std::vector<int> x(threads);
    int wrong = 0;
    for (stand_in::order_seed = 0; stand_in::order_seed < 32; ++stand_in::order_seed) {
        std::iota(x.begin(), x.end(), static_cast<int>(stand_in::order_seed));  // not what shared memory may still hold
        wrong += reversed(kernel, x) != x;
    }
    return wrong;
}

TEST_CASE("a reduction by shuffles and shared memory is right for every order and block size") {
    seeds const reset;
    std::vector<long long> x(5000);
    std::iota(x.begin(), x.end(), -1000);
    long long const right = std::accumulate(x.begin(), x.end(), 0LL);
    array<long long> const in(x);
    for (unsigned threads = 32; threads <= 1024; threads += 32)
        for (stand_in::order_seed = 0; stand_in::order_seed < 4; ++stand_in::order_seed) {
            array<long long> const out(3);
            auto const config = shape(3, threads);
            REQUIRE(cudaLaunchKernelEx(&config, block_sums<long long>, in.p, out.p, 5000) == cudaSuccess);
            auto const sums = out.values();
            CAPTURE(threads);
            CHECK(std::accumulate(sums.begin(), sums.end(), 0LL) == right);
        }
}

TEST_CASE("a missing barrier of the block or of the warp is a wrong result for some order, and none where it stands") {
    CHECK(wrong_seeds(&reverse<true>, 64) == 0);
    CHECK(wrong_seeds(&reverse<false>, 64) > 16);
    CHECK(wrong_seeds(&reverse_warp<true>, 32) == 0);
    CHECK(wrong_seeds(&reverse_warp<false>, 32) > 16);
}

#if STAND_IN_SPOILS
thread_local int of_the_host = 3;

__global__ void unwritten(float* out) {
    __shared__ float kept[4];
    out[blockIdx.x] = kept[blockIdx.x];
    kept[blockIdx.x + 1] = 1.0f;
}

TEST_CASE("shared memory keeps nothing from block to block") {
    array<float> const out(3);
    auto const config = shape(3, 1);
    for (int i = 0; i < 2; ++i) {
        REQUIRE(cudaLaunchKernelEx(&config, unwritten, out.p) == cudaSuccess);
        for (float const x : out.values()) CHECK(std::isnan(x));
    }
    CHECK(of_the_host == 3);
}
#endif

TEST_CASE("a warp may be ahead of another and behind it, with an order that its seed repeats") {
    seeds const reset;
    array<int> const out(1);
    auto const config = shape(1, 64);
    int late = 0;
    for (stand_in::order_seed = 1; stand_in::order_seed <= 32; ++stand_in::order_seed) {
        REQUIRE(cudaLaunchKernelEx(&config, ahead, out.p) == cudaSuccess);
        int const first = out.values()[0];
        REQUIRE(cudaLaunchKernelEx(&config, ahead, out.p) == cudaSuccess);
        CHECK(out.values()[0] == first);
        late += first == 32;
    }
    CHECK(late > 4);
    CHECK(late < 28);
}

__global__ void shuffles(int* out) {
    int const lane = static_cast<int>(threadIdx.x);
    unsigned const all = 0xffffffffu;
    int* const to = out + 8 * lane;
    to[0] = __shfl_sync(all, lane, 35);
    to[1] = __shfl_sync(all, lane, 1, 8);
    to[2] = __shfl_up_sync(all, lane, 3);
    to[3] = __shfl_down_sync(all, lane, 3, 16);
    to[4] = __shfl_xor_sync(all, lane, 5, 4);
    to[5] = static_cast<int>(__ballot_sync(all, lane % 3 == 0));
    to[6] = __any_sync(all, lane == 31) + 2 * __all_sync(all, lane < 31) + 4 * __any_sync(all, 0) + 8 * __all_sync(all, 1);
    to[7] = static_cast<int>(__shfl_xor_sync(all, static_cast<double>(lane) + 0.5, 1) * 2.0);
}

TEST_CASE("shuffles and votes take the lanes that the instruction set names") {
    array<int> const out(256);
    auto const config = shape(1, 32);
    REQUIRE(cudaLaunchKernelEx(&config, shuffles, out.p) == cudaSuccess);
    auto const got = out.values();
    int thirds = 0;
    for (int i = 0; i < 32; i += 3) thirds = static_cast<int>(static_cast<unsigned>(thirds) | 1u << i);
    for (int lane = 0; lane < 32; ++lane) {
        int const* const at = &got[static_cast<std::size_t>(8 * lane)];
        CAPTURE(lane);
        CHECK(at[0] == 3);
        CHECK(at[1] == lane / 8 * 8 + 1);
        CHECK(at[2] == (lane < 3 ? lane : lane - 3));
        CHECK(at[3] == (lane % 16 + 3 < 16 ? lane + 3 : lane));
        CHECK(at[4] == ((lane ^ 5) <= (lane | 3) ? (lane ^ 5) : lane));
        CHECK(at[5] == thirds);
        CHECK(at[6] == 1 + 8);
        CHECK(at[7] == 2 * (lane ^ 1) + 1);
    }
}

__global__ void barriers(int* out) {
    int const i = static_cast<int>(threadIdx.x);
    if (i >= 70) return;
    int const some = __syncthreads_or(i == 69);
    int const none = __syncthreads_or(0);
    int const count = __syncthreads_count(i % 2);
    if (i == 0) *out = (some ? 1 : 0) + (none ? 2 : 0) + 4 * count;
}

__global__ void atomics(int* i, unsigned* u, float* f, double* d, unsigned long long* l) {
    atomicAdd(i, -1);
    atomicMax(i + 1, static_cast<int>(threadIdx.x));
    atomicOr(u, 1u << threadIdx.x % 32);
    atomicAdd(f, 0.5f);
    atomicAdd(d, 0.25);
    atomicAdd(l, 1ull << 33);
    for (unsigned old = u[1], seen = ~old; old != seen;) {
        seen = old;
        old = atomicCAS(u + 1, seen, seen + 3);
    }
    if (threadIdx.x == 0) u[2] = atomicExch(u + 3, 7u);
}

TEST_CASE("threads that have returned count as arrived, and barriers give every thread's vote") {
    array<int> const out(1);
    auto const config = shape(1, 96);
    REQUIRE(cudaLaunchKernelEx(&config, barriers, out.p) == cudaSuccess);
    CHECK(out.values()[0] == 1 + 4 * 35);
}

TEST_CASE("atomic operations lose nothing") {
    array<int> const i({0, -5});
    array<unsigned> const u({0, 0, 0, 9});
    array<float> const f(std::vector<float>{0.0f});
    array<double> const d(std::vector<double>{0.0});
    array<unsigned long long> const l(std::vector<unsigned long long>{0});
    auto const config = shape(2, 64);
    REQUIRE(cudaLaunchKernelEx(&config, atomics, i.p, u.p, f.p, d.p, l.p) == cudaSuccess);
    CHECK(i.values() == std::vector<int>{-128, 63});
    CHECK(u.values() == std::vector<unsigned>{0xffffffffu, 384, 7, 7});
    CHECK(f.values()[0] == 64.0f);
    CHECK(d.values()[0] == 32.0);
    CHECK(l.values()[0] == 128ull << 33);
}

__global__ void half_at_barrier(int*) {
    if (threadIdx.x % 2 == 0)
        __syncthreads();
    else
        __syncwarp();
}
__global__ void two_barriers(int*) {
    if (threadIdx.x < 32)
        __syncthreads();
    else
        __syncthreads_or(1);
}
__global__ void not_in_mask(int*) { __syncwarp(1u); }
__global__ void half_warp(int* x) {
    if (threadIdx.x < 16) x[threadIdx.x] = __shfl_xor_sync(0xffffu, static_cast<int>(threadIdx.x), 1);
}

TEST_CASE("what cannot go on ends with a sentence, and half a warp that its mask names goes on") {
    array<int> const x(32);
    auto const run = [&x](void (*kernel)(int*)) {
        return last_words([&] {
            auto const config = shape(1, 64);
            cudaLaunchKernelEx(&config, kernel, x.p);
        });
    };
    CHECK(run(&half_at_barrier).find("for lanes that do not come") != std::string::npos);
    CHECK(run(&two_barriers).find("wait at different barriers") != std::string::npos);
    CHECK(run(&not_in_mask).find("does not name it") != std::string::npos);
    CHECK(run(&half_warp).empty());
    CHECK(last_words([] { __syncthreads(); }).find("outside a kernel") != std::string::npos);
}

__global__ void where(unsigned* out, dim3 grid, dim3 block) {
    bool const right = gridDim.x == grid.x && gridDim.y == grid.y && gridDim.z == grid.z &&
                       blockDim.x == block.x && blockDim.y == block.y && blockDim.z == block.z;
    unsigned const b = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    unsigned const t = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    if (right) atomicAdd(out + b * blockDim.x * blockDim.y * blockDim.z + t, 2u);
}

TEST_CASE("each thread of each block runs once, in three dimensions") {
    for (dim3 const grid : {dim3(1), dim3(7), dim3(3, 4, 5), dim3(1, 8, 2)})
        for (dim3 const block : {dim3(1), dim3(33), dim3(5, 3, 2)}) {
            array<unsigned> const out(std::vector<unsigned>(std::size_t{grid.x} * grid.y * grid.z * block.x * block.y * block.z, 5));
            auto const config = shape(grid, block);
            REQUIRE(cudaLaunchKernelEx(&config, where, out.p, grid, block) == cudaSuccess);
            auto const got = out.values();
            CHECK(std::count(got.begin(), got.end(), 7u) == static_cast<std::ptrdiff_t>(got.size()));
        }
}

TEST_CASE("grids, blocks and arguments beyond a device's limits are refused, and the error is kept until it is asked for") {
    array<float> const x(std::vector<float>(4, 0.0f));
    float on_host[4]{};
    auto const launch = [&x](dim3 grid, dim3 block) {
        auto const config = shape(grid, block);
        return cudaLaunchKernelEx(&config, add, x.p, 1.0f, 0);
    };
    for (dim3 const grid : {dim3(0), dim3(1, 0), dim3(1, 65536), dim3(1, 1, 65536), dim3(1u << 31)}) CHECK(launch(grid, 32) == cudaErrorInvalidConfiguration);
    for (dim3 const block : {dim3(0), dim3(1025), dim3(32, 33), dim3(1, 1, 65)}) CHECK(launch(1, block) == cudaErrorInvalidConfiguration);
    CHECK(cudaPeekAtLastError() == cudaErrorInvalidConfiguration);
    CHECK(cudaGetLastError() == cudaErrorInvalidConfiguration);
    CHECK(cudaGetLastError() == cudaSuccess);
    CHECK(launch(dim3(1, 65535), 1) == cudaSuccess);
    CHECK(launch(1, 1024) == cudaSuccess);
    auto const config = shape(1, 32);
    CHECK(cudaLaunchKernelEx(&config, add, on_host, 1.0f, 0) == cudaErrorIllegalAddress);
    CHECK(cudaLaunchKernelEx(&config, add, static_cast<float*>(nullptr), 1.0f, 0) == cudaSuccess);
    CHECK(std::string(cudaGetErrorString(cudaGetLastError())) == "an illegal memory access was encountered");
}

TEST_CASE("device memory is aligned, NaN until it is written, and no more than there is") {
    array<double> const x(5);
    CHECK(reinterpret_cast<std::uintptr_t>(x.p) % 256 == 0);
    for (double const v : x.values()) CHECK(std::isnan(v));
    std::size_t const before = stand_in::memory_limit;
    stand_in::memory_limit = 1000;
    float* p = nullptr;
    CHECK(cudaMalloc(&p, 961) == cudaErrorMemoryAllocation);
    CHECK(p == nullptr);
    CHECK(cudaMalloc(&p, 960) == cudaSuccess);
    CHECK(cudaFree(p) == cudaSuccess);
    CHECK(cudaFree(&p) == cudaErrorInvalidValue);
    CHECK(cudaFree(nullptr) == cudaSuccess);
    stand_in::memory_limit = before;
    cudaGetLastError();
}

#if STAND_IN_ASAN
TEST_CASE("a kernel beyond its array is found, and so is a host that touches the device's memory") {
    array<float> const x(std::vector<float>(33, 0.0f));
    auto const run = [&x](int n) {
        return last_words([&x, n] {
            auto const config = shape(2, 32);
            cudaLaunchKernelEx(&config, add, x.p, 1.0f, n);
        });
    };
    CHECK(run(33).empty());
    CHECK(run(34).find("heap-buffer-overflow") != std::string::npos);
    CHECK(last_words([&x] { x.p[32] = 1.0f; }).find("use-after-poison") != std::string::npos);
}
#endif

TEST_CASE("copies whose kind or size does not fit their pointers are refused") {
    array<float> const x(std::vector<float>(8, 2.0f));
    array<float> const y(8);
    float* pinned = nullptr;
    REQUIRE(cudaMallocHost(&pinned, 32) == cudaSuccess);
    float host[9]{};
    stand_in::counts = {};
    CHECK(cudaMemcpy(host, x.p, 32, cudaMemcpyDeviceToHost) == cudaSuccess);
    CHECK(cudaMemcpyAsync(pinned, x.p, 32, cudaMemcpyDeviceToHost) == cudaSuccess);
    CHECK(stand_in::counts.copies_to_host == 2);
    CHECK(stand_in::counts.synchronisations == 1);
    CHECK(host[7] == 2.0f);
    CHECK(pinned[7] == 2.0f);
    CHECK(cudaMemcpy(y.p, x.p, 32, cudaMemcpyDefault) == cudaSuccess);
    CHECK(y.values()[7] == 2.0f);
    CHECK(cudaMemcpy(host, x.p, 32, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(host, x.p, 32, cudaMemcpyDeviceToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(y.p, x.p, 32, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(y.p, host, 32, cudaMemcpyDeviceToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(host, pinned, 32, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(host, x.p, 36, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(x.p + 1, host, 32, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemset(x.p, 0, 33) == cudaErrorInvalidValue);
    CHECK(cudaMemset(host, 0, 4) == cudaErrorInvalidValue);
    CHECK(cudaMemset(x.p, 0, 32) == cudaSuccess);
    CHECK(x.values()[7] == 0.0f);
    CHECK(cudaFreeHost(pinned) == cudaSuccess);
    cudaGetLastError();
}

TEST_CASE("a captured graph runs at each of its launches and not before") {
    stream const s;
    array<float> const x(std::vector<float>(100, 0.0f));
    float factor = 2.0f;
    auto const config = shape(4, 32, s.s);
    stand_in::counts = {};
    REQUIRE(cudaStreamBeginCapture(s.s, cudaStreamCaptureModeGlobal) == cudaSuccess);
    CHECK(cudaMemsetAsync(x.p, 0, 40, s.s) == cudaSuccess);
    CHECK(cudaLaunchKernelEx(&config, add, x.p, factor, 100) == cudaSuccess);
    factor = 100.0f;  // arguments are copied
    CHECK(cudaMemcpyAsync(x.p + 1, x.p, 4, cudaMemcpyDeviceToDevice, s.s) == cudaSuccess);
    cudaGraph_t graph = nullptr;
    REQUIRE(cudaStreamEndCapture(s.s, &graph) == cudaSuccess);
    CHECK(stand_in::counts.launches == 0);
    CHECK(x.values()[50] == 0.0f);
    cudaGraphExec_t exec = nullptr;
    REQUIRE(cudaGraphInstantiate(&exec, graph, 0) == cudaSuccess);
    CHECK(cudaGraphDestroy(graph) == cudaSuccess);
    for (int i = 0; i < 3; ++i) CHECK(cudaGraphLaunch(exec, s.s) == cudaSuccess);
    CHECK(cudaGraphExecDestroy(exec) == cudaSuccess);
    CHECK(stand_in::counts.launches == 3);
    CHECK(stand_in::counts.graph_launches == 3);
    CHECK(x.values()[1] == 2.0f);
    CHECK(x.values()[50] == 6.0f);
}

TEST_CASE("allocations, frees, synchronisations and plain copies during a capture are refused, and it is lost") {
    array<float> const x(4);
    stream const other;
    float host[4]{};
    auto const lost = [](auto const& call) {
        stream const s;
        REQUIRE(cudaStreamBeginCapture(s.s, cudaStreamCaptureModeGlobal) == cudaSuccess);
        bool const refused = call(s.s) == cudaErrorStreamCaptureUnsupported;
        bool const unusable = cudaMemsetAsync(nullptr, 0, 0, s.s) == cudaErrorStreamCaptureInvalidated;
        cudaGraph_t graph = nullptr;
        bool const invalid = cudaStreamEndCapture(s.s, &graph) == cudaErrorStreamCaptureInvalidated && !graph;
        cudaGraphDestroy(graph);
        return refused && unusable && invalid;
    };
    float* p = nullptr;
    CHECK(lost([&](cudaStream_t) { return cudaMalloc(&p, 4); }));
    CHECK(lost([&](cudaStream_t) { return cudaMallocHost(&p, 4); }));
    CHECK(lost([&](cudaStream_t s) { return cudaMallocAsync(&p, 4, s); }));
    CHECK(lost([&](cudaStream_t) { return cudaFree(x.p); }));
    CHECK(lost([&](cudaStream_t s) { return cudaFreeAsync(x.p, s); }));
    CHECK(lost([&](cudaStream_t s) { return cudaStreamSynchronize(s); }));
    CHECK(lost([&](cudaStream_t) { return cudaStreamSynchronize(other.s); }));
    CHECK(lost([&](cudaStream_t) { return cudaDeviceSynchronize(); }));
    CHECK(lost([&](cudaStream_t) { return cudaMemcpy(host, x.p, 4, cudaMemcpyDeviceToHost); }));
    CHECK_FALSE(lost([&](cudaStream_t s) { return cudaMemsetAsync(x.p, 0, 4, s); }));
    CHECK(p == nullptr);
    cudaGetLastError();
}

TEST_CASE("a second stream joins a capture by an event and must be waited for") {
    stream const a;
    stream const b;
    cudaEvent_t fork = nullptr;
    cudaEvent_t join = nullptr;
    REQUIRE(cudaEventCreateWithFlags(&fork, cudaEventDisableTiming) == cudaSuccess);
    REQUIRE(cudaEventCreateWithFlags(&join, cudaEventDisableTiming) == cudaSuccess);
    array<float> const x(std::vector<float>(1, 1.0f));
    auto const on_b = shape(1, 32, b.s);
    for (bool const waits : {true, false}) {
        REQUIRE(cudaStreamBeginCapture(a.s, cudaStreamCaptureModeGlobal) == cudaSuccess);
        CHECK(cudaEventRecord(fork, a.s) == cudaSuccess);
        CHECK(cudaStreamWaitEvent(b.s, fork, 0) == cudaSuccess);
        CHECK(cudaLaunchKernelEx(&on_b, add, x.p, 1.0f, 1) == cudaSuccess);
        CHECK(cudaEventRecord(join, b.s) == cudaSuccess);
        if (waits) CHECK(cudaStreamWaitEvent(a.s, join, 0) == cudaSuccess);
        cudaGraph_t graph = nullptr;
        CHECK(cudaStreamEndCapture(a.s, &graph) == (waits ? cudaSuccess : cudaErrorStreamCaptureUnjoined));
        CHECK((graph != nullptr) == waits);
        if (graph) cudaGraphDestroy(graph);
    }
    CHECK(x.values()[0] == 1.0f);
    cudaEventDestroy(fork);
    cudaEventDestroy(join);
    cudaGetLastError();
}

TEST_CASE("deferred work is seen by a host that synchronises and by no other") {
    struct reset {
        ~reset() { stand_in::deferred = false; }
    } const reset;
    stream const s;
    array<float> const x(std::vector<float>(1, 1.0f));
    float* pinned = nullptr;
    REQUIRE(cudaMallocHost(&pinned, 4) == cudaSuccess);
    *pinned = -1.0f;
    stand_in::deferred = true;
    auto const config = shape(1, 32, s.s);
    CHECK(cudaLaunchKernelEx(&config, add, x.p, 1.0f, 1) == cudaSuccess);
    CHECK(cudaMemcpyAsync(pinned, x.p, 4, cudaMemcpyDeviceToHost, s.s) == cudaSuccess);
    CHECK(*pinned == -1.0f);
    CHECK(cudaStreamQuery(s.s) == cudaErrorNotReady);
    CHECK(x.values()[0] == 1.0f);  // the legacy stream does not wait for a stream that does not block
    CHECK(cudaStreamSynchronize(s.s) == cudaSuccess);
    CHECK(*pinned == 2.0f);
    CHECK(x.values()[0] == 2.0f);
    cudaFreeHost(pinned);
}

// The nearest of all values of sixteen bits, ties to the even one, by search.
template <class Narrow>
bool rounds_to_nearest(double x, double tie) {
    auto const bits = [](Narrow n) { return n.bits; };
    auto const value = [](unsigned b) {
        Narrow n(0.0f);
        n.bits = static_cast<std::uint16_t>(b);
        return static_cast<double>(static_cast<float>(n));
    };
    unsigned const infinity = bits(Narrow(std::numeric_limits<float>::infinity()));
    unsigned low = 0;
    for (unsigned step = 1u << 14; step > 0; step /= 2)
        if (low + step < infinity && value(low + step) <= x) low += step;
    double const below = value(low);
    double const above = low + 1 < infinity ? value(low + 1) : tie;
    unsigned const nearest = x - below < above - x ? low : x - below > above - x ? low + 1 : low + low % 2;
    return bits(Narrow(x)) == nearest && bits(Narrow(-x)) == (nearest | 0x8000u);
}

template <class Narrow>
void all_values(double tie, double largest, double smallest) {
    std::size_t wrong = 0;
    for (unsigned b = 0; b < 65536; ++b) {
        Narrow n(0.0f);
        n.bits = static_cast<std::uint16_t>(b);
        float const x = static_cast<float>(n);
        bool const same = std::isnan(x) ? Narrow(x).bits == 0x7fff : Narrow(x).bits == b;
        wrong += !same;
    }
    CHECK(wrong == 0);
    wrong = 0;
    for (unsigned b = 0; b < 32767; ++b) {
        Narrow low(0.0f);
        Narrow high(0.0f);
        low.bits = static_cast<std::uint16_t>(b);
        high.bits = static_cast<std::uint16_t>(b + 1);
        double const x = static_cast<double>(static_cast<float>(low));
        double const y = static_cast<double>(static_cast<float>(high));
        if (!std::isfinite(x) || !std::isfinite(y)) continue;
        double const middle = (x + y) / 2;
        for (double const at : {middle, std::nextafter(middle, x), std::nextafter(middle, y)}) wrong += !rounds_to_nearest<Narrow>(at, tie);
    }
    CHECK(wrong == 0);
    CHECK(rounds_to_nearest<Narrow>(largest, tie));
    CHECK(std::isinf(static_cast<float>(Narrow(tie))));
    CHECK(static_cast<double>(static_cast<float>(Narrow((largest + tie) / 2))) == std::numeric_limits<double>::infinity());
    CHECK(static_cast<double>(static_cast<float>(Narrow(std::nextafter((largest + tie) / 2, 0.0)))) == largest);
    CHECK(static_cast<double>(static_cast<float>(Narrow(smallest))) == smallest);
    CHECK(static_cast<double>(static_cast<float>(Narrow(smallest * 0.5))) == 0.0);
    CHECK(static_cast<double>(static_cast<float>(Narrow(smallest * 0.51))) == smallest);
    CHECK(std::isnan(static_cast<float>(Narrow(std::numeric_limits<double>::quiet_NaN()))));
    CHECK(static_cast<float>(Narrow(-std::numeric_limits<double>::infinity())) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("all 65536 halves and bfloat16s go to float and back, and what lies between them goes to the nearest, ties to even") {
    all_values<__half>(65536.0, 65504.0, 0x1p-24);
    all_values<__nv_bfloat16>(0x1p128, 0x1.fep127, 0x1p-133);
    // From double at once: by way of float this would be a tie.
    CHECK(static_cast<float>(__double2half(1.0 + 0x1p-11 + 0x1p-40)) == 1.0f + 0x1p-10f);
    CHECK(static_cast<float>(__float2half(static_cast<float>(1.0 + 0x1p-11 + 0x1p-40))) == 1.0f);
    CHECK(__half2float(__half2{__half(1.5f), __half(2.0f)}.y) == 2.0f);
    CHECK(__bfloat162float(__double2bfloat16(1.0 + 0x1p-8 + 0x1p-40)) == 1.0f + 0x1p-7f);
}

template <class T>
constexpr cudaDataType type_of = std::is_same_v<T, double>          ? CUDA_R_64F
                                 : std::is_same_v<T, float>         ? CUDA_R_32F
                                 : std::is_same_v<T, __half>        ? CUDA_R_16F
                                                                    : CUDA_R_16BF;

template <class T>
std::vector<T> as(std::vector<double> const& x) {
    std::vector<T> out;
    for (double const v : x) out.push_back(static_cast<T>(v));
    return out;
}
template <class T>
double number(T x) {
    if constexpr (sizeof(T) == 2) return static_cast<double>(static_cast<float>(x));
    else return static_cast<double>(x);
}

struct blas {
    cublasHandle_t h = nullptr;
    blas() { REQUIRE(cublasCreate(&h) == CUBLAS_STATUS_SUCCESS); }
    blas(blas const&) = delete;
    blas& operator=(blas const&) = delete;
    ~blas() { cublasDestroy(h); }
};

// The largest error of C, and of what lies between its columns, against a plain product in double.
template <class Factor, class Result, class Scale>
double gemm_error(cublasComputeType_t compute, int m, int n, int k, bool ta, bool tb, int pad, double alpha, double beta) {
    blas const library;
    int const lda = std::max(1, ta ? k : m) + pad, ldb = std::max(1, tb ? n : k) + pad, ldc = m + pad;
    auto const size = [](int rows, int columns) { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); };
    auto const a = as<Factor>(random(size(lda, ta ? m : k), 1));
    auto const b = as<Factor>(random(size(ldb, tb ? k : n), 2));
    auto const c = as<Result>(beta == 0.0 ? std::vector<double>(size(ldc, n), std::nan("")) : random(size(ldc, n), 3));
    array<Factor> const da(a);
    array<Factor> const db(b);
    array<Result> const dc(c);
    auto scale_a = static_cast<Scale>(alpha);
    auto const scale_b = static_cast<Scale>(beta);
    REQUIRE(cublasGemmEx(library.h, ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb ? CUBLAS_OP_T : CUBLAS_OP_N, m, n, k, &scale_a, da.p, type_of<Factor>, lda, db.p,
                         type_of<Factor>, ldb, &scale_b, dc.p, type_of<Result>, ldc, compute, CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS);
    scale_a = 0;
    auto const got = dc.values();
    double worst = 0.0;
    for (int j = 0; j < n; ++j)
        for (int i = 0; i < ldc; ++i) {
            auto const at = static_cast<std::size_t>(j * ldc + i);
            double right = number(c[at]);
            if (i < m) {
                right = beta == 0.0 ? 0.0 : beta * right;
                for (int p = 0; p < k; ++p)
                    right += alpha * number(a[static_cast<std::size_t>(ta ? i * lda + p : p * lda + i)]) *
                             number(b[static_cast<std::size_t>(tb ? p * ldb + j : j * ldb + p)]);
            } else if (std::isnan(right) && std::isnan(number(got[at]))) {
                continue;
            }
            double const error = std::abs(right - number(got[at]));
            worst = error <= worst ? worst : error;  // NaN stays
            if (std::isnan(error)) return error;
        }
    return worst;
}

TEST_CASE("products are those of plain loops, for all transposes, leading dimensions and types") {
    for (bool const ta : {false, true})
        for (bool const tb : {false, true})
            for (int const pad : {0, 3})
                for (int const k : {0, 1, 7, 12})
                    for (double const beta : {0.0, -0.5}) {
                        CHECK(gemm_error<double, double, double>(CUBLAS_COMPUTE_64F, 5, 6, k, ta, tb, pad, 1.5, beta) < 1e-14);
                        CHECK(gemm_error<float, float, float>(CUBLAS_COMPUTE_32F, 5, 6, k, ta, tb, pad, 1.5, beta) < 5e-6);
                        CHECK(gemm_error<__half, __half, float>(CUBLAS_COMPUTE_32F, 5, 6, k, ta, tb, pad, 1.5, beta) < 8e-3);
                        CHECK(gemm_error<__half, float, float>(CUBLAS_COMPUTE_32F, 5, 6, k, ta, tb, pad, 1.5, beta) < 5e-6);
                        CHECK(gemm_error<__nv_bfloat16, __nv_bfloat16, float>(CUBLAS_COMPUTE_32F, 5, 6, k, ta, tb, pad, 1.5, beta) < 6e-2);
                        CHECK(gemm_error<__nv_bfloat16, float, float>(CUBLAS_COMPUTE_32F, 5, 6, k, ta, tb, pad, 1.5, beta) < 5e-6);
                    }
    double const tf32 = gemm_error<float, float, float>(CUBLAS_COMPUTE_32F_FAST_TF32, 16, 16, 64, false, false, 0, 1.0, 0.0);
    CHECK(tf32 > 1e-4);
    CHECK(tf32 < 1e-2);
    CHECK(gemm_error<double, double, double>(CUBLAS_COMPUTE_64F, 256, 256, 256, true, false, 0, 1.0, 0.0) < 1e-12);
}

TEST_CASE("products refuse leading dimensions, types and pointers that cuBLAS refuses") {
    blas const library;
    array<float> const x(std::vector<float>(64, 1.0f));
    float const alpha = 1.0f;
    float const beta = 0.0f;
    auto const gemm = [&](int lda, int ldb, int ldc, cudaDataType c = CUDA_R_32F, cublasComputeType_t compute = CUBLAS_COMPUTE_32F, int k = 2) {
        return cublasGemmEx(library.h, CUBLAS_OP_N, CUBLAS_OP_T, 3, 4, k, &alpha, x.p, CUDA_R_32F, lda, x.p, CUDA_R_32F, ldb, &beta, x.p + 32, c, ldc, compute,
                            CUBLAS_GEMM_DEFAULT);
    };
    CHECK(gemm(3, 4, 3) == CUBLAS_STATUS_SUCCESS);
    CHECK(gemm(2, 4, 3) == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(gemm(3, 3, 3) == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(gemm(3, 4, 2) == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(gemm(3, 4, 3, CUDA_R_32F, CUBLAS_COMPUTE_32F, -1) == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(gemm(3, 4, 3, CUDA_R_64F) == CUBLAS_STATUS_NOT_SUPPORTED);
    CHECK(gemm(3, 4, 3, CUDA_R_32F, CUBLAS_COMPUTE_64F) == CUBLAS_STATUS_NOT_SUPPORTED);
    CHECK(std::string(cublasGetStatusString(CUBLAS_STATUS_NOT_SUPPORTED)) == "CUBLAS_STATUS_NOT_SUPPORTED");
    CHECK(last_words([&] { gemm(20, 4, 20); }).find("C is not, or not whole, in the device's memory") != std::string::npos);
    CHECK(cublasSetPointerMode(library.h, CUBLAS_POINTER_MODE_DEVICE) == CUBLAS_STATUS_SUCCESS);
    CHECK(gemm(3, 4, 3) == CUBLAS_STATUS_INVALID_VALUE);
}

TEST_CASE("batched products go by their strides, and a capture keeps them for later") {
    blas const library;
    stream const s;
    REQUIRE(cublasSetStream(library.h, s.s) == CUBLAS_STATUS_SUCCESS);
    array<double> const a(random(3 * 4, 1));
    array<double> const b(random(3 * 4, 2));
    array<double> const c(12);
    double one = 1.0;
    double zero = 0.0;
    REQUIRE(cudaStreamBeginCapture(s.s, cudaStreamCaptureModeGlobal) == cudaSuccess);
    CHECK(cublasGemmStridedBatchedEx(library.h, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 2, &one, a.p, CUDA_R_64F, 2, 4, b.p, CUDA_R_64F, 2, 4, &zero, c.p, CUDA_R_64F,
                                     2, 4, 3, CUBLAS_COMPUTE_64F, CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS);
    one = zero = 7.0;  // read at the call
    cudaGraph_t graph = nullptr;
    REQUIRE(cudaStreamEndCapture(s.s, &graph) == cudaSuccess);
    CHECK(std::isnan(c.values()[0]));
    cudaGraphExec_t exec = nullptr;
    REQUIRE(cudaGraphInstantiate(&exec, graph, 0) == cudaSuccess);
    CHECK(cudaGraphLaunch(exec, s.s) == cudaSuccess);
    cudaGraphExecDestroy(exec);
    cudaGraphDestroy(graph);
    auto const x = a.values(), y = b.values(), z = c.values();
    for (std::size_t i = 0; i < 12; ++i) {
        std::size_t const block = i / 4 * 4, row = i % 2, column = i % 4 / 2;
        CHECK(std::abs(z[i] - (x[block + row] * y[block + 2 * column] + x[block + row + 2] * y[block + 2 * column + 1])) < 1e-15);
    }
}

TEST_CASE("batched products take any stride of factors, and refuse what cuBLAS refuses and results that overlap") {
    blas const library;
    array<float> const x(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    float const one = 1.0f;
    float const zero = 0.0f;
    auto const gemm = [&](array<float> const& c, long long a_stride, long long b_stride, long long c_stride, int count, int ldc = 4,
                          cublasOperation_t op = CUBLAS_OP_N) {
        return cublasGemmStridedBatchedEx(library.h, op, CUBLAS_OP_N, 2, 2, 1, &one, a_stride < 0 ? x.p + 6 : x.p, CUDA_R_32F, 2, a_stride, x.p, CUDA_R_32F, 1,
                                          b_stride, &zero, c.p, CUDA_R_32F, ldc, c_stride, count, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
    };
    auto const filled = [] { return std::vector<float>(16, std::nanf("")); };
    // Two squares on the diagonal, and two in one block row, whose columns interleave.
    for (long long const c_stride : {10, 2}) {
        array<float> const c(filled());
        REQUIRE(gemm(c, -6, 0, c_stride, 2) == CUBLAS_STATUS_SUCCESS);
        auto const z = c.values();
        for (std::size_t i = 0; i < 2; ++i)
            for (std::size_t j = 0; j < 2; ++j) {
                CHECK(z[i + 4 * j] == static_cast<float>((7 + i) * (1 + j)));
                CHECK(z[static_cast<std::size_t>(c_stride) + i + 4 * j] == static_cast<float>((1 + i) * (1 + j)));
            }
        CHECK(std::count_if(z.begin(), z.end(), [](float v) { return std::isnan(v); }) == 8);
    }
    array<float> const c(filled());
    CHECK(gemm(c, 0, 0, 10, 0) == CUBLAS_STATUS_SUCCESS);
    CHECK(gemm(c, 0, 0, 10, -1) == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(gemm(c, 0, 0, 10, 2, 1) == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(gemm(c, 0, 0, 10, 2, 4, cublasOperation_t(3)) == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(std::isnan(c.values()[0]));
    for (long long const c_stride : {0, 1, 3, 5, -1}) {
        CAPTURE(c_stride);
        CHECK(last_words([&] { gemm(c, 0, 0, c_stride, 2); }).find("overlap") != std::string::npos);
    }
    CHECK(last_words([&] { gemm(c, 0, 0, 2, 3); }).find("overlap") != std::string::npos);
}

struct solver {
    cusolverDnHandle_t h = nullptr;
    cusolverDnParams_t params = nullptr;
    solver() {
        REQUIRE(cusolverDnCreate(&h) == CUSOLVER_STATUS_SUCCESS);
        REQUIRE(cusolverDnCreateParams(&params) == CUSOLVER_STATUS_SUCCESS);
    }
    solver(solver const&) = delete;
    solver& operator=(solver const&) = delete;
    ~solver() {
        cusolverDnDestroyParams(params);
        cusolverDnDestroy(h);
    }
};

// In double for both types.
using dense = Eigen::MatrixXd;

template <class T>
dense column(std::vector<T> const& v) {
    dense x(v.size(), 1);
    std::copy(v.begin(), v.end(), x.data());
    return x;
}

// In an array whose columns are longer than they need be.
template <class T>
struct padded {
    Eigen::Index rows, columns, ld;
    array<T> x;
    padded(dense const& m, Eigen::Index pad) : rows(m.rows()), columns(m.cols()), ld(m.rows() + pad), x(laid_out(m, pad)) {}
    static std::vector<T> laid_out(dense const& m, Eigen::Index pad) {
        std::vector<T> wide(static_cast<std::size_t>((m.rows() + pad) * m.cols()), T{9});
        for (Eigen::Index j = 0; j < m.cols(); ++j)
            for (Eigen::Index i = 0; i < m.rows(); ++i) wide[static_cast<std::size_t>(j * (m.rows() + pad) + i)] = static_cast<T>(m(i, j));
        return wide;
    }
    dense get() const {
        auto const v = x.values();
        dense m(rows, columns);
        bool kept = true;
        for (Eigen::Index j = 0; j < columns; ++j)
            for (Eigen::Index i = 0; i < ld; ++i) {
                T const value = v[static_cast<std::size_t>(j * ld + i)];
                if (i < rows) m(i, j) = value;
                else kept = kept && value == T{9};
            }
        if (ld > rows) CHECK(kept);
        return m;
    }
};

template <class T>
dense random_matrix(Eigen::Index rows, Eigen::Index columns, unsigned seed) {
    auto const v = random(static_cast<std::size_t>(rows * columns), seed);
    dense m(rows, columns);
    std::transform(v.begin(), v.end(), m.data(), [](double x) { return static_cast<T>(x); });
    return m;
}

TEST_CASE_TEMPLATE("Cholesky's factor, its inverse and the inverse of a triangle are those of LAPACK, and the other triangle is left", T, float, double) {
    solver const library;
    constexpr auto type = type_of<T>;
    double const tolerance = std::is_same_v<T, double> ? 1e-12 : 1e-4;
    int const n = 7;
    dense const g = random_matrix<T>(n, n, 4);
    dense const positive = g * g.transpose() + dense::Identity(n, n);
    array<int> const info(std::vector<int>{-7});
    for (auto const uplo : {CUBLAS_FILL_MODE_LOWER, CUBLAS_FILL_MODE_UPPER}) {
        bool const lower = uplo == CUBLAS_FILL_MODE_LOWER;
        dense given = positive;
        if (lower) given.triangularView<Eigen::StrictlyUpper>().setConstant(5);
        else given.triangularView<Eigen::StrictlyLower>().setConstant(5);
        auto const kept = [&](dense const& m) {
            return lower ? (m.triangularView<Eigen::StrictlyUpper>().toDenseMatrix() -
                            given.triangularView<Eigen::StrictlyUpper>().toDenseMatrix()).isZero()
                         : (m.triangularView<Eigen::StrictlyLower>().toDenseMatrix() -
                            given.triangularView<Eigen::StrictlyLower>().toDenseMatrix()).isZero();
        };
        auto const taken = [&](dense const& m) {
            return lower ? dense(m.triangularView<Eigen::Lower>()) : dense(m.transpose().triangularView<Eigen::Lower>());
        };
        padded<T> const a(given, 2);
        std::size_t on_device = 0, on_host = 0;
        REQUIRE(cusolverDnXpotrf_bufferSize(library.h, library.params, uplo, n, type, a.x.p, a.ld, type, &on_device, &on_host) == CUSOLVER_STATUS_SUCCESS);
        array<char> const space(on_device);
        std::vector<char> host(on_host);
        CHECK(cusolverDnXpotrf(library.h, library.params, uplo, n, type, a.x.p, a.ld, type, space.p, on_device - 1, host.data(), on_host, info.p) ==
              CUSOLVER_STATUS_INVALID_VALUE);
        REQUIRE(cusolverDnXpotrf(library.h, library.params, uplo, n, type, a.x.p, a.ld, type, space.p, on_device, host.data(), on_host, info.p) ==
                CUSOLVER_STATUS_SUCCESS);
        CHECK(info.values()[0] == 0);
        dense const factor = a.get();
        CHECK(kept(factor));
        dense const l = taken(factor);
        CHECK((l * l.transpose() - positive).norm() < tolerance);

        for (auto const diag : {CUBLAS_DIAG_NON_UNIT, CUBLAS_DIAG_UNIT}) {
            padded<T> const t(factor, 1);
            REQUIRE(cusolverDnXtrtri_bufferSize(library.h, uplo, diag, n, type, t.x.p, t.ld, &on_device, &on_host) == CUSOLVER_STATUS_SUCCESS);
            array<char> const more(on_device);
            host.resize(on_host);
            REQUIRE(cusolverDnXtrtri(library.h, uplo, diag, n, type, t.x.p, t.ld, more.p, on_device, host.data(), on_host, info.p) == CUSOLVER_STATUS_SUCCESS);
            CHECK(info.values()[0] == 0);
            dense x = taken(t.get());
            dense of = l;
            if (diag == CUBLAS_DIAG_UNIT) {
                CHECK((x.diagonal() - l.diagonal()).isZero());
                x.diagonal().setOnes();
                of.diagonal().setOnes();
            }
            CHECK(kept(t.get()));
            CHECK((x * of - dense::Identity(n, n)).norm() < tolerance);
        }

        int lwork = 0;
        int const ld = static_cast<int>(a.ld);
        auto const potri = [&](auto size, auto run) {
            REQUIRE(size(library.h, uplo, n, a.x.p, ld, &lwork) == CUSOLVER_STATUS_SUCCESS);
            array<T> const work(static_cast<std::size_t>(lwork));
            REQUIRE(run(library.h, uplo, n, a.x.p, ld, work.p, lwork, info.p) == CUSOLVER_STATUS_SUCCESS);
        };
        if constexpr (std::is_same_v<T, double>) potri(cusolverDnDpotri_bufferSize, cusolverDnDpotri);
        else potri(cusolverDnSpotri_bufferSize, cusolverDnSpotri);
        CHECK(info.values()[0] == 0);
        CHECK(kept(a.get()));
        dense const half = taken(a.get());
        dense const inverse = half.selfadjointView<Eigen::Lower>();
        CHECK((inverse * positive - dense::Identity(n, n)).norm() < tolerance * 10);
    }
    dense indefinite = dense::Identity(n, n);
    indefinite(4, 4) = -1;
    padded<T> const bad(indefinite, 0);
    std::size_t on_device = 0, on_host = 0;
    REQUIRE(cusolverDnXpotrf_bufferSize(library.h, library.params, CUBLAS_FILL_MODE_LOWER, n, type, bad.x.p, n, type, &on_device, &on_host) ==
            CUSOLVER_STATUS_SUCCESS);
    array<char> const space(on_device);
    REQUIRE(cusolverDnXpotrf(library.h, library.params, CUBLAS_FILL_MODE_LOWER, n, type, bad.x.p, n, type, space.p, on_device, nullptr, 0, info.p) ==
            CUSOLVER_STATUS_SUCCESS);
    CHECK(info.values()[0] == 5);
}

TEST_CASE_TEMPLATE("eigenvalues rise and belong to their vectors, whichever triangle is given", T, float, double) {
    solver const library;
    constexpr auto type = type_of<T>;
    double const tolerance = std::is_same_v<T, double> ? 1e-12 : 1e-4;
    std::int64_t const n = 9;
    dense const g = random_matrix<T>(n, n, 5);
    dense const symmetric = g + g.transpose();
    array<int> const info(1);
    for (auto const uplo : {CUBLAS_FILL_MODE_LOWER, CUBLAS_FILL_MODE_UPPER})
        for (auto const job : {CUSOLVER_EIG_MODE_VECTOR, CUSOLVER_EIG_MODE_NOVECTOR}) {
            dense given = symmetric;
            if (uplo == CUBLAS_FILL_MODE_LOWER) given.triangularView<Eigen::StrictlyUpper>().setZero();
            else given.triangularView<Eigen::StrictlyLower>().setZero();
            padded<T> const a(given, 3);
            array<T> const w(static_cast<std::size_t>(n));
            std::size_t on_device = 0, on_host = 0;
            REQUIRE(cusolverDnXsyevd_bufferSize(library.h, library.params, job, uplo, n, type, a.x.p, a.ld, type, w.p, type, &on_device, &on_host) ==
                    CUSOLVER_STATUS_SUCCESS);
            array<char> const space(on_device);
            std::vector<char> host(on_host);
            REQUIRE(cusolverDnXsyevd(library.h, library.params, job, uplo, n, type, a.x.p, a.ld, type, w.p, type, space.p, on_device, host.data(), on_host,
                                     info.p) == CUSOLVER_STATUS_SUCCESS);
            CHECK(info.values()[0] == 0);
            auto const values = w.values();
            CHECK(std::is_sorted(values.begin(), values.end()));
            CHECK(std::abs(column(values).sum() - symmetric.trace()) < tolerance);
            dense const v = a.get();
            if (job == CUSOLVER_EIG_MODE_NOVECTOR) {
                CHECK(std::isnan(v(0, 0)));
                continue;
            }
            CHECK((v.transpose() * v - dense::Identity(n, n)).norm() < tolerance);
            CHECK((symmetric * v - v * column(values).col(0).asDiagonal()).norm() < tolerance);
        }
}

TEST_CASE_TEMPLATE("singular values fall, and with their vectors give the matrix again", T, float, double) {
    solver const library;
    constexpr auto type = type_of<T>;
    double const tolerance = std::is_same_v<T, double> ? 1e-12 : 1e-4;
    std::int64_t const m = 8;
    std::int64_t const n = 5;
    dense const given = random_matrix<T>(m, n, 6);
    array<int> const info(1);
    for (signed char const job : {'A', 'S', 'N', 'O'}) {
        padded<T> const a(given, 1);
        padded<T> const u(dense::Zero(m, m), 2);
        padded<T> const vt(dense::Zero(n, n), 3);
        array<T> const s(static_cast<std::size_t>(n));
        signed char const job_vt = job == 'O' ? 'S' : job;
        std::size_t on_device = 0, on_host = 0;
        REQUIRE(cusolverDnXgesvd_bufferSize(library.h, library.params, job, job_vt, m, n, type, a.x.p, a.ld, type, s.p, type, u.x.p, u.ld, type, vt.x.p, vt.ld,
                                            type, &on_device, &on_host) == CUSOLVER_STATUS_SUCCESS);
        CHECK(cusolverDnXgesvd_bufferSize(library.h, library.params, job, job_vt, n, m, type, a.x.p, a.ld, type, s.p, type, u.x.p, u.ld, type, vt.x.p, vt.ld,
                                          type, &on_device, &on_host) == CUSOLVER_STATUS_INVALID_VALUE);
        array<char> const space(on_device);
        std::vector<char> host(on_host);
        REQUIRE(cusolverDnXgesvd(library.h, library.params, job, job_vt, m, n, type, a.x.p, a.ld, type, s.p, type, u.x.p, u.ld, type, vt.x.p, vt.ld, type,
                                 space.p, on_device, host.data(), on_host, info.p) == CUSOLVER_STATUS_SUCCESS);
        CHECK(info.values()[0] == 0);
        auto const values = s.values();
        CHECK(std::is_sorted(values.rbegin(), values.rend()));
        dense const sigma = column(values);
        CHECK(std::abs(sigma.squaredNorm() - given.squaredNorm()) < tolerance);
        if (job == 'N') {
            CHECK(u.get().isZero());
            CHECK(vt.get().isZero());
            continue;
        }
        dense const left = job == 'O' ? a.get() : u.get();
        dense const again = left.leftCols(n) * sigma.col(0).asDiagonal() * vt.get();
        CHECK((again - given).norm() < tolerance);
        if (job == 'A') CHECK((left.transpose() * left - dense::Identity(m, m)).norm() < tolerance);
        if (job == 'S') CHECK(left.rightCols(m - n).isZero());
    }
}

TEST_CASE("every allocation of these tests was freed") {
    stand_in::counts = {};
    { array<int> const x(3); }
    CHECK(stand_in::counts.allocations == 1);
    CHECK(stand_in::counts.frees == 1);
    std::size_t free = 0;
    std::size_t total = 0;
    CHECK(cudaMemGetInfo(&free, &total) == cudaSuccess);
    CHECK(free == total);
}

}  // namespace
