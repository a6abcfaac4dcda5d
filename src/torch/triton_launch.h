#pragma once

namespace fusescout::torch {

class Context;

// Adds to the native module what library/triton takes from it. After install_nn and install_operators.
void install_triton(Context& context);

}  // namespace fusescout::torch
