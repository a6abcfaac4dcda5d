"""What stands for the process that would serve the model: it calls vLLM's and vllm-ascend's own functions in the order in which the engine
and a worker do, and hands them the facts of the scenario. It writes no operator.
"""
import importlib.metadata
import os

import fusescout_scenario as scenario


def begin():
    """What comes before the model's configuration: it is the same for all models, which start from here."""
    os.environ.update(scenario.environment)
    importlib.metadata._versions.update(scenario.versions)
    importlib.metadata._entry_points.extend(scenario.entry_points)
    if not scenario.upstream:
        import torch_npu

        torch_npu.npu.soc_version = scenario.soc_version
    from fusescout_worker import configuration

    configuration.begin()


def prepare():
    """Configuration, process groups, patches and operators of the platform. Returns the VllmConfig."""
    from fusescout_worker import configuration

    vllm_config = configuration.create()
    from fusescout_worker import distributed, worker

    worker.start(vllm_config)
    distributed.initialize(vllm_config)
    return vllm_config


def construct(vllm_config):
    """The model with its weights as the loader leaves them, and its KV caches."""
    from fusescout_worker import worker

    return worker.load_model(vllm_config)


def run_forward(runner):
    from fusescout_worker import forward

    return forward.run(runner)


def take_inventory():
    from fusescout_worker import inventory

    return inventory.collect(prepare())


def run_graph_passes(runner):
    from fusescout_worker import graph_passes

    graph_passes.run(runner)
