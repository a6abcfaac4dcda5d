// Syntax trees of source files: each is parsed once in a process, and kept between runs in a cache. Shared by all runs; thread-safe.
#pragma once

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
  // `cache_directory` "": keeps nothing between runs.
  explicit AstStore(std::string cache_directory = "") : cache_directory_(std::move(cache_directory)) {}
  using Ast = std::shared_ptr<const syntax::Ast>;      // nullptr: no such file
  Ast get(const source::Tree& tree, const std::string& path);
  Ast get(const source::FileSystem& files, const std::string& path);
  // Writes the caches; call once at the end.
  void save();

  size_t files() const { return files_; }              // of trees and data that were asked for
  size_t parsed() const { return parsed_; }            // of these, not found in the cache

 private:
  using Key = std::pair<const void*, std::string>;
  source::FileCache& cache_of(const source::Tree& tree);
  std::string cache_directory_;
  std::mutex mutex_;
  std::map<Key, Ast> asts_;
  std::map<const source::Tree*, std::unique_ptr<source::FileCache>> caches_;
  size_t files_ = 0;
  size_t parsed_ = 0;
};

}  // namespace fusescout::vllm
