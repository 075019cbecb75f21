// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <training/run.hpp>
#include <training/text.hpp>

/// Trains into the checkpoint `file`, and from it if it is there and `resume` is set; training/loop.hpp tells the rest.
run train(settings const& s, variant const& v, text const& t, std::filesystem::path const& file, bool resume);

/// The loss on a part of the text of the run whose checkpoint this is.
double loss_of(std::filesystem::path const& checkpoint, settings const& s, variant const& v, text const& t, bytes part);

/// about(s, v) with the text's checksum.
nlohmann::json identity(settings const& s, variant const& v, text const& t);
