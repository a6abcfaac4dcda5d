import torch


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    longest = max(s.shape[0] for s in sequences)
    padded = []
    for s in sequences:
        missing = longest - s.shape[0]
        sides = [missing, 0] if padding_side == "left" else [0, missing]
        padded.append(torch.nn.functional.pad(s, [0, 0] * (s.dim() - 1) + sides, value=padding_value))
    return torch.stack(padded, 0 if batch_first else 1)
