// operator new for everything: the evaluator makes and drops millions of small blocks, which malloc serves at several times the cost.
// Blocks of up to 1 KiB come from free lists of the thread; sanitised builds leave all to malloc.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fusescout {

// What operator new gave out minus what operator delete took back, on this thread. May be negative: a block may die on another thread.
int64_t allocated_bytes();

// The same blocks for a library in C that takes an allocator.
void* allocate(size_t size);
void* allocate_zeroed(size_t count, size_t size);
void* reallocate(void* block, size_t size);
void release(void* block);

}  // namespace fusescout
