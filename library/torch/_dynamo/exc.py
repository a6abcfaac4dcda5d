class TorchDynamoException(RuntimeError): pass
class Unsupported(TorchDynamoException): pass
class InternalTorchDynamoError(TorchDynamoException): pass
