# Sourced by the run scripts: installs what is missing, or says what it is, and configures the Release build.

apt_install() {
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    [ -t 0 ] || [ ${#root[@]} = 0 ] || root+=(-n) # nobody is there to type a password
    command -v apt-get >/dev/null && "${root[@]}" true 2>/dev/null || return 1
    echo "installing $*"
    "${root[@]}" apt-get update -q >/dev/null &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# setup PACKAGE...: Debian packages. Programs are looked for on the PATH, so a compiler of one's own will do; a library
# that cannot be installed is left to CMake, which fetches its release.
setup() {
    local package program programs=() libraries=()
    for package; do
        case $package in
        cmake | doxygen | pkg-config | ccache) program=$package ;;
        ninja-build) program=ninja ;;
        g++) program=${CXX:-g++} ;;
        clang-*) program=clang++-${package#clang-} ;;
        *)
            dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || libraries+=("$package")
            continue
            ;;
        esac
        command -v "${program%% *}" >/dev/null || programs+=("$package")
    done
    if [ ${#programs[@]} -gt 0 ] || [ ${#libraries[@]} -gt 0 ]; then
        if ! apt_install "${programs[@]}" "${libraries[@]}"; then
            if [ ${#programs[@]} -gt 0 ] && ! apt_install "${programs[@]}"; then
                echo "missing, and not to be installed here (it takes apt-get, as root or by sudo): ${programs[*]} ${libraries[*]}" >&2
                return 2
            fi
            echo "not installed, so that CMake looks elsewhere and else downloads: ${libraries[*]}"
        fi
    fi
    local have
    have=$(cmake --version | sed -n 's/^cmake version //p')
    if [ "$(printf '3.25\n%s\n' "$have" | sort -V | head -1)" != 3.25 ]; then
        echo "CMake 3.25 or newer is needed, this is $have" >&2
        return 2
    fi
}

# A rebuild after a switch of branches is then a matter of seconds; nothing depends on it.
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}; fi

base_packages="g++ cmake ninja-build libeigen3-dev"
test_packages="libxtensor-dev doctest-dev libgtest-dev catch2 nlohmann-json3-dev pkg-config libglpk-dev liblemon-dev"

# configure WHAT [CMAKE ARGUMENT...]: TESTS, EXAMPLES or BENCHMARKS alone, in Release, so that only what it uses has to be installed.
configure() {
    local others=(-DISOTYPIC_BUILD_{TESTS,EXAMPLES,BENCHMARKS}=OFF)
    mkdir -p build
    cmake --preset release -B "$build" "${others[@]}" "-DISOTYPIC_BUILD_$1=ON" "${@:2}" >"$build.log" || {
        cat "$build.log"
        return 1
    }
}
