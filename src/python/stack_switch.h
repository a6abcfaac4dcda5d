// Two stacks that take turns on one thread. swapcontext would ask the kernel for the signal mask at every switch.
#pragma once

#include <cstddef>

namespace fusescout::python {

// Where a suspended stack goes on.
struct StackPosition {
  void* pointer = nullptr;
};

// The position from which `entry(argument)` starts on an empty stack. `entry` never returns.
StackPosition start_of_stack(void* lowest, size_t size, void (*entry)(void*), void* argument);

// Leaves the running stack at `from` and goes on at `to`.
void switch_stack(StackPosition& from, const StackPosition& to);

}  // namespace fusescout::python
