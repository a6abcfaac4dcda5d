from torch.fx.experimental import symbolic_shapes
