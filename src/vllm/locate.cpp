#include "vllm/locate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "syntax/outline.h"
#include "syntax/parse.h"
#include "vllm/mentions.h"

namespace fusescout::vllm {
namespace {

using graph::Evidence;
using graph::Location;
using graph::ModelLocation;

// How much a piece of evidence counts. A name in a test registry or a table of the docs stands beside the architecture; a docstring stands
// in the file itself; a comment may only compare.
enum Weight { Comment = 1, Docstring = 4, DocsTable = 5, TestRegistry = 6, ModelType = 6, Config = 8, Exact = 100 };

struct Candidate {
  int score = 0;
  std::vector<std::pair<int, Evidence>> evidence;
};

constexpr const char* docs_table = "docs/models/supported_models.md";
constexpr const char* test_table = "tests/models/registry.py";

struct Search {
  const source::Tree& vllm;
  const source::Tree* ascend;
  const source::Tree* transformers;
  std::string name;                               // without an organisation
  std::vector<RegisteredModel> registry;
  std::map<std::string, Candidate> candidates;    // by architecture
  std::optional<Location> beside_draft;           // where a test runs the model as the target of a draft: that entry's architecture is the draft's

  const RegisteredModel* entry(std::string_view architecture) const {
    const RegisteredModel* found = nullptr;
    for (const RegisteredModel& m : registry) {
      if (m.architecture == architecture) found = &m;
    }
    return found;
  }

  void add(const std::string& architecture, int weight, Location location, std::string text, std::string why) {
    Candidate& c = candidates[architecture];
    c.score += weight;
    c.evidence.push_back({weight, {location, std::move(text), std::move(why)}});
  }

  // Lines of a page or test that name the model and, on the same line, an architecture of the registry. Only the exact name counts.
  void lines_with_architecture(const source::Tree& tree, const std::string& path, int weight, const char* why) {
    auto text = tree.read(path);
    if (!text) return;
    for (const Mention& m : find_mentions(*text, name)) {
      if (m.longer) continue;
      std::set<std::string> seen;
      for (const RegisteredModel& model : registry) {
        if (!seen.insert(model.architecture).second || m.text.find(model.architecture) == std::string::npos) continue;   // case counts here
        for (const Mention& a : find_mentions(m.text, model.architecture)) {
          if (!a.longer) { add(model.architecture, weight, {Symbol(path), m.line}, m.text, why); break; }
        }
      }
    }
  }

  // A test registry: `"Architecture": Info("organisation/Model", ...)`, perhaps over several lines. The entry that a name lies in is the last key above.
  void test_registry(const source::Tree& tree, const std::string& path) {
    auto text = tree.read(path);
    if (!text) return;
    std::map<uint32_t, std::string> keys;
    std::map<std::string, uint32_t> draft_line;      // of entries that run a draft model beside its target
    for (size_t start = 0, line = 1; start < text->size(); ++line) {
      size_t end = std::min(text->find('\n', start), text->size());
      std::string_view row(text->data() + start, end - start);
      size_t open = row.find_first_not_of(' ');
      if (open != std::string_view::npos && row[open] == '"') {
        size_t close = row.find("\":", open + 1);
        if (close != std::string_view::npos) keys[static_cast<uint32_t>(line)] = std::string(row.substr(open + 1, close - open - 1));
      }
      if (row.find("speculative_model=") != std::string_view::npos && !keys.empty()) draft_line[keys.rbegin()->second] = static_cast<uint32_t>(line);
      start = end + 1;
    }
    for (const Mention& m : find_mentions(*text, name)) {
      auto above = keys.upper_bound(m.line);
      if (m.longer || above == keys.begin()) continue;
      const std::string& architecture = std::prev(above)->second;
      auto draft = draft_line.find(architecture);
      if (draft != draft_line.end() && draft->second != m.line) {              // the target's name
        if (!beside_draft) beside_draft = Location{Symbol(path), m.line};
        continue;
      }
      if (entry(architecture)) add(architecture, TestRegistry, {Symbol(path), m.line}, m.text, fmt::format("the test registry runs this model as `{}`", architecture));
    }
  }

  // What the files of the registered models say of themselves.
  void model_files() {
    std::map<std::string, std::vector<const RegisteredModel*>> by_file;
    for (const RegisteredModel& m : registry) {
      if (!m.file.empty()) by_file[m.file].push_back(&m);
    }
    for (const auto& [file, models] : by_file) {
      auto text = read(file);
      if (!text) continue;
      std::vector<Mention> mentions = find_mentions(*text, name);
      if (mentions.empty()) continue;
      syntax::Ast ast = syntax::parse(until_docstring(*text));
      size_t docstring_end = 0;   // the module's, by line
      auto statements = ast.children_of(ast[ast.root]);
      if (!ast.docstring(ast.root).empty() && !statements.empty()) docstring_end = ast[statements.front()].end_line;
      for (const Mention& m : mentions) {
        if (m.longer) continue;
        bool docstring = m.line <= docstring_end;
        std::set<std::string> seen;
        for (const RegisteredModel* model : models) {
          if (!seen.insert(model->architecture).second) continue;
          add(model->architecture, docstring ? Docstring : Comment, {Symbol(file), m.line}, m.text,
              docstring ? "the docstring of the model's own file names it" : "the model's own file mentions it");
        }
        if (!docstring) break;   // one comment is as good as ten
      }
    }
  }

  std::optional<std::string> read(const std::string& path) const {
    if (auto text = vllm.read(path)) return text;
    return ascend ? ascend->read(path) : std::nullopt;
  }

  bool generates_text(const RegisteredModel& model) const { return model.table == registry.front().table; }

  // `("model_type", "Architecture")` in a mapping of transformers' auto classes. Several lead to registered ones, such as the bare stack and the
  // one with a head: the first that generates text, else the first.
  void model_types() {
    if (!transformers) return;
    std::string path = "transformers/models/auto/modeling_auto.py";
    auto text = transformers->read(path);
    if (!text) return;
    const RegisteredModel* chosen = nullptr;
    Mention where;
    for (const Mention& m : find_mentions(*text, "\"" + name + "\"")) {
      for (const RegisteredModel& model : registry) {
        if (m.text.find("\"" + model.architecture + "\"") == std::string::npos) continue;
        if (!chosen || generates_text(model) > generates_text(*chosen)) chosen = &model, where = m;
      }
    }
    if (chosen) add(chosen->architecture, ModelType, {Symbol(path), where.line}, where.text, "the architecture of this model_type");
  }

  // `organisation/Model` in the table of the docs and the test registry: what an unknown name is compared with.
  std::set<std::string> known_names() const {
    std::set<std::string> names;
    for (const char* path : {docs_table, test_table}) {
      std::string text = vllm.read(path).value_or("");
      auto part_of_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; };
      for (size_t slash = text.find('/'); slash != std::string::npos; slash = text.find('/', slash + 1)) {
        size_t first = slash, last = slash + 1;
        while (first > 0 && part_of_name(text[first - 1])) --first;
        while (last < text.size() && part_of_name(text[last])) ++last;
        bool quoted = first > 0 && last < text.size() && text[first - 1] == text[last] && (text[last] == '"' || text[last] == '`');
        if (quoted && first < slash && slash + 1 < last) names.insert(text.substr(first, last - first));
      }
    }
    return names;
  }
};

std::string docstring_line(const std::string& text, uint32_t& line) {
  syntax::Ast ast = syntax::parse(until_docstring(text));
  std::string_view doc = ast.docstring(ast.root);
  line = ast.children_of(ast[ast.root]).empty() ? 1 : ast[ast.children_of(ast[ast.root]).front()].line;
  return std::string(doc.substr(0, doc.find('\n')));
}

std::string stem_of(std::string_view file) {
  size_t slash = file.rfind('/');
  std::string_view name = file.substr(slash == std::string_view::npos ? 0 : slash + 1);
  return std::string(name.substr(0, name.rfind('.')));
}

// Files whose name could be taken for the query's, and why they are not it.
void add_near_misses(const Search& search, ModelLocation& location) {
  std::set<std::string> done{location.file};
  std::vector<std::pair<double, graph::RejectedFile>> misses;
  auto is_prefix = [](const std::string& a, const std::string& b) { return !a.empty() && b.starts_with(a); };
  auto letters = [](std::string_view s) {
    std::string r;
    for (char c : s) {
      if (std::isalnum(static_cast<unsigned char>(c))) r += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return r;
  };
  std::string query = letters(search.name);
  for (const RegisteredModel& m : search.registry) {
    if (m.file.empty() || !done.insert(m.file).second) continue;
    std::string stem = letters(stem_of(m.file));
    double alike = likeness(stem, query);
    bool close = alike >= 0.6 || (stem.size() >= 3 && (is_prefix(stem, query) || is_prefix(query, stem)));
    auto candidate = search.candidates.find(m.architecture);
    if (!close && candidate == search.candidates.end()) continue;
    uint32_t line = 0;
    auto text = search.read(m.file);
    std::string says = text ? docstring_line(*text, line) : "";
    std::string why = fmt::format("registered for `{}` ({}:{})", m.architecture, m.location.file.view(), m.location.line);
    if (!says.empty()) why += fmt::format("; line {} says \"{}\"", line, says);
    why += candidate == search.candidates.end() ? fmt::format("; nothing there or about it names `{}`", search.name) : "; less evidence names it";
    misses.push_back({candidate == search.candidates.end() ? alike : 1 + candidate->second.score, {m.file, std::move(why)}});
  }
  std::stable_sort(misses.begin(), misses.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (misses.size() > 6) misses.resize(6);
  for (auto& [score, miss] : misses) location.rejected.push_back(std::move(miss));
}

// Classes of the file by what their names say; the main class is the registered one.
void add_classes(const std::string& text, const RegisteredModel& model, ModelLocation& location) {
  syntax::Ast ast = syntax::parse_outline(text);
  for (syntax::NodeId id : ast.children_of(ast[ast.root])) {
    const syntax::Node& node = ast[id];
    if (node.kind != syntax::NodeKind::ClassDef) continue;
    std::string name = ast.symbol(node).str();
    graph::ClassUse use{name, {Symbol(model.file), node.line}, "", {}, "", 1};
    if (name == model.class_name) location.classes.main.push_back(use);
    else if (name.ends_with("MoE") || name.ends_with("MoeBlock") || name.ends_with("MoEBlock")) location.classes.moe.push_back(use);
    else if (name.ends_with("DecoderLayer") || name.ends_with("Block") || name.ends_with("Layer")) location.classes.decoder_layer.push_back(use);
    else if (name.ends_with("Attention")) location.classes.attention.push_back(use);
    else if (name.ends_with("MLP")) location.classes.mlp.push_back(use);
  }
}

Error unknown_name(const Search& search, const std::string& query) {
  std::vector<std::pair<double, std::string>> near;
  std::set<std::string> seen;
  auto begins_alike = [&](std::string_view name) { return likeness(name.substr(0, search.name.size()), search.name) == 1; };
  for (const RegisteredModel& m : search.registry) {
    if (!seen.insert(m.architecture).second) continue;
    near.push_back({std::max(likeness(m.architecture, query), likeness(stem_of(m.file), search.name)), m.architecture});
  }
  for (const std::string& known : search.known_names()) {
    std::string_view model = std::string_view(known).substr(known.find('/') + 1);
    if (likeness(model, search.name) == 1) continue;      // named where nothing says its architecture
    near.push_back({likeness(model, search.name) + begins_alike(model), known});
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string list;
  for (size_t i = 0; i < near.size() && i < 5; ++i) list += fmt::format("{}`{}`", i ? ", " : "", near[i].second);
  std::string why = "neither the registry nor the files, docs and tests of the trees name it";
  if (search.beside_draft) {
    why = fmt::format("{}:{} has it as the model that a draft runs beside, and nothing says its architecture: its config.json would (`--config`)",
                      search.beside_draft->file.view(), search.beside_draft->line);
  }
  return Error{fmt::format("no model `{}`: {}; nearest are {}", query, why, list)};
}

}  // namespace

ErrorOr<ModelLocation> locate(const source::Tree& vllm, const source::Tree* ascend, const source::Tree* transformers, const std::string& query,
                              const std::optional<ConfigHint>& hint) {
  size_t slash = query.find('/');
  Search search{vllm, ascend, transformers, slash == std::string::npos ? query : query.substr(slash + 1), read_registry(vllm, ascend), {}, {}};
  if (search.registry.empty()) return Error{why_no_registry(vllm)};
  if (const RegisteredModel* exact = search.entry(query)) {
    search.add(query, Exact, exact->location, fmt::format("\"{}\": (\"{}\", \"{}\")", query, exact->module, exact->class_name), "the registry has exactly this architecture");
  } else {
    if (hint && search.entry(hint->architecture)) {
      search.add(hint->architecture, Config, {Symbol(hint->source), 0}, fmt::format("architectures: {}", hint->architecture), "the config for this name says so");
    }
    search.model_types();
    search.test_registry(vllm, test_table);
    search.lines_with_architecture(vllm, docs_table, DocsTable, "the docs list the model with this architecture");
    search.model_files();
  }
  if (search.candidates.empty()) return unknown_name(search, query);

  // Several architectures may share the best evidence: of one file they are the same code, else the name is ambiguous.
  std::vector<std::pair<std::string, const Candidate*>> ranked;
  for (const auto& [architecture, candidate] : search.candidates) ranked.push_back({architecture, &candidate});
  auto in_text_table = [&](const std::string& architecture) { return search.generates_text(*search.entry(architecture)); };
  std::stable_sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) {
    if (a.second->score != b.second->score) return a.second->score > b.second->score;
    return in_text_table(a.first) > in_text_table(b.first);   // of a generating and a speculative model the former
  });
  const RegisteredModel& best = *search.entry(ranked.front().first);
  for (size_t i = 1; i < ranked.size() && ranked[i].second->score == ranked.front().second->score; ++i) {
    const RegisteredModel& other = *search.entry(ranked[i].first);
    if (other.file == best.file || in_text_table(ranked[i].first) != in_text_table(ranked.front().first)) continue;
    std::string list;
    for (const auto& [architecture, candidate] : ranked) {
      if (candidate->score < ranked.front().second->score) break;
      const Evidence& e = candidate->evidence.front().second;
      list += fmt::format("\n  `{}` in {} ({}:{}: {})", architecture, search.entry(architecture)->file, e.location.file.view(), e.location.line, e.text);
    }
    return Error{fmt::format("`{}` is ambiguous; say which architecture is meant:{}", query, list)};
  }

  ModelLocation location;
  location.query = query;
  location.architecture = best.architecture;
  location.file = best.file;
  location.kind = kind_of(best.table);
  auto found = search.candidates[best.architecture].evidence;
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto& [weight, e] : found) location.evidence.push_back(std::move(e));
  if (location.evidence.empty() || location.evidence.front().location != best.location) {
    location.evidence.push_back({best.location, fmt::format("\"{}\": ({}, {})", best.architecture, best.module, best.class_name), "the registry says which module and class that is"});
  }
  add_near_misses(search, location);
  if (auto text = search.read(best.file)) add_classes(*text, best, location);
  if (location.file.empty()) return Error{fmt::format("the registry names the module `{}` for `{}` ({}:{}), and the tree has no such file", best.module, best.architecture, best.location.file.view(), best.location.line)};
  return location;
}

}  // namespace fusescout::vllm
