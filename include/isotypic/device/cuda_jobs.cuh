// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/gpu.cuh>
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

/// \file
/// Jobs of a GPU: function objects with the `threads` of a block and how many blocks are to be `resident` at least. Those of one kind
/// share a launch.
namespace isotypic::detail {

/// Jobs of one kind as the arguments of one launch.
inline constexpr std::size_t job_bytes = 4000;  // every GPU takes 4096
template <class Job>
struct job_list {
    static constexpr int places = int(job_bytes / sizeof(Job));
    static_assert(places > 0 && std::is_trivially_copyable_v<Job>);
    alignas(16) std::byte bytes[job_bytes];
};
template <class Job>
__global__ void __launch_bounds__(Job::threads, Job::resident) job_kernel(__grid_constant__ job_list<Job> const jobs) {
    reinterpret_cast<Job const*>(jobs.bytes)[blockIdx.z]();
}

template <class... P, class... A>
void submit(cudaStream_t stream, dim3 blocks, dim3 threads, void (*kernel)(P...), A const&... a) {
    cudaLaunchConfig_t c{};
    c.gridDim = blocks, c.blockDim = threads, c.stream = stream;
    check(cudaLaunchKernelEx(&c, kernel, P(a)...), "launch a kernel");
}

/// Jobs that wait to be launched, those of a stage together and the stages one after the other: so a job may read what another writes only
/// if that one came before it in an earlier stage.
class waiting_jobs {
public:
    /// job() on `blocks` of `threads`, which may be more blocks than that. Where it does not fit to those of its stage, all that wait go first.
    template <class Job>
    void add(cudaStream_t stream, dim3 blocks, dim3 threads, Job const& job, int stage) {
        add(stream, blocks, threads, submit_list<Job>, job_list<Job>::places, &job, sizeof(Job), stages[std::size_t(stage)]);
    }
    /// Where one launch fails, none that was to come after it is made.
    void launch(cudaStream_t stream) {
        try {
            for (auto& w : stages)
                if (auto* const submit_them = std::exchange(w.launch, nullptr)) submit_them(stream, w);
        } catch (...) {
            drop();
            throw;
        }
    }
    void drop() {
        for (auto& w : stages) w.launch = nullptr;
    }

private:
    struct list;
    using launcher = void (*)(cudaStream_t, list const&);
    struct list {
        launcher launch = nullptr;  // null: none
        int count = 0;
        double busy = 0;  // blocks that have work
        dim3 blocks, threads;
        std::byte jobs[job_bytes];
    };
    template <class Job>
    static void submit_list(cudaStream_t stream, list const& w) {
        job_list<Job> jobs;
        std::memcpy(jobs.bytes, w.jobs, std::size_t(w.count) * sizeof(Job));
        submit(stream, {w.blocks.x, w.blocks.y, unsigned(w.count)}, w.threads, job_kernel<Job>, jobs);
    }
    void add(cudaStream_t stream, dim3 blocks, dim3 threads, launcher kind, int places, void const* job, std::size_t bytes, list& w) {
        const dim3 all{(std::max)(w.blocks.x, blocks.x), (std::max)(w.blocks.y, blocks.y), 1};
        const double busy = double(blocks.x) * blocks.y;
        const auto fits = [&] {
            const bool same = w.launch == kind && w.threads.x == threads.x && w.threads.y == threads.y;
            // Blocks without work leave at once, but it takes a while to start so many.
            return same && w.count < places && double(all.x) * all.y * (w.count + 1) <= 4 * (w.busy + busy) + 65536;
        };
        if (w.launch && !fits()) launch(stream);
        if (w.launch)
            w.blocks = all;
        else
            w.launch = kind, w.count = 0, w.busy = 0, w.blocks = blocks, w.threads = threads;
        w.busy += busy;
        std::memcpy(w.jobs + std::size_t(w.count++) * bytes, job, bytes);
    }

    std::array<list, 7> stages;
};

}  // namespace isotypic::detail
