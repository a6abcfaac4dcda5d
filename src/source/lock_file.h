// The lock file of a fetched release: which versions it means, with the hashes of their archives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "source/fetch.h"

namespace fusescout::source {

std::string lock_path(const std::string& cache_directory, const std::string& release);
// nullopt: there is none, or it is not one of ours. Directories are as the cache lies now.
std::optional<Release> read_lock(const std::string& cache_directory, const std::string& release);
ErrorOr<Success> write_lock(const std::string& cache_directory, const Release& release);

// The names of releases that have a lock file, sorted.
std::vector<std::string> locked_releases(const std::string& cache_directory);

// Where an archive of this hash is unpacked.
std::string sources_directory(const std::string& cache_directory, Package package, const std::string& version, const std::string& sha256);

}  // namespace fusescout::source
