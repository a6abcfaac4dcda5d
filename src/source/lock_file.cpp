#include "source/lock_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "source/python_version.h"

namespace fusescout::source {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& object, const char* name) {
  auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

// A version is part of a path: one that is not a version could lead anywhere.
bool is_name(const std::string& text) { return parse_version(text).has_value() && text.find('/') == std::string::npos; }

}  // namespace

std::string lock_path(const std::string& cache_directory, const std::string& release) {
  return fmt::format("{}/releases/{}.lock.json", cache_directory, release);
}

std::vector<std::string> locked_releases(const std::string& cache_directory) {
  constexpr std::string_view ending = ".lock.json";
  std::vector<std::string> names;
  for (const std::string& file : real_files().list(cache_directory + "/releases")) {
    if (file.ends_with(ending)) names.push_back(file.substr(0, file.size() - ending.size()));
  }
  return names;
}

std::string sources_directory(const std::string& cache_directory, Package package, const std::string& version, const std::string& sha256) {
  return fmt::format("{}/sources/{}-{}-{}", cache_directory, import_name(package), version, sha256.substr(0, 12));
}

std::optional<Release> read_lock(const std::string& cache_directory, const std::string& name) {
  if (!is_name(name)) return std::nullopt;
  auto text = real_files().read(lock_path(cache_directory, name));
  Json lock = text ? Json::parse(*text, nullptr, false) : Json();
  if (!lock.is_object() || text_of(lock, "release") != name || !lock.contains("packages") || !lock["packages"].is_array()) return std::nullopt;
  Release release{name, {}};
  for (Package package : {Package::VllmAscend, Package::Vllm, Package::Transformers}) {
    for (const Json& entry : lock["packages"]) {
      if (!entry.is_object() || text_of(entry, "name") != distribution_name(package)) continue;
      FetchedPackage found{package, text_of(entry, "version"), text_of(entry, "file"), text_of(entry, "sha256"), "", text_of(entry, "why")};
      if (!is_name(found.version) || found.sha256.size() != 64 || found.sha256.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
      found.directory = sources_directory(cache_directory, package, found.version, found.sha256);
      release.packages.push_back(std::move(found));
      break;
    }
  }
  if (release.packages.size() != 3) return std::nullopt;
  return release;
}

ErrorOr<Success> write_lock(const std::string& cache_directory, const Release& release) {
  Json packages = Json::array();
  for (const FetchedPackage& package : release.packages) {
    packages.push_back({{"name", distribution_name(package.package)}, {"version", package.version}, {"file", package.file},
                        {"sha256", package.sha256}, {"why", package.why}});
  }
  std::string path = lock_path(cache_directory, release.name), temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  bool written;
  {
    std::ofstream file(temporary, std::ios::binary);
    file << Json{{"release", release.name}, {"packages", packages}}.dump(2) << '\n';
    file.close();
    written = file.good();
  }
  if (written) std::filesystem::rename(temporary, path, failed);
  if (!written || failed) return Error{fmt::format("cannot write `{}`", path)};
  return Success();
}

}  // namespace fusescout::source
