// Bytes that operators move, and the shape of their work.
#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "graph/operator_kind.h"

namespace fusescout::gain {

// What the model asks of an operator kind, looked up once a kind: names are not compared in loops.
struct Traits {
  enum class Access : uint8_t {
    Whole,
    PicksRows,     // embedding, gather, index_select: as much of the first input as comes out
    WritesRows,    // index_copy, scatter: only what is written of the first input
    WritesCache,   // kv_cache_write
    RowOfTable,    // rope: of cos, sin or the table, a row for each token
    State,         // recurrences: a state slot for each sequence
  };
  const graph::OperatorKind* kind = nullptr;
  Access access = Access::Whole;
  bool norm = false;
  bool row = false;            // works on whole rows: a neighbour can absorb it, but its passes over the row stay
  bool row_reduction = false;  // needs the whole row before it writes
  bool heavy = false;          // exponential or division for every element
  bool matmul = false, collective = false, elementwise = false, injective = false, opaque = false;
  bool attention = false, grouped = false, add = false, mul = false, copy = false, select = false;  // select: topk, sort
  bool free_epilogue = false;  // in a matmul's way out, for any operand
};
const Traits& traits_of(const graph::Operator& op);

double last_axis(const graph::Tensor& tensor);             // elements, 1 for a scalar
double elements(const graph::Tensor& tensor);              // in memory: axes of stride 0 count once
double contiguous_bytes(const graph::Tensor& tensor);   // of the pieces that lie together
double row_length(const graph::Graph& graph, const graph::Operator& op);   // of a head where there are heads
double row_count(const graph::Graph& graph, const graph::Operator& op);

double read_bytes(const graph::Graph& graph, const graph::Operator& op, size_t input, int64_t sequences);
double written_bytes(const graph::Graph& graph, const graph::Operator& op, size_t output);
double written_in_part(const graph::Graph& graph, const graph::Operator& op, int64_t sequences);  // through inputs: caches, rows of a table

}  // namespace fusescout::gain
