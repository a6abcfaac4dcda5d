"""A miniature of vLLM, written for the tests and the demo of fusescout: the same framework interfaces, two small models."""
from setuptools import setup

setup(name="vllm")
