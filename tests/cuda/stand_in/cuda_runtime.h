// SPDX-License-Identifier: MIT
#pragma once

#ifdef __CUDACC__
#error "the stand-in for CUDA is for host compilers; nvcc has the toolkit"
#endif

#include "stand_in/keywords.hpp"
#include "stand_in/shared.hpp"
#include "stand_in/vectors.hpp"
#include "stand_in/meetings.hpp"
#include "stand_in/arithmetic.hpp"
#include "stand_in/errors.hpp"
#include "stand_in/device.hpp"
#include "stand_in/memory.hpp"
#include "stand_in/stream.hpp"
#include "stand_in/event.hpp"
#include "stand_in/graph.hpp"
#include "stand_in/launch.hpp"
#include "library_types.h"
