from torch.nn.modules.activation import *
from torch.nn.modules.container import *
from torch.nn.modules.conv import *
from torch.nn.modules.linear import *
from torch.nn.modules.module import Module
from torch.nn.modules.normalization import *
from torch.nn.modules.other import *
from torch.nn.modules.rnn import *
