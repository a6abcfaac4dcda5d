#include "python/stack_switch.h"

#include <cstdint>

#if defined(__x86_64__) || defined(__aarch64__)

// Pushes what a called function has to keep, stores the stack pointer, takes the other one, pops. fusescout_stack_start is where a new
// stack "returns" to: start_of_stack has put entry and argument into two of the registers that are popped.
#if defined(__x86_64__)
asm(R"(
.text
.p2align 4
.globl fusescout_switch_stack
.hidden fusescout_switch_stack
.type fusescout_switch_stack, @function
fusescout_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size fusescout_switch_stack, .-fusescout_switch_stack
.globl fusescout_stack_start
.hidden fusescout_stack_start
.type fusescout_stack_start, @function
fusescout_stack_start:
  .cfi_startproc
  .cfi_undefined rip
  movq %r12, %rdi
  call *%rbx
  ud2
  .cfi_endproc
.size fusescout_stack_start, .-fusescout_stack_start
)");
#else
asm(R"(
.text
.p2align 4
.globl fusescout_switch_stack
.hidden fusescout_switch_stack
.type fusescout_switch_stack, %function
fusescout_switch_stack:
  stp x29, x30, [sp, #-160]!
  stp x19, x20, [sp, #16]
  stp x21, x22, [sp, #32]
  stp x23, x24, [sp, #48]
  stp x25, x26, [sp, #64]
  stp x27, x28, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #16]
  ldp x21, x22, [sp, #32]
  ldp x23, x24, [sp, #48]
  ldp x25, x26, [sp, #64]
  ldp x27, x28, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  ldp x29, x30, [sp], #160
  ret
.size fusescout_switch_stack, .-fusescout_switch_stack
.globl fusescout_stack_start
.hidden fusescout_stack_start
.type fusescout_stack_start, %function
fusescout_stack_start:
  .cfi_startproc
  .cfi_undefined x30
  mov x0, x20
  blr x19
  brk #1
  .cfi_endproc
.size fusescout_stack_start, .-fusescout_stack_start
)");
#endif

extern "C" {
void fusescout_switch_stack(void** from, void* to);
void fusescout_stack_start();
}

namespace fusescout::python {

StackPosition start_of_stack(void* lowest, size_t size, void (*entry)(void*), void* argument) {
  auto top = (reinterpret_cast<uintptr_t>(lowest) + size) & ~uintptr_t{15};
  auto word = [](auto pointer) { return reinterpret_cast<uintptr_t>(pointer); };
#if defined(__x86_64__)
  auto* frame = reinterpret_cast<uintptr_t*>(top - 72);                // r15 r14 r13 r12 rbx rbp, the return address; aligned after `ret`
  for (size_t i = 0; i < 9; ++i) frame[i] = 0;
  frame[3] = word(argument);
  frame[4] = word(entry);
  frame[6] = word(&fusescout_stack_start);
#else
  auto* frame = reinterpret_cast<uintptr_t*>(top - 160);               // x29 x30 x19 x20 ...
  for (size_t i = 0; i < 20; ++i) frame[i] = 0;
  frame[1] = word(&fusescout_stack_start);
  frame[2] = word(entry);
  frame[3] = word(argument);
#endif
  return {frame};
}

void switch_stack(StackPosition& from, const StackPosition& to) { fusescout_switch_stack(&from.pointer, to.pointer); }

}  // namespace fusescout::python

#else  // any other processor

#include <ucontext.h>

namespace fusescout::python {
namespace {
void call_entry(unsigned entry_low, unsigned entry_high, unsigned argument_low, unsigned argument_high) {
  auto join = [](unsigned low, unsigned high) { return static_cast<uintptr_t>(low) | static_cast<uintptr_t>(high) << 32; };
  reinterpret_cast<void (*)(void*)>(join(entry_low, entry_high))(reinterpret_cast<void*>(join(argument_low, argument_high)));
}
}  // namespace

// A suspended stack's context lies on that stack.
StackPosition start_of_stack(void* lowest, size_t size, void (*entry)(void*), void* argument) {
  auto* context = static_cast<ucontext_t*>(lowest);
  getcontext(context);
  context->uc_stack.ss_sp = context + 1;
  context->uc_stack.ss_size = size - sizeof(ucontext_t);
  context->uc_link = nullptr;
  auto low = [](auto pointer) { return static_cast<unsigned>(reinterpret_cast<uint64_t>(pointer)); };
  auto high = [](auto pointer) { return static_cast<unsigned>(reinterpret_cast<uint64_t>(pointer) >> 32); };
  makecontext(context, reinterpret_cast<void (*)()>(&call_entry), 4, low(entry), high(entry), low(argument), high(argument));
  return {context};
}

void switch_stack(StackPosition& from, const StackPosition& to) {
  ucontext_t here;
  from.pointer = &here;
  swapcontext(&here, static_cast<ucontext_t*>(to.pointer));
}

}  // namespace fusescout::python

#endif
