// The changed lines of a file, as the reader of a contract sees them.
#pragma once

#include <vector>

#include "contract/contract.h"
#include "contract/source_text.h"

namespace fusescout::contract {

// `import torch` before the first import, if a changed line calls the new operator and the file has no such line yet.
void import_torch(const SourceText& text, std::vector<Edit>& edits);

// One site an edit, those with a call before all others.
void add_sites(Symbol file, const SourceText& text, const std::vector<Edit>& edits, std::vector<CallSite>& sites);

}  // namespace fusescout::contract
