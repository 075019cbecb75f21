// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "die.hpp"
#include "sanitizer.hpp"

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace stand_in {

#if defined(__x86_64__)
#if defined(__clang__)
#define STAND_IN_OPAQUE naked, noinline
#else
#define STAND_IN_OPAQUE naked, noipa
#endif
// swapcontext without its system calls: saves the registers that a call keeps, and takes up those of the other stack.
__attribute__((STAND_IN_OPAQUE)) inline void switch_stack(void** /*save*/, void* /*load*/) {
    asm volatile(
        "pushq %rbp\n\t"
        "pushq %rbx\n\t"
        "pushq %r12\n\t"
        "pushq %r13\n\t"
        "pushq %r14\n\t"
        "pushq %r15\n\t"
        "movq %rsp, (%rdi)\n\t"
        "movq %rsi, %rsp\n\t"
        "popq %r15\n\t"
        "popq %r14\n\t"
        "popq %r13\n\t"
        "popq %r12\n\t"
        "popq %rbx\n\t"
        "popq %rbp\n\t"
        "ret");
}
#undef STAND_IN_OPAQUE
#endif

// A stack that runs body(argument) again each time it is resumed after it has come to its end.
class fiber {
public:
    using body = void (*)();

    explicit fiber(body run) : run_(run) {
        auto const page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        void* const memory = mmap(nullptr, page + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) die("no memory for the stack of a thread");
        stack_ = static_cast<char*>(memory) + page;
#if defined(__x86_64__)
        auto** top = reinterpret_cast<void**>(stack_ + size);
        *--top = nullptr;
        *--top = reinterpret_cast<void*>(&enter);
        for (int i = 0; i < 6; ++i) *--top = nullptr;
        inside_ = top;
#else
        getcontext(&inside_);
        inside_.uc_stack.ss_sp = stack_;
        inside_.uc_stack.ss_size = size;
        inside_.uc_link = nullptr;
        makecontext(&inside_, &enter, 0);
#endif
    }
    fiber(fiber const&) = delete;
    fiber& operator=(fiber const&) = delete;

    void resume() {
        running_ = this;
#if STAND_IN_ASAN
        void* fake = nullptr;
        __sanitizer_start_switch_fiber(&fake, stack_, size);
#endif
#if defined(__x86_64__)
        switch_stack(&outside_, inside_);
#else
        swapcontext(&outside_, &inside_);
#endif
#if STAND_IN_ASAN
        __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
    }

    // Called inside: back to whoever resumed.
    static void suspend() {
        fiber& self = *running_;
#if STAND_IN_ASAN
        void* fake = nullptr;
        __sanitizer_start_switch_fiber(&fake, self.outside_stack_, self.outside_size_);
#endif
#if defined(__x86_64__)
        switch_stack(&self.inside_, self.outside_);
#else
        swapcontext(&self.inside_, &self.outside_);
#endif
#if STAND_IN_ASAN
        __sanitizer_finish_switch_fiber(fake, &self.outside_stack_, &self.outside_size_);
#endif
    }

private:
    static constexpr std::size_t size = STAND_IN_ASAN ? 256 * 1024 : 64 * 1024;

    static void enter() {
#if STAND_IN_ASAN
        __sanitizer_finish_switch_fiber(nullptr, &running_->outside_stack_, &running_->outside_size_);
#endif
        for (;;) running_->run_();
    }

    inline static fiber* running_ = nullptr;

    body run_;
    char* stack_ = nullptr;
#if defined(__x86_64__)
    void* inside_ = nullptr;
    void* outside_ = nullptr;
#else
    ucontext_t inside_{};
    ucontext_t outside_{};
#endif
#if STAND_IN_ASAN
    void const* outside_stack_ = nullptr;
    std::size_t outside_size_ = 0;
#endif
};

}  // namespace stand_in
