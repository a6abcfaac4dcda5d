// Bytes that operators move, and the shape of their work.
#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "graph/operator_kind.h"

namespace fusescout::gain {

bool is_norm(std::string_view kind);
// Works on whole rows: a neighbour can absorb it, but its passes over the row stay.
bool is_row_operator(const graph::OperatorKind& kind);
bool is_row_reduction(const graph::OperatorKind& kind);    // needs the whole row before it writes
bool is_heavy(std::string_view kind);                      // exponential or division for every element
bool is_state_update(std::string_view kind);               // recurrences: a state slot for each sequence
const graph::OperatorKind& kind_of(const graph::Operator& op);

double last_axis(const graph::Tensor& tensor);             // elements, 1 for a scalar
double elements(const graph::Tensor& tensor);              // in memory: axes of stride 0 count once
double contiguous_bytes(const graph::Tensor& tensor);   // of the pieces that lie together
double row_length(const graph::Graph& graph, const graph::Operator& op);   // of a head where there are heads
double row_count(const graph::Graph& graph, const graph::Operator& op);

double read_bytes(const graph::Graph& graph, const graph::Operator& op, size_t input, int64_t sequences);
double written_bytes(const graph::Graph& graph, const graph::Operator& op, size_t output);
double written_in_part(const graph::Graph& graph, const graph::Operator& op, int64_t sequences);  // through inputs: caches, rows of a table

}  // namespace fusescout::gain
