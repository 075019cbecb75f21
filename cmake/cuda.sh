# Sourced after setup.sh: find_nvcc sets $nvcc to a CUDA compiler of version 13: the one on the PATH, or in /usr/local/cuda, or one from PyPI,
# which goes to build/cuda with the headers and libraries that it needs.
find_nvcc() {
    nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
    [ ! -x "$nvcc" ] || return 0
    local root library
    root() { echo build/cuda/lib/python3*/site-packages/nvidia/cu13; }
    if [ ! -x "$(root)/bin/nvcc" ]; then
        setup python3-venv
        python3 -m venv build/cuda
        build/cuda/bin/pip install -q 'nvidia-cuda-nvcc==13.*' 'nvidia-cuda-runtime==13.*' nvidia-cuda-cccl 'nvidia-cusolver==12.*'
    fi
    # The names and the place by which CMake looks for them.
    for library in "$(root)"/lib/*.so.*; do ln -sf "${library##*/}" "${library%%.so.*}.so"; done
    ln -sfn lib "$(root)/lib64"
    nvcc=$PWD/$(root)/bin/nvcc
}
