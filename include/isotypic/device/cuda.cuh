// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_jobs.cuh>
#include <isotypic/device/workspace.hpp>
#include <cublas_v2.h>
#include <array>
#include <memory>
#include <optional>

/// \file
/// A GPU as a device: the handle. This folder alone knows CUDA.
///
///     view<float, gpu> E(pointer, rows, cols);                 // memory of the GPU
///     optimizer opt(as<embedding>(E), momentum{} | row_norm{}, 0.5, weight_decay{}, cuda(stream));
///     opt.step(dE);                                            // returns at once
///
/// A step is a row of kernels on one stream: it waits for nothing, copies nothing to the host and, after the first, allocates
/// nothing, so that it may be captured in a graph. What a CPU's step would throw for, a number that is not finite, shuts a gate in
/// the GPU's memory that every later kernel of the step looks at: such a step writes nothing and does not count. `status()` waits
/// and tells. The step's number and the rates lie in the GPU's memory, so a graph that is launched again reads what they are then.
///
/// Compile with nvcc, -std=c++20 and --expt-relaxed-constexpr, or link isotypic::cuda.
namespace isotypic {

namespace detail {
inline void check(cublasStatus_t e, char const* what) {
    if (e != CUBLAS_STATUS_SUCCESS) throw error(std::string("isotypic: cuBLAS could not ") + what + ": " + cublasGetStatusString(e));
}
}  // namespace detail

/// See the file's comment. Moves, does not copy; one step at a time uses it.
class cuda {
public:
    using space = gpu;
    template <class T>
    using number = gpu_number<T>;

    /// On a stream of its own, which waits for the legacy default stream and is waited for by it.
    cuda() : own(std::make_unique<held>()) {
        detail::check(cudaStreamCreate(&own->stream), "create a stream");
        own->owned = true;
        begin();
    }
    /// On a stream that must outlive the device.
    explicit cuda(cudaStream_t s) : own(std::make_unique<held>()) {
        own->stream = s;
        begin();
    }

    using workspace = basic_workspace<detail::gpu_memory>;
    workspace& scratch() { return own->scratch; }
    /// Whoever asks for the stream, or for a library's handle to it, comes after all that waits.
    cudaStream_t stream() const {
        launch_waiting();
        return own->stream;
    }
    /// cuBLAS on the stream, with a workspace of its own; made for the first product.
    cublasHandle_t blas() const {
        launch_waiting();
        if (!own->blas) {
            constexpr std::size_t bytes = std::size_t{32} << 20;  // what NVIDIA recommends for Hopper
            own->blas_scratch = detail::gpu_memory::allocate(bytes);
            detail::check(cublasCreate(&own->blas), "start");
            detail::check(cublasSetStream(own->blas, stream()), "use the stream");
            detail::check(cublasSetWorkspace(own->blas, own->blas_scratch.get(), bytes), "use the workspace");
        }
        return own->blas;
    }
    detail::gate gate() const { return own->gate; }
    /// What cuSOLVER needs, made at its first use: see cuda_solver.cuh.
    std::shared_ptr<void>& solver() {
        launch_waiting();
        return own->solver;
    }

    /// f(i, device) for i < n, one after the other: a GPU has its threads inside of each.
    template <class F>
    void for_each_task(index_t n, F const& f) {
        for (index_t i = 0; i < n; ++i) f(i, *this);
    }

    /// A step behind an open gate, until this is destroyed. Jobs that wait to be launched together are launched by `close`, else dropped.
    class [[nodiscard]] step_scope {
    public:
        explicit step_scope(cuda& on) : d(on) {
            d.launch(1, 1, detail::open_kernel<detail::gpu_control>, d.control());
            d.own->gate = {&d.control()->shut};
        }
        step_scope(step_scope const&) = delete;
        ~step_scope() {
            d.own->gate = {nullptr};
            d.own->waiting.drop(), d.end_job_scratch();
        }
        void close() { d.launch_waiting(); }

    private:
        cuda& d;
    };
    step_scope open_step() { return step_scope(*this); }
    int* shut_flag() { return &control()->shut; }
    int* shut_block() { return &control()->block; }
    /// Counts the step unless it is refused, and says where its number lies.
    number<index_t> count_step(index_t) {
        static_assert(sizeof(index_t) == sizeof(long long));
        launch(1, 1, detail::count_kernel<detail::gpu_control>, control());
        return {reinterpret_cast<index_t const*>(&control()->steps)};
    }
    /// Counts on from t steps.
    void continue_at(index_t t) { launch(1, 1, detail::continue_kernel<detail::gpu_control>, control(), t); }
    /// Is the stream captured, so that what is asked for is not done now?
    bool capturing() const {
        cudaStreamCaptureStatus captured = cudaStreamCaptureStatusNone;
        detail::check(cudaStreamIsCapturing(own->stream, &captured), "ask whether its stream is captured");
        return captured != cudaStreamCaptureStatusNone;
    }
    /// The number at a place of 64, written if it changed. While the stream is captured nothing is written: a graph reads what is there.
    number<double> keep(index_t place, double v) {
        if (place >= detail::gpu_control::places) throw error("isotypic: a CUDA device keeps 64 rates, here are more roles");
        auto& known = own->known[std::size_t(place)];
        if (!capturing() && !(known == v)) launch(1, 1, detail::keep_kernel<detail::gpu_control>, control(), place, known = v);
        return {&control()->numbers[place]};
    }

    /// Waits for the stream, then tells.
    gpu_status status() const {
        detail::gpu_control c;
        detail::check(cudaMemcpyAsync(&c, control(), sizeof c, cudaMemcpyDeviceToHost, stream()), "read the status");
        synchronize();
        return {index_t(c.steps), index_t(c.refused), c.last_block};
    }
    /// Waits for all that was asked of the stream.
    void synchronize() const { detail::check(cudaStreamSynchronize(stream()), "wait for its stream"); }

    /// kernel(a...) on `blocks` of `threads`.
    template <class... P, class... A>
    void launch(dim3 blocks, dim3 threads, void (*kernel)(P...), A const&... a) const {
        detail::submit(stream(), blocks, threads, kernel, a...);
    }
    /// job() on `blocks` of `threads`, in a step together with others: see `waiting_jobs`.
    template <class Job>
    void launch_job(dim3 blocks, dim3 threads, Job const& job, int stage = 0) {
        own->waiting.add(own->stream, blocks, threads, job, stage);
        if (!own->gate.shut) launch_waiting();
    }
    /// Scratch for the jobs of one block of weights, about `bytes`, until they are launched. Where much is held, those that wait go first.
    workspace& job_scratch(index_t bytes) {
        constexpr index_t much = index_t{64} << 20;
        if (!own->gate.shut || own->jobs_held + bytes > much) launch_waiting(), end_job_scratch();
        if (!own->jobs_scope) own->jobs_scope.emplace(own->jobs_scratch);
        own->jobs_held += bytes;
        return own->jobs_scratch;
    }

private:
    void launch_waiting() const { own->waiting.launch(own->stream); }
    void end_job_scratch() { own->jobs_scope.reset(), own->jobs_held = 0; }

    struct held {
        cudaStream_t stream = nullptr;
        bool owned = false;
        cublasHandle_t blas = nullptr;
        workspace scratch, jobs_scratch;
        std::optional<workspace::scope> jobs_scope;
        index_t jobs_held = 0;  // bytes
        detail::gpu_memory::owner control, blas_scratch;
        std::shared_ptr<void> solver;
        detail::gate gate{nullptr};
        detail::waiting_jobs waiting;
        std::array<double, std::size_t(detail::gpu_control::places)> known{};

        ~held() {
            solver.reset();
            if (blas) cublasDestroy(blas);
            if (owned) cudaStreamDestroy(stream);
        }
    };
    detail::gpu_control* control() const { return reinterpret_cast<detail::gpu_control*>(own->control.get()); }

    void begin() {
        own->control = detail::gpu_memory::allocate(sizeof(detail::gpu_control));
        detail::gpu_control zero{};
        zero.last_block = -1;
        detail::check(cudaMemcpyAsync(control(), &zero, sizeof zero, cudaMemcpyHostToDevice, stream()), "write its control block");
        detail::check(cudaStreamSynchronize(stream()), "wait for its stream");
    }

    std::unique_ptr<held> own;
};

template <>
struct device_for<gpu> {
    using type = cuda;
};

/// A dense block in the GPU's memory.
template <class T>
class gpu_buffer {
public:
    gpu_buffer() = default;
    template <class U>
    gpu_buffer(cuda& d, blocks<U, gpu> const& like)
        : memory(detail::gpu_memory::allocate(sizeof(T) * std::size_t(like.size()))), held(dense_like(reinterpret_cast<T*>(memory.get()), like)) {
        detail::check(cudaMemsetAsync(memory.get(), 0, sizeof(T) * std::size_t(like.size()), d.stream()), "clear memory");
    }
    blocks<T, gpu> const& all() const { return held; }

private:
    detail::gpu_memory::owner memory;
    blocks<T, gpu> held;
};

/// Zeros of T in the shape and layout of `like`.
template <class T, class U>
gpu_buffer<T> zeros_like(cuda& d, blocks<U, gpu> const& like) {
    return gpu_buffer<T>(d, like);
}

}  // namespace isotypic
