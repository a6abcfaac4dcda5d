"""Parts of torch.library that compilers use."""
