// The catalogue: what callables without a Python body mean. catalogue/*.py, written against the native module `fusescout` (docs/catalogue.md),
// gives each of them its shapes and its canonical operators; Python modules torch_npu, torch.ops._C_ascend, ... are these files.
#pragma once

namespace fusescout::torch { class Context; }

namespace fusescout::catalogue {

// Makes the module `fusescout` and leads torch.ops._C_ascend, torch.ops.npu, torch.ops.atb, torch.npu and Triton launches to the catalogue.
// After torch::install. The interpreter's loader finds the files of catalogue/ as top-level modules.
void install(torch::Context& context);

}  // namespace fusescout::catalogue
