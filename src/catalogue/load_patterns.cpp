#include "catalogue/load_patterns.h"

#include <memory>
#include <optional>

#include "catalogue/data_loader.h"
#include "graph/expression.h"
#include "python/interpreter.h"
#include "source/cache.h"
#include "syntax/parse.h"

namespace fusescout::catalogue {
namespace {

using python::Interpreter;
using python::Value;

std::string failure_text(const std::string& path, const Interpreter::Failure& failure) {
  // The innermost line of the pattern's own file says most.
  uint32_t line = 0;
  for (const auto& [file, at] : failure.stack) {
    if (file.view() == path) line = at;
  }
  return path + (line != 0 ? ":" + std::to_string(line) : "") + ": " + failure.type + ": " + failure.message;
}

// The text form of a file's patterns.
ErrorOr<std::string> describe_file(Interpreter& interpreter, const PatternFolder& folder, const std::string& family, const std::string& name) {
  std::string path = folder.path + "/" + family + "/" + name + ".py";
  std::optional<std::string> text = folder.files->read(path);
  if (!text) return Error{path + ": cannot be read"};
  auto ast = std::make_shared<const syntax::Ast>(syntax::parse(*text));
  if (ast->first_error_line != 0) return Error{path + ":" + std::to_string(ast->first_error_line) + ": syntax error: " + ast->first_error};
  std::string described;
  std::optional<Interpreter::Failure> failure = interpreter.guard([&] {
    Value module = interpreter.run_source(Symbol("pattern_" + family + "_" + name), Symbol(path), ast);
    Value describe = interpreter.get_attribute(interpreter.import_module(Symbol("notation")), Symbol("describe"));
    Value result = interpreter.call(describe, {module, interpreter.str(name), interpreter.str(family), interpreter.str(path)});
    if (!interpreter.is_string(result)) interpreter.raise_type_error("the pattern cannot be described");
    described = std::string(interpreter.text_of(result));
  });
  if (failure) return Error{failure_text(path, *failure)};
  ErrorOr<std::vector<graph::Pattern>> patterns = graph::parse_patterns(described);
  if (patterns.is_error()) return Error{path + ": " + patterns.error().message};
  return described;
}

ErrorOr<std::string> describe_folder(const PatternFolder& notation, const PatternFolder& folder) {
  // A pattern may import `notation`, and the standard library, which lies in the folder `library` beside the patterns.
  DataLoader loader(*notation.files, {notation.path + "/", notation.path.substr(0, notation.path.rfind('/') + 1) + "library/"});
  graph::Expressions expressions;
  Interpreter interpreter(loader, expressions);
  std::string text;
  for (std::string family : folder.files->list(folder.path)) {
    if (!family.ends_with('/')) continue;
    family.pop_back();
    for (const std::string& file : folder.files->list(folder.path + "/" + family)) {
      if (file.ends_with(".py")) text += TRY(describe_file(interpreter, folder, family, file.substr(0, file.size() - 3))) + "\n";
    }
  }
  return text;
}

}  // namespace

ErrorOr<std::vector<graph::Pattern>> load_patterns(const std::vector<PatternFolder>& folders, const std::string& cache_directory) {
  std::vector<graph::Pattern> result;
  for (const PatternFolder& folder : folders) {
    ErrorOr<std::string> text = std::string();
    if (folder.built_in) {
      // A cache of one value, which changes with the program only.
      source::MemoryFileSystem files;
      files.files[folder.path] = "";
      source::FileCache cache(cache_directory, "patterns", files, "built in");
      text = std::string(*cache.get(folder.path, [&](std::string_view) {
        ErrorOr<std::string> made = describe_folder(folders.front(), folder);
        CHECK(!made.is_error());
        return std::move(*made);
      }));
      cache.save();
    } else {
      text = describe_folder(folders.front(), folder);
    }
    std::vector<graph::Pattern> patterns = TRY(graph::parse_patterns(TRY(std::move(text))));
    result.insert(result.end(), std::make_move_iterator(patterns.begin()), std::make_move_iterator(patterns.end()));
  }
  return result;
}

}  // namespace fusescout::catalogue
