# What our own programs are compiled with. `cmake --compile-no-warning-as-error` for a compiler newer than ours.
add_library(isotypic_warnings INTERFACE)
target_compile_options(isotypic_warnings INTERFACE
    $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow>)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT DEFINED CMAKE_COMPILE_WARNING_AS_ERROR)
    set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
endif()
