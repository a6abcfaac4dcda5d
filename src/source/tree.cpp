#include "source/tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "source/version_of.h"

namespace fusescout::source {
namespace {

struct PackageFacts {
  std::string_view import_name, distribution, title, option;
  std::string_view mark;   // a file or folder that no other package of this name has
};

constexpr PackageFacts all_facts[] = {
    {"vllm", "vllm", "vLLM", "--vllm", "model_executor"},
    {"vllm_ascend", "vllm-ascend", "vllm-ascend", "--ascend", "platform.py"},
    {"transformers", "transformers", "transformers", "--transformers", "models"},
};

const PackageFacts& facts(Package package) { return all_facts[static_cast<size_t>(package)]; }

bool exists(const FileSystem& files, const std::string& path) { return files.is_file(path) || files.is_directory(path); }

bool is_package_folder(const FileSystem& files, const std::string& folder, const PackageFacts& facts) {
  return files.is_file(folder + "__init__.py") && exists(files, folder + std::string(facts.mark));
}

// The directory that holds the package's folder, with a trailing slash.
std::optional<std::string> parent_of_package(const FileSystem& files, const std::string& directory, const PackageFacts& facts) {
  std::string name(facts.import_name);
  for (const char* below : {"", "src/"}) {
    if (is_package_folder(files, directory + below + name + "/", facts)) return directory + below;
  }
  std::string own = directory.substr(0, directory.size() - 1);
  size_t slash = own.rfind('/');
  std::string last = slash == std::string::npos ? own : own.substr(slash + 1);
  if (last != name || !is_package_folder(files, directory, facts)) return std::nullopt;
  return directory.substr(0, directory.size() - 1 - name.size());
}

// A part of a checkout may have the sources only: the C++ ones give it away.
bool is_project_root(const FileSystem& files, const std::string& directory) {
  return files.is_directory(directory + "csrc") || files.is_file(directory + "pyproject.toml") || files.is_file(directory + "setup.py") || files.is_file(directory + "PKG-INFO");
}

std::string wrong_tree(const FileSystem& files, const std::string& directory, const PackageFacts& wanted) {
  std::string message = fmt::format("`{}` is not a source tree of {}: ", directory, wanted.title);
  if (!files.is_directory(directory)) return message + (files.is_file(directory) ? "it is a file" : "there is no such directory");
  for (const PackageFacts& other : all_facts) {
    if (&other != &wanted && parent_of_package(files, directory + '/', other)) {
      return message + fmt::format("it holds {}; give it to `{}`", other.title, other.option);
    }
  }
  return message + fmt::format("it has no `{0}/__init__.py` with `{0}/{1}`; give `{2}` an unpacked archive, a checkout or an installed package",
                               wanted.import_name, wanted.mark, wanted.option);
}

void add_files(const FileSystem& files, const std::string& real, const std::string& shown, std::string_view suffix,
               std::vector<std::string>& result) {
  for (const std::string& name : files.list(real)) {
    if (name.back() != '/') {
      if (name.ends_with(suffix)) result.push_back(shown + name);
    } else if (name[0] != '.' && name != "__pycache__/") {
      add_files(files, real + name, shown + name, suffix, result);
    }
  }
}

}  // namespace

std::string_view import_name(Package package) { return facts(package).import_name; }
std::string_view distribution_name(Package package) { return facts(package).distribution; }

ErrorOr<Tree> Tree::open(Package package, const std::string& directory, const FileSystem& files) {
  const PackageFacts& wanted = facts(package);
  if (directory.empty()) return Error{fmt::format("no source tree of {}: give `{}` or `--release`", wanted.title, wanted.option)};
  std::string folder = directory;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  auto parent = parent_of_package(files, folder == "/" ? folder : folder + '/', wanted);
  if (!parent) return Error{wrong_tree(files, folder, wanted)};
  Tree tree;
  tree.package_ = package;
  tree.files_ = &files;
  tree.parent_ = *parent;
  std::string above = *parent;
  if (above.ends_with("/src/")) above.resize(above.size() - 4);
  if (is_project_root(files, above)) {
    tree.root_ = above.empty() ? "./" : above;
  } else if (is_project_root(files, *parent)) {
    tree.root_ = parent->empty() ? "./" : *parent;
  }
  tree.version_ = version_of(files, *parent + std::string(wanted.import_name) + '/', *parent, tree.root_, wanted.distribution);
  return tree;
}

std::string Tree::real_path(std::string_view path) const {
  std::string_view name = import_name(package_);
  bool inside = path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '/');
  return (inside ? parent_ : root_) + std::string(path);
}

std::optional<ModuleFile> Tree::find_module(std::string_view dotted) const {
  std::string_view name = import_name(package_);
  if (!dotted.starts_with(name) || (dotted.size() > name.size() && dotted[name.size()] != '.')) return std::nullopt;
  std::string path(dotted);
  std::replace(path.begin(), path.end(), '.', '/');
  std::string real = parent_ + path;
  if (files_->is_file(real + "/__init__.py")) return ModuleFile{path + "/__init__.py", true};
  if (files_->is_file(real + ".py")) return ModuleFile{path + ".py", false};
  if (files_->is_directory(real)) return ModuleFile{"", true};
  return std::nullopt;
}

std::optional<std::string> Tree::metadata(std::string_view name) const {
  std::string package(import_name(package_));
  for (const std::string& folder : {parent_, root_}) {
    if (folder.empty()) continue;
    for (const std::string& entry : files_->list(folder)) {
      bool ours = entry.starts_with(package + ".") || entry.starts_with(package + "-");
      if (!ours || (!entry.ends_with(".egg-info/") && !entry.ends_with(".dist-info/"))) continue;
      if (auto text = files_->read(folder + entry + std::string(name))) return text;
    }
  }
  return std::nullopt;
}

std::optional<std::string> Tree::read(std::string_view path) const {
  std::optional<std::string> text = files_->read(real_path(path));
  if (text) end_lines(*text);
  return text;
}

std::vector<std::string> Tree::files(std::string_view folder, std::string_view suffix) const {
  std::vector<std::string> result;
  std::string_view name = import_name(package_);
  if (!folder.empty()) {
    add_files(*files_, real_path(folder) + '/', std::string(folder) + '/', suffix, result);
  } else {
    add_files(*files_, parent_ + std::string(name) + '/', std::string(name) + '/', suffix, result);
    for (const std::string& entry : root_.empty() ? std::vector<std::string>() : files_->list(root_)) {
      if (entry.back() != '/') {
        if (entry.ends_with(suffix)) result.push_back(entry);
      } else if (entry[0] != '.' && entry != "src/" && entry.substr(0, entry.size() - 1) != name) {
        add_files(*files_, root_ + entry, entry, suffix, result);
      }
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace fusescout::source
