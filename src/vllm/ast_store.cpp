#include "vllm/ast_store.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/bytes.h"
#include "syntax/outline.h"
#include "syntax/parse.h"

namespace fusescout::vllm {

template <typename Files> source::FileCache& AstStore::cache_of(const Files& files) {
  std::unique_ptr<source::FileCache>& cache = caches_[&files];
  if (cache) return *cache;
  getters_[&files] = [this, &files](const std::string& path) { return get_from(files, path); };
  std::string kind = "ast-" + std::to_string(syntax::ast_format_version);
  if constexpr (std::is_same_v<Files, source::Tree>) cache = std::make_unique<source::FileCache>(cache_directory_, kind, files);
  else cache = std::make_unique<source::FileCache>(cache_directory_, kind, files, "data " + data_);
  return *cache;
}

template <typename Files> AstStore::Ast AstStore::get_from(const Files& files, const std::string& path) {
  source::FileCache* cache = nullptr;
  {
    std::lock_guard lock(mutex_);
    auto it = asts_.find(Key(&files, path));
    if (it != asts_.end()) return it->second;
    cache = &cache_of(files);
  }
  // The parse itself is not under the lock: two threads that want the same file parse it twice, once.
  std::shared_ptr<syntax::OutlinedAst> outline;
  size_t parsed_bytes = 0;
  std::optional<std::string_view> kept = cache->get(path, [&](std::string_view text) {
    outline = std::make_shared<syntax::OutlinedAst>(syntax::parse_outline(text));
    parsed_bytes = syntax::outline_size(*outline, text.size());
    return syntax::serialize_outline(*outline);
  });
  if (kept && !outline) {
    ErrorOr<syntax::OutlinedAst> read = syntax::deserialize_outline(*kept);
    if (!read.is_error()) outline = std::make_shared<syntax::OutlinedAst>(std::move(read.value()));
    else if (auto text = files.read(path)) outline = std::make_shared<syntax::OutlinedAst>(syntax::parse_outline(*text));
  }
  if (outline && syntax::is_outlined(*outline)) {
    // A part of the file, from the cache or parsed.
    auto part = [this, cache, path, &files](const std::string& name, size_t size, const std::function<syntax::Ast(std::string_view)>& parse) {
      Key key(&files, path + "#" + name);
      {
        std::lock_guard lock(mutex_);
        if (auto it = asts_.find(key); it != asts_.end()) return it->second;
      }
      Ast ast;
      std::optional<std::string_view> bytes = cache->get(key.second, [&](std::string_view text) {
        ast = std::make_shared<const syntax::Ast>(parse(text));
        return syntax::serialize(*ast);
      });
      count(key, ast ? size : 0);
      if (!ast) {
        ErrorOr<syntax::Ast> read = syntax::deserialize(bytes.value_or(""));
        ast = std::make_shared<const syntax::Ast>(read.is_error() ? parse(files.read(path).value_or("")) : std::move(read.value()));
      }
      std::lock_guard lock(mutex_);
      return asts_.try_emplace(std::move(key), std::move(ast)).first->second;
    };
    outline->parse_function = [part, functions = &outline->functions](uint32_t index) {
      const syntax::ElidedFunction& function = (*functions)[index];
      return part(std::to_string(function.line), function.end - function.begin, [&](std::string_view text) { return syntax::parse_function(text, function); });
    };
    outline->parse_whole = [part, size = outline->functions[outline->functions.size() - 1].end] { return part("whole", size, syntax::parse); };
  }
  count(Key(&files, path), parsed_bytes);
  std::lock_guard lock(mutex_);
  return asts_.try_emplace(Key(&files, path), std::move(outline)).first->second;
}

void AstStore::count(const Key& key, size_t parsed_bytes) {
  std::lock_guard lock(mutex_);
  for (auto* seen : {&seen_, &seen_news_}) {
    size_t& bytes = (*seen)[key];
    bytes = std::max(bytes, parsed_bytes);
  }
}

namespace {
bool is_file(const std::string& path) { return path.find('#') == std::string::npos; }
}  // namespace

size_t AstStore::files() const {
  return static_cast<size_t>(std::count_if(seen_.begin(), seen_.end(), [](const auto& seen) { return is_file(seen.first.second); }));
}
size_t AstStore::parsed() const {
  return static_cast<size_t>(std::count_if(seen_.begin(), seen_.end(), [](const auto& seen) { return is_file(seen.first.second) && seen.second > 0; }));
}
size_t AstStore::parsed_bytes() const {
  return std::accumulate(seen_.begin(), seen_.end(), size_t{0}, [](size_t sum, const auto& seen) { return sum + seen.second; });
}

AstStore::Ast AstStore::get(const source::Tree& tree, const std::string& path) { return get_from(tree, path); }
AstStore::Ast AstStore::get(const source::FileSystem& files, const std::string& path) { return get_from(files, path); }

AstStore::Ast AstStore::whole(const source::Tree& tree, const std::string& path) {
  Ast ast = get(tree, path);
  return ast != nullptr && syntax::is_outlined(*ast) ? syntax::as_outlined(*ast).parse_whole() : ast;
}

void AstStore::open(const source::Tree& tree) { cache_of(tree); }
void AstStore::open(const source::FileSystem& files) { cache_of(files); }

// A forked process has the trees and file systems, and their caches, where this one has them.
std::string AstStore::take_news(bool with_trees) {
  std::lock_guard lock(mutex_);
  auto plain = [](const auto& value) { return std::string_view(reinterpret_cast<const char*>(&value), sizeof value); };
  std::string seen, bytes;
  for (const auto& [key, parsed] : seen_news_) {
    put_bytes(seen, plain(key.first));
    put_bytes(seen, key.second);
    put_bytes(seen, plain(parsed));
  }
  seen_news_.clear();
  put_bytes(bytes, seen);
  for (auto& [files, cache] : caches_) {
    if (!with_trees) break;
    std::string news = cache->take_news();
    if (news.empty()) continue;
    put_bytes(bytes, plain(files));
    put_bytes(bytes, news);
  }
  return bytes;
}

void AstStore::forget_news() {
  std::lock_guard lock(mutex_);
  seen_news_.clear();
  for (auto& [files, cache] : caches_) cache->forget_news();
}

void AstStore::read_again(const Key& key) {
  size_t part = key.second.find('#');
  Ast ast = getters_.at(key.first)(key.second.substr(0, part));
  if (part == std::string::npos || ast == nullptr || !syntax::is_outlined(*ast)) return;
  const syntax::OutlinedAst& outline = syntax::as_outlined(*ast);
  for (uint32_t i = 0; i < outline.functions.size(); ++i) {
    if (std::to_string(outline.functions[i].line) == std::string_view(key.second).substr(part + 1)) outline.parse_function(i);
  }
}

void AstStore::add_news(std::string_view bytes, bool preload) {
  std::vector<Key> to_read;
  auto plain = [](std::string_view& from, auto& value) { std::memcpy(&value, take_bytes(from).data(), sizeof value); };
  for (std::string_view seen = take_bytes(bytes); !seen.empty();) {
    Key key;
    size_t parsed = 0;
    plain(seen, key.first);
    key.second = std::string(take_bytes(seen));
    plain(seen, parsed);
    count(key, parsed);
    if (preload) to_read.push_back(std::move(key));
  }
  {
    std::lock_guard lock(mutex_);
    std::erase_if(to_read, [&](const Key& key) { return asts_.contains(key); });
    while (!bytes.empty()) {
      const void* files = nullptr;
      plain(bytes, files);
      caches_.at(files)->add_news(take_bytes(bytes));
    }
  }
  for (const Key& key : to_read) read_again(key);
}

void AstStore::save() {
  std::lock_guard lock(mutex_);
  for (auto& [files, cache] : caches_) cache->save();
}

}  // namespace fusescout::vllm
