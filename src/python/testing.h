// For tests: a module loader in memory, and a function that runs a source text.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "python/interpreter.h"
#include "syntax/parse.h"

namespace fusescout::python {

// Serves the modules in `sources` ("pkg.mod" to text; one that others stand below is a package), then the files of `library/`.
class TestLoader final : public ModuleLoader {
 public:
  std::map<std::string, std::string> sources;
  std::map<std::string, std::string> overlays;
  std::map<std::string, bool> packages_without_source;   // by top-level name: installed but not evaluated

  bool exists(Symbol dotted) override { return sources.contains(dotted.str()) || !library_file(dotted).empty(); }
  std::optional<ModuleSource> load(Symbol dotted) override {
    if (auto it = sources.find(dotted.str()); it != sources.end()) {
      auto below = sources.lower_bound(dotted.str() + ".");
      bool package = below != sources.end() && below->first.starts_with(dotted.str() + ".");
      return parsed(dotted.str() + ".py", it->second, package);
    }
    std::string path = library_file(dotted);
    if (path.empty()) return std::nullopt;
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return parsed(std::filesystem::relative(path, FUSESCOUT_SOURCE_DIR).string(), text.str(), path.ends_with("/__init__.py"));
  }
  std::optional<ModuleSource> overlay(Symbol dotted) override {
    auto it = overlays.find(dotted.str());
    if (it == overlays.end()) return std::nullopt;
    return parsed(dotted.str() + ".overlay.py", it->second, false);
  }
  bool installed(Symbol dotted) override { return packages_without_source.contains(dotted.str().substr(0, dotted.str().find('.'))); }

 private:
  static ModuleSource parsed(const std::string& path, const std::string& text, bool package) {
    return ModuleSource{Symbol(path), std::make_shared<const syntax::Ast>(syntax::parse(text)), package};
  }
  static std::string library_file(Symbol dotted) {
    std::string base = std::string(FUSESCOUT_SOURCE_DIR) + "/library/";
    for (char c : dotted.str()) base += c == '.' ? '/' : c;
    for (const char* end : {".py", "/__init__.py"}) {
      if (std::filesystem::is_regular_file(base + end)) return base + end;
    }
    return "";
  }
};

// One evaluator with all it needs.
struct TestProgram {
  TestLoader loader;
  graph::Expressions expressions;
  Limits limits;
  std::unique_ptr<Interpreter> interpreter;
  std::string printed;

  Interpreter& start() {
    if (!interpreter) {
      interpreter = std::make_unique<Interpreter>(loader, expressions, limits);
      interpreter->print_hook = [this](std::string_view text) { printed += text; };
    }
    return *interpreter;
  }
  // Runs `source` as module `__main__`. What it printed; and, if an exception got out, a last line "ValueError: text".
  std::string run(const std::string& source) {
    Interpreter& in = start();
    printed.clear();
    auto ast = std::make_shared<const syntax::Ast>(syntax::parse(source));
    auto failure = in.guard([&] { in.run_source(Symbol("__main__"), Symbol("main.py"), ast); });
    if (failure) printed += failure->type + (failure->message.empty() ? "" : ": " + failure->message) + "\n";
    return printed;
  }
};

inline std::string run_python(const std::string& source) { return TestProgram().run(source); }

}  // namespace fusescout::python
