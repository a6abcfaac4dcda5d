// `fusescout fetch 0.17.0rc1`: brings the sources of a vllm-ascend release, of the vLLM that it pairs with and of the transformers that both
// ask for into the cache, once, and remembers which they are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error_or.h"
#include "source/tree.h"

namespace fusescout::source {

struct FetchedPackage {
  Package package = Package::Vllm;
  std::string version, file, sha256;   // of the archive
  std::string directory;               // where it is unpacked
  std::string why;                     // this version: "docs/source/community/versioning_policy.md pairs it with 0.17.0rc1"
};

struct Release {
  std::string name;                    // the version of vllm-ascend
  std::vector<FetchedPackage> packages;  // vllm-ascend, vllm, transformers
  TreeDirectories directories() const;
};

// `done` of `total` bytes (0: not known) of "vllm 0.17.0"; `total` == `done` once at the end of each.
using FetchProgress = std::function<void(const std::string& what, uint64_t done, uint64_t total)>;

struct FetchOptions {
  std::string release;                 // "0.17.0rc1" or "v0.17.0rc1"
  std::string cache_directory;         // see cache_directory() in cache.h; must not be empty
  std::string index;                   // --index; empty: what pip is told
  FetchProgress progress;
};

// What is there already is not fetched again; a release that was fetched once keeps its versions and hashes (its lock file).
ErrorOr<Release> fetch(const FetchOptions& options);

// A release fetched before; an error that says how to fetch it.
ErrorOr<Release> find_release(const std::string& cache_directory, const std::string& release);
// The one that was fetched; of none or several an error that says what to do.
ErrorOr<Release> only_release(const std::string& cache_directory);

// Draws a line on standard error while it is a terminal; otherwise does nothing.
FetchProgress progress_on_terminal();

}  // namespace fusescout::source
