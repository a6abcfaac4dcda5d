"""What only running tells of a device: which overrides are registered after a worker's start, and which graph passes are on by default."""
import json

from fusescout_worker.releases import first_of


def collect(vllm_config):
    found, gaps = {}, []
    for name, question in (("overrides", overrides), ("passes", passes)):
        try:
            found[name] = question(vllm_config)
        except Exception as error:
            gaps.append("the " + name + " cannot be followed: " + type(error).__name__ + ": " + str(error))
    return json.dumps({**found, "gaps": gaps})


def dotted(cls):
    return cls.__module__ + "." + cls.__qualname__


def overrides(vllm_config):
    from vllm.model_executor import custom_op

    tables = [vars(custom_op).get("op_registry_oot")]
    tables += [getattr(getattr(custom_op, name, None), "op_registry_oot", None) for name in ("CustomOp", "PluggableLayer")]
    return [[name, dotted(cls)] for name, cls in {key: cls for table in tables if table for key, cls in table.items()}.items()]


def passes(vllm_config):
    """The classes of the passes that the platform's manager adds."""
    from vllm.config import set_current_vllm_config
    from vllm.platforms import current_platform
    (resolve,) = first_of(("vllm.utils.import_utils", "resolve_obj_by_qualname"), ("vllm.utils", "resolve_obj_by_qualname"))

    with set_current_vllm_config(vllm_config):
        manager = resolve(current_platform.get_pass_manager_cls())()
        manager.configure(vllm_config)
    return [dotted(type(p)) for p in manager.passes]
