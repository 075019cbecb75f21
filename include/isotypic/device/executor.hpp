// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>

/// \file
/// Who runs independent tasks. An executor is anything with
///
///     void parallel_for(index_t n, F f);     // f(0) .. f(n-1), in any order, all done on return
///     index_t concurrency() const;           // how many may run at once
///
/// The library cuts work by shape, or, as products between whole panels of their kernel, where a cut changes no bit: every executor
/// gives the same bits.
namespace isotypic {

/// A task by reference: no allocation, valid while the callable lives.
class task_ref {
public:
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, task_ref>)
    task_ref(F&& f)
        : object(const_cast<void*>(static_cast<void const*>(&f))), call(called<std::remove_reference_t<F>>) {}
    void operator()(index_t i) const { call(object, i); }

private:
    template <class F>
    static void called(void* object, index_t i) {
        (*static_cast<F*>(object))(i);
    }
    void* object;
    void (*call)(void*, index_t);
};

/// One after the other on the calling thread: the default.
struct serial {
    void parallel_for(index_t n, task_ref f) const {
        for (index_t i = 0; i < n; ++i) f(i);
    }
    index_t concurrency() const { return 1; }
};

#ifdef _OPENMP
/// OpenMP's threads, where the program is compiled with OpenMP.
struct openmp {
    int threads = 2;
    void parallel_for(index_t n, task_ref f) const {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
        for (index_t i = 0; i < n; ++i) f(i);
    }
    index_t concurrency() const { return threads; }
};
#endif

/// Any executor by reference.
class executor_ref {
public:
    executor_ref() : executor_ref(shared_serial()) {}
    template <class E>
        requires(!std::is_same_v<E, executor_ref>)
    executor_ref(E& e)
        : object(&e), run([](void* o, index_t n, task_ref f) { static_cast<E*>(o)->parallel_for(n, f); }),
          width(e.concurrency()) {}
    void parallel_for(index_t n, task_ref f) const { run(object, n, f); }
    index_t concurrency() const { return width; }

private:
    static serial& shared_serial() {
        static serial s;
        return s;
    }
    void* object;
    void (*run)(void*, index_t, task_ref);
    index_t width;
};

}  // namespace isotypic
