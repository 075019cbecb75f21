# isotypic::cuda: the library for sources in CUDA. Included by the build and by the installed package.
if(NOT TARGET isotypic::cuda)
    find_package(CUDAToolkit REQUIRED)
    add_library(isotypic::cuda INTERFACE IMPORTED GLOBAL)
    target_link_libraries(isotypic::cuda INTERFACE isotypic::isotypic)
    foreach(part cudart cublas cusolver)
        if(TARGET CUDA::${part})
            target_link_libraries(isotypic::cuda INTERFACE CUDA::${part})
        endif()
    endforeach()
    target_include_directories(isotypic::cuda INTERFACE ${CUDAToolkit_INCLUDE_DIRS})
    target_compile_options(isotypic::cuda INTERFACE $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:--expt-relaxed-constexpr>)
    # Unless the target says which; by its flag, since CMake 3.25 does not know the standards of nvcc 13.
    target_compile_options(isotypic::cuda INTERFACE
        $<$<AND:$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>,$<NOT:$<BOOL:$<TARGET_PROPERTY:CUDA_STANDARD>>>>:-std=c++20>)
endif()
