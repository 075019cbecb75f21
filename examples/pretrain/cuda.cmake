# The target pretrain_cuda: the optimizers on a GPU, by nvcc, with the example's flags and those of tests/cuda.
if(NOT TARGET pretrain_cuda)
    add_library(pretrain_cuda OBJECT ${CMAKE_CURRENT_LIST_DIR}/optimizers_cuda.cu)
    target_link_libraries(pretrain_cuda PRIVATE isotypic::cuda nlohmann_json::nlohmann_json)
    target_include_directories(pretrain_cuda PRIVATE ${PROJECT_SOURCE_DIR}/examples)
    target_compile_options(pretrain_cuda PRIVATE -diag-suppress=1675 -DEIGEN_NO_CUDA)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        target_compile_options(pretrain_cuda PRIVATE -Xcompiler=-march=x86-64-v3)  # Eigen's types change with it
    endif()
endif()
