# isotypic_find(NAME): the installed package comes first; where there is none and ISOTYPIC_FETCH allows it, the
# upstream release is downloaded and checked against its hash. Afterwards the package's own target exists.
include(FetchContent)
set(FETCHCONTENT_QUIET ON)

# Header-only releases are unpacked, not configured: a target that names their include folder is all there is to it.
macro(isotypic_fetch_headers name target folder)
    FetchContent_Declare(${name} ${ARGN} SOURCE_SUBDIR no-cmake DOWNLOAD_EXTRACT_TIMESTAMP OFF)
    FetchContent_MakeAvailable(${name})
    string(TOLOWER ${name} lower)
    if(NOT TARGET ${target})  # tests and examples may both ask
        add_library(${target} INTERFACE IMPORTED GLOBAL)
        target_include_directories(${target} INTERFACE ${${lower}_SOURCE_DIR}/${folder})
    endif()
endmacro()

macro(isotypic_fetch_Eigen3)
    isotypic_fetch_headers(Eigen3 Eigen3::Eigen .
        URL https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
        URL_HASH SHA256=b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626)
    set(Eigen3_VERSION 3.4.0)
endmacro()

macro(isotypic_fetch_xtensor)
    isotypic_fetch_headers(xtl xtl include
        URL https://github.com/xtensor-stack/xtl/archive/0.7.2.tar.gz
        URL_HASH SHA256=95c221bdc6eaba592878090916383e5b9390a076828552256693d5d97f78357c)
    isotypic_fetch_headers(xtensor xtensor include
        URL https://github.com/xtensor-stack/xtensor/archive/0.24.3.tar.gz
        URL_HASH SHA256=3acde856b9fb8cf4e2a7b66726da541275d40ab9b002e618ad985ab97f08ca4f)
    target_link_libraries(xtensor INTERFACE xtl)
endmacro()

macro(isotypic_fetch_doctest)
    isotypic_fetch_headers(doctest doctest::doctest .
        URL https://github.com/doctest/doctest/archive/v2.4.9.tar.gz
        URL_HASH SHA256=19b2df757f2f3703a5e63cee553d85596875f06d91a3333acd80a969ef210856)
endmacro()

macro(isotypic_fetch_nlohmann_json)
    isotypic_fetch_headers(nlohmann_json nlohmann_json::nlohmann_json include
        URL https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz
        URL_HASH SHA256=8c4b26bf4b422252e13f332bc5e388ec0ab5c3443d24399acb675e68278d341f)
endmacro()

macro(isotypic_fetch_CLI11)
    isotypic_fetch_headers(CLI11 CLI11::CLI11 include
        URL https://github.com/CLIUtils/CLI11/archive/v2.1.2.tar.gz
        URL_HASH SHA256=26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb)
endmacro()

# The one that must be compiled, without our strictness.
macro(isotypic_fetch_benchmark)
    block()
        set(BENCHMARK_ENABLE_TESTING OFF)
        set(BENCHMARK_ENABLE_INSTALL OFF)
        set(BENCHMARK_ENABLE_WERROR OFF)
        set(CMAKE_COMPILE_WARNING_AS_ERROR OFF)
        set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
        FetchContent_Declare(benchmark
            URL https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz
            URL_HASH SHA256=6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7
            DOWNLOAD_EXTRACT_TIMESTAMP OFF)
        FetchContent_MakeAvailable(benchmark)
    endblock()
endmacro()

macro(isotypic_find name)
    if(ISOTYPIC_FETCH)
        find_package(${name} CONFIG QUIET)
        if(NOT ${name}_FOUND)
            message(STATUS "${name} is not installed, fetching its release")
            cmake_language(CALL isotypic_fetch_${name})
        endif()
    else()
        find_package(${name} CONFIG REQUIRED)
    endif()
endmacro()
