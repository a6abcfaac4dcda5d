#pragma once

#include <vector>

#include "graph/wrapper.h"
#include "torch/context.h"

namespace fusescout::torch {

// From now on, while recording, by the interpreter's call hook: the `__call__` of a module's own class is a call of the module, as that of nn.Module
// is; and every call of a plain function, over tensors rather than modules, that comes down to Triton launches is noted in `wrappers`.
void watch_calls(Context& context, std::vector<graph::Wrapper>& wrappers);

}  // namespace fusescout::torch
