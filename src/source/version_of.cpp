#include "source/version_of.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace fusescout::source {
namespace {

// Calls `use` with each line; stops when it returns true.
template <typename Use>
void each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (use(line)) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// `NAME = ... '1.2'` at the start of a line: the last quoted text.
std::string assigned(std::string_view text, std::string_view name) {
  std::string found;
  each_line(text, [&](std::string_view line) {
    if (!line.starts_with(name)) return false;
    std::string_view rest = line.substr(name.size());
    size_t first = rest.find_first_not_of(' ');
    if (first == std::string_view::npos || rest[first] != '=') return false;
    size_t open = rest.find_first_of("'\"");
    if (open == std::string_view::npos) return false;
    size_t close = rest.find(rest[open], open + 1);
    if (close == std::string_view::npos) return false;
    found = rest.substr(open + 1, close - open - 1);
    return true;
  });
  return found;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string without_v(std::string_view tag) { return std::string(tag.starts_with('v') ? tag.substr(1) : tag); }

// The release tag of a checkout's commit.
std::string tag_of_checkout(const FileSystem& files, const std::string& root) {
  std::string git = root + ".git/";
  std::string commit = trimmed(files.read(git + "HEAD").value_or(""));
  std::string packed = files.read(git + "packed-refs").value_or("");
  if (commit.starts_with("ref: ")) {
    std::string reference = commit.substr(5);
    commit = trimmed(files.read(git + reference).value_or(""));
    if (commit.empty()) {
      each_line(packed, [&](std::string_view line) {
        if (!line.ends_with(" " + reference)) return false;
        commit = line.substr(0, line.find(' '));
        return true;
      });
    }
  }
  if (commit.empty()) return "";
  for (const std::string& tag : files.list(git + "refs/tags")) {
    if (trimmed(files.read(git + "refs/tags/" + tag).value_or("")) == commit) return without_v(tag);
  }
  std::string tag, found;
  each_line(packed, [&](std::string_view line) {
    size_t name = line.find(" refs/tags/");
    if (name != std::string_view::npos) tag = line.substr(name + 11);
    bool peeled = line.starts_with("^");   // the commit that the annotated tag of the line before points to
    if (line.substr(peeled ? 1 : 0, commit.size()) == commit && (peeled || name != std::string_view::npos)) found = without_v(tag);
    return !found.empty();
  });
  return found;
}

std::string normalised(std::string_view name) {
  std::string result(name);
  for (char& c : result) c = c == '-' || c == '.' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// "vllm_ascend-0.17.0rc1.dist-info/" beside the package.
std::string installed_version(const FileSystem& files, const std::string& parent, std::string_view distribution) {
  std::string wanted = normalised(distribution);
  for (const std::string& name : files.list(parent)) {
    if (normalised(name.substr(0, name.find('-'))) != wanted) continue;
    for (const char* file : {"METADATA", "PKG-INFO"}) {
      std::string version = metadata_field(files.read(parent + name + file).value_or(""), "Version");
      if (!version.empty()) return version;
    }
  }
  return "";
}

}  // namespace

std::string metadata_field(std::string_view text, std::string_view field) {
  std::string value;
  each_line(text, [&](std::string_view line) {
    if (line.empty()) return true;   // the description follows
    if (!line.starts_with(field) || line.substr(field.size(), 2) != ": ") return false;
    value = line.substr(field.size() + 2);
    return true;
  });
  return value;
}

std::string version_of(const FileSystem& files, const std::string& package_folder, const std::string& parent, const std::string& root,
                       std::string_view distribution) {
  std::string version;
  if (!root.empty()) version = metadata_field(files.read(root + "PKG-INFO").value_or(""), "Version");
  if (version.empty()) version = assigned(files.read(package_folder + "_version.py").value_or(""), "__version__");
  if (version.empty()) version = assigned(files.read(package_folder + "__init__.py").value_or(""), "__version__");
  if (version.empty()) version = installed_version(files, parent, distribution);
  if (version.empty() && !root.empty()) version = assigned(files.read(root + "pyproject.toml").value_or(""), "version");
  if (version.empty() && !root.empty()) version = tag_of_checkout(files, root);
  return version.empty() ? "dev" : version;
}

}  // namespace fusescout::source
