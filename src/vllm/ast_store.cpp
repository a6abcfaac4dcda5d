#include "vllm/ast_store.h"

#include <cstring>

#include "base/bytes.h"
#include "syntax/parse.h"

namespace fusescout::vllm {

template <typename Files> source::FileCache& AstStore::cache_of(const Files& files) {
  std::unique_ptr<source::FileCache>& cache = caches_[&files];
  if (cache) return *cache;
  std::string kind = "ast-" + std::to_string(syntax::ast_format_version);
  if constexpr (std::is_same_v<Files, source::Tree>) cache = std::make_unique<source::FileCache>(cache_directory_, kind, files);
  else cache = std::make_unique<source::FileCache>(cache_directory_, kind, files, "data " + data_);
  return *cache;
}

template <typename Files> AstStore::Ast AstStore::get_from(const Files& files, const std::string& path) {
  Key key(&files, path);
  source::FileCache* cache = nullptr;
  {
    std::lock_guard lock(mutex_);
    auto it = asts_.find(key);
    if (it != asts_.end()) return it->second;
    cache = &cache_of(files);
  }
  // The parse itself is not under the lock: two threads that want the same file parse it twice, once.
  std::shared_ptr<syntax::Ast> ast;
  size_t bytes = 0;
  std::optional<std::string_view> kept = cache->get(path, [&](std::string_view text) {
    bytes = text.size();
    ast = std::make_shared<syntax::Ast>(syntax::parse(text));
    return syntax::serialize(*ast);
  });
  bool made = ast != nullptr;
  if (kept && !ast) {
    ErrorOr<syntax::Ast> read = syntax::deserialize(*kept);
    if (!read.is_error()) {
      ast = std::make_shared<syntax::Ast>(std::move(read.value()));
    } else if (auto text = files.read(path)) {
      ast = std::make_shared<syntax::Ast>(syntax::parse(*text));
    }
  }
  std::lock_guard lock(mutex_);
  ++files_;
  parsed_ += made;
  parsed_bytes_ += bytes;
  return asts_.try_emplace(std::move(key), std::move(ast)).first->second;
}

AstStore::Ast AstStore::get(const source::Tree& tree, const std::string& path) { return get_from(tree, path); }
AstStore::Ast AstStore::get(const source::FileSystem& files, const std::string& path) { return get_from(files, path); }

void AstStore::open(const source::Tree& tree) { cache_of(tree); }
void AstStore::open(const source::FileSystem& files) { cache_of(files); }

// A forked process has the trees and file systems, and their caches, where this one has them.
std::string AstStore::take_news() {
  std::lock_guard lock(mutex_);
  std::string bytes;
  for (auto& [files, cache] : caches_) {
    std::string news = cache->take_news();
    if (news.empty()) continue;
    put_bytes(bytes, std::string_view(reinterpret_cast<const char*>(&files), sizeof files));
    put_bytes(bytes, news);
  }
  return bytes;
}

void AstStore::add_news(std::string_view bytes) {
  std::lock_guard lock(mutex_);
  while (!bytes.empty()) {
    const void* files = nullptr;
    std::memcpy(&files, take_bytes(bytes).data(), sizeof files);
    caches_.at(files)->add_news(take_bytes(bytes), [this](size_t size) {
      ++files_;
      ++parsed_;
      parsed_bytes_ += size;
    });
  }
}

void AstStore::save() {
  std::lock_guard lock(mutex_);
  for (auto& [files, cache] : caches_) cache->save();
}

}  // namespace fusescout::vllm
