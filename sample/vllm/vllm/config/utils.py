from dataclasses import dataclass


def config(cls):
    """Marks a class of the configuration."""
    return dataclass(cls)
