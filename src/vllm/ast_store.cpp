#include "vllm/ast_store.h"

#include "syntax/parse.h"

namespace fusescout::vllm {

source::FileCache& AstStore::cache_of(const source::Tree& tree) {
  std::unique_ptr<source::FileCache>& cache = caches_[&tree];
  if (!cache) cache = std::make_unique<source::FileCache>(cache_directory_, "ast-" + std::to_string(syntax::ast_format_version), tree);
  return *cache;
}

AstStore::Ast AstStore::get(const source::Tree& tree, const std::string& path) {
  Key key(&tree, path);
  source::FileCache* cache = nullptr;
  {
    std::lock_guard lock(mutex_);
    auto it = asts_.find(key);
    if (it != asts_.end()) return it->second;
    cache = &cache_of(tree);
  }
  // The parse itself is not under the lock: two threads that want the same file parse it twice, once.
  std::shared_ptr<syntax::Ast> ast;
  std::optional<std::string_view> kept = cache->get(path, [&](std::string_view text) {
    ast = std::make_shared<syntax::Ast>(syntax::parse(text));
    return syntax::serialize(*ast);
  });
  bool made = ast != nullptr;
  if (kept && !ast) {
    ErrorOr<syntax::Ast> read = syntax::deserialize(*kept);
    if (!read.is_error()) {
      ast = std::make_shared<syntax::Ast>(std::move(read.value()));
    } else if (auto text = tree.read(path)) {
      ast = std::make_shared<syntax::Ast>(syntax::parse(*text));
    }
  }
  std::lock_guard lock(mutex_);
  ++files_;
  parsed_ += made;
  return asts_.try_emplace(std::move(key), std::move(ast)).first->second;
}

AstStore::Ast AstStore::get(const source::FileSystem& files, const std::string& path) {
  Key key(&files, path);
  {
    std::lock_guard lock(mutex_);
    auto it = asts_.find(key);
    if (it != asts_.end()) return it->second;
  }
  std::optional<std::string> text = files.read(path);
  std::shared_ptr<syntax::Ast> ast = text ? std::make_shared<syntax::Ast>(syntax::parse(*text)) : nullptr;
  std::lock_guard lock(mutex_);
  ++files_;
  ++parsed_;
  return asts_.try_emplace(std::move(key), std::move(ast)).first->second;
}

void AstStore::save() {
  std::lock_guard lock(mutex_);
  for (auto& [tree, cache] : caches_) cache->save();
}

}  // namespace fusescout::vllm
