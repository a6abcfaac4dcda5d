from torch._dynamo.backends import common, registry
