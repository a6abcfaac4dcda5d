// What subscripts and gathers share.
#pragma once

#include "torch/context.h"
#include "torch/layout.h"

namespace fusescout::torch {

// How many elements of a mask are true: data, taken as all of them (with a note) when it is not known.
Dim true_count(Context& context, TensorObject* mask);
// Known data of what one index tensor along an axis reads; nullopt when it is not known.
std::optional<std::vector<double>> picked(Context& context, TensorObject* from, TensorObject* index, size_t axis);
// One index tensor along an axis picks all of it in the order that it has: nothing but a copy. Of constants of the model; what a step's data say
// holds for that step.
bool picks_all_in_order(Context& context, TensorObject* from, TensorObject* index, size_t axis);

}  // namespace fusescout::torch
