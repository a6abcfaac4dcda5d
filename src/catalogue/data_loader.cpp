#include "catalogue/data_loader.h"

#include <algorithm>
#include <memory>

#include "syntax/parse.h"

namespace fusescout::catalogue {

std::optional<python::ModuleSource> DataLoader::load(Symbol dotted) {
  std::optional<std::string> path = find(dotted), text = path ? files_.read(*path) : std::nullopt;
  if (!text) return std::nullopt;
  return python::ModuleSource{Symbol(*path), std::make_shared<const syntax::Ast>(syntax::parse(*text)), path->ends_with("/__init__.py")};
}

std::optional<std::string> DataLoader::find(Symbol dotted) const {
  std::string name = dotted.str();
  std::replace(name.begin(), name.end(), '.', '/');
  for (const std::string& folder : folders_) {
    for (const char* ending : {".py", "/__init__.py"}) {
      if (files_.is_file(folder + name + ending)) return folder + name + ending;
    }
  }
  return std::nullopt;
}

}  // namespace fusescout::catalogue
