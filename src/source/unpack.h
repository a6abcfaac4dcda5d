// Unpacks a source archive of a Python distribution that nobody has to trust.
#pragma once

#include <cstdint>
#include <string>

#include "base/error_or.h"

namespace fusescout::source {

struct UnpackLimits {
  uint64_t entries = 200'000;
  uint64_t total = 8ull << 30;       // bytes of all files
  uint64_t file = 16ull << 20;       // a larger one is no source text: left out
};

// Unpacks what lies in the archive's one top folder into `directory`, which must not be there yet; it appears only when it is complete.
// Left out: links, devices, pictures, compiled files, too large files. An entry that leads out of the folder makes the whole archive an error.
ErrorOr<Success> unpack(const std::string& archive, const std::string& directory, const UnpackLimits& limits = {});

}  // namespace fusescout::source
