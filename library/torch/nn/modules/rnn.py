import torch
from torch.nn.modules.module import Module
from torch.nn.parameter import Parameter

__all__ = ["RNNBase", "RNN", "LSTM", "GRU"]


class RNNBase(Module):
    """Its weights, under torch's names. A call is the one function of torch that runs all steps."""
    _gates = 1

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = bias, batch_first, dropout, bidirectional
        directions = 2 if bidirectional else 1
        rows = self._gates * hidden_size
        self._weights = []
        for layer in range(num_layers):
            columns = input_size if layer == 0 else hidden_size * directions
            for suffix in ("", "_reverse")[:directions]:
                shapes = {"weight_ih": (rows, columns), "weight_hh": (rows, hidden_size)}
                if bias:
                    shapes.update({"bias_ih": (rows,), "bias_hh": (rows,)})
                for name, shape in shapes.items():
                    setattr(self, f"{name}_l{layer}{suffix}", Parameter(torch.empty(shape, device=device, dtype=dtype)))
                    self._weights.append(f"{name}_l{layer}{suffix}")

    def reset_parameters(self): pass
    def flatten_parameters(self): pass

    def forward(self, input, hx=None):
        return self._function(input, hx, [getattr(self, name) for name in self._weights], self.bias, self.num_layers, self.dropout, self.training,
                              self.bidirectional, self.batch_first)


class RNN(RNNBase):
    def _function(self, *arguments): return torch.rnn_tanh(*arguments)


class LSTM(RNNBase):
    _gates = 4
    def _function(self, *arguments): return torch.lstm(*arguments)


class GRU(RNNBase):
    _gates = 3
    def _function(self, *arguments): return torch.gru(*arguments)
