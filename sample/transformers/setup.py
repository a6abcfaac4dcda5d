"""A miniature of transformers: the configuration classes of the two models."""
from setuptools import setup

setup(name="transformers", package_dir={"": "src"})
