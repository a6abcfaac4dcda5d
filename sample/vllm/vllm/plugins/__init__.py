from importlib.metadata import entry_points


def load_plugins_by_group(group):
    return {plugin.name: plugin.load() for plugin in entry_points(group=group)}


def load_general_plugins():
    for register in load_plugins_by_group("vllm.general_plugins").values():
        register()
