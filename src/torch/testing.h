// For tests: an interpreter with torch, whose modules come from the data folders and from the test.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "python/interpreter.h"
#include "source/file_system.h"
#include "syntax/parse.h"
#include "torch/context.h"

namespace fusescout::torch {

class TestLoader final : public python::ModuleLoader {
 public:
  std::map<std::string, std::string> modules;            // dotted name to source
  bool exists(Symbol dotted) override { return modules.contains(dotted.str()) || find(dotted).has_value(); }
  std::optional<python::ModuleSource> load(Symbol dotted) override {
    if (auto it = modules.find(dotted.str()); it != modules.end()) return python::ModuleSource{Symbol(dotted.str() + ".py"), parse(it->second), false};
    std::optional<std::string> path = find(dotted);
    if (!path) return std::nullopt;
    return python::ModuleSource{Symbol(*path), parse(*files_.read(root_ + *path)), path->ends_with("/__init__.py")};
  }
  std::optional<python::ModuleSource> overlay(Symbol) override { return std::nullopt; }
  bool installed(Symbol) override { return false; }
  static std::shared_ptr<const syntax::Ast> parse(const std::string& text) { return std::make_shared<const syntax::Ast>(syntax::parse(text)); }

 private:
  std::optional<std::string> find(Symbol dotted) const {
    std::string name = dotted.str();
    for (char& c : name) c = c == '.' ? '/' : c;
    for (std::string folder : {"library/", "catalogue/"}) {
      for (std::string ending : {"/__init__.py", ".py"}) {
        if (files_.is_file(root_ + folder + name + ending)) return folder + name + ending;
      }
    }
    return std::nullopt;
  }
  source::RealFileSystem files_;
  std::string root_ = FUSESCOUT_SOURCE_DIR "/";
};

struct TestMachine {
  TestLoader loader;
  graph::Graph graph;
  python::Interpreter interpreter{loader, graph.expressions};
  Context context{interpreter, graph};
  TestMachine() { install(context); }

  // Runs the text as module `test`; the failure's text, or empty.
  std::string run(const std::string& text) {
    std::optional<python::Interpreter::Failure> failure = interpreter.guard([&] { interpreter.run_source(Symbol("test"), Symbol("test.py"), TestLoader::parse(text)); });
    if (!failure) return "";
    std::string where;
    for (const auto& [file, line] : failure->stack) where += " " + file.str() + ":" + std::to_string(line);
    return failure->type + ": " + failure->message + where;
  }
  // The calls and modules of the graph: "aten.linear", nested ones indented.
  std::string entries() const {
    std::string result;
    for (uint32_t i = 0; i < graph.entries.size(); ++i) {
      const graph::Entry& entry = graph.entries[graph::EntryId{i}];
      if (entry.kind == graph::EntryKind::Refresh) continue;
      for (graph::EntryId up = entry.parent; up.valid(); up = graph.entries[up].parent) result += "  ";
      result += entry.op.str() + (entry.opaque ? " opaque" : "") + "\n";
    }
    return result;
  }
};

}  // namespace fusescout::torch
