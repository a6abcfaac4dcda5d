// Syntax trees of source files: each is parsed once in a process, and kept between runs in a cache. Shared by all runs; thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "source/cache.h"
#include "source/file_system.h"
#include "source/tree.h"
#include "syntax/ast.h"

namespace fusescout::vllm {

class AstStore {
 public:
  // `cache_directory` "": keeps nothing between runs. `data` names the files that are no tree's (source::FileCache).
  explicit AstStore(std::string cache_directory = "", std::string data = "") : cache_directory_(std::move(cache_directory)), data_(std::move(data)) {}
  using Ast = std::shared_ptr<const syntax::Ast>;      // an outline (syntax/outline.h); nullptr: no such file
  Ast get(const source::Tree& tree, const std::string& path);
  Ast get(const source::FileSystem& files, const std::string& path);
  Ast whole(const source::Tree& tree, const std::string& path);   // with what an outline leaves out
  // Before a process is forked, for whose files news are to come.
  void open(const source::Tree& tree);
  void open(const source::FileSystem& files);
  // What was parsed since this was last called, for the store that this process was forked from.
  std::string take_news(bool with_trees = true);   // else only what was parsed, not what came of it
  // `preload`: reads what another process has read, once for all that will be forked from this one.
  void add_news(std::string_view news, bool preload = false);
  void forget_news();            // in a forked process: what this one has, the other has as well
  bool keeps_trees() const { return !cache_directory_.empty(); }
  // Writes the caches; call once at the end.
  void save();

  // In this process and those whose news were added.
  size_t files() const;          // of trees and data that were asked for
  size_t parsed() const;         // of these, not found in the cache
  size_t parsed_bytes() const;   // of them and of their functions

 private:
  using Key = std::pair<const void*, std::string>;   // the tree or file system
  template <typename Files> source::FileCache& cache_of(const Files& files);
  template <typename Files> Ast get_from(const Files& files, const std::string& path);
  void count(const Key& key, size_t parsed_bytes);
  void read_again(const Key& key);
  std::string cache_directory_, data_;
  std::mutex mutex_;
  std::map<Key, Ast> asts_;
  std::map<const void*, std::unique_ptr<source::FileCache>> caches_;
  std::map<const void*, std::function<Ast(const std::string& path)>> getters_;
  std::map<Key, size_t> seen_;         // files and their functions, and how much of them was parsed
  std::map<Key, size_t> seen_news_;    // since the last take_news
};

}  // namespace fusescout::vllm
