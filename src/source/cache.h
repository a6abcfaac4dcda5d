// Values made from single files of a tree (syntax trees, say), kept between runs. All values of a tree lie in one file, the *pack*, which is
// mapped, so that a warm start costs no reading and no parsing. A pack is only ever replaced as a whole (written beside it, then renamed):
// concurrent runs, a killed one and a full disk leave the old or the new one. Whatever is wrong with a pack, the values are made anew.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "source/file_system.h"
#include "source/tree.h"

namespace fusescout::source {

// `option` (--cache-dir), else $XDG_CACHE_HOME/fusescout, else ~/.cache/fusescout; "" when there is no home.
std::string cache_directory(const std::string& option);

class FileCache {
 public:
  // `directory` "": keeps nothing (--no-cache). `kind` names the values and the version of their form: "ast-1". The tree must outlive it.
  FileCache(const std::string& directory, const std::string& kind, const Tree& tree);
  // Of other files than a tree's; `identity` tells them from those of the same kind elsewhere.
  FileCache(const std::string& directory, const std::string& kind, const FileSystem& files, const std::string& identity);
  ~FileCache();
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;

  // The value of a file, or of a part of it ("a.py#12"): the kept one if the file is as it was, else what `make` makes of the file's content.
  // nullopt: no such file. The view is valid as long as the cache. Thread-safe; `make` may run in several threads at once.
  std::optional<std::string_view> get(const std::string& key, const std::function<std::string(std::string_view content)>& make);

  // Writes a new pack if a value was made. False if that failed, which costs only time in the next run.
  bool save();

  // The values made since this was last called, for the cache of another process over the same files.
  std::string take_news();
  void forget_news();
  void add_news(std::string_view news);

  size_t values_made() const;  // since the start: for tests and --verbose

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fusescout::source
