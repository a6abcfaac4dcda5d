class VariableTracker: pass
class TorchInGraphFunctionVariable(VariableTracker): pass
class SkipFunctionVariable(VariableTracker): pass
