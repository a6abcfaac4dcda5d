"""What a worker does before its first step, without memory, streams and requests."""
from contextlib import contextmanager

import fusescout_scenario as scenario
from fusescout_worker.configuration import is_draft


started = False


def start(vllm_config):
    global started
    started = True
    if scenario.upstream:
        return
    from fusescout_worker import ascend_runner

    ascend_runner.start_worker(vllm_config)


def load_model(vllm_config):
    import torch
    from fusescout_worker import classes, towers
    from vllm.config import set_current_vllm_config
    from vllm.model_executor.model_loader import get_model

    device = torch.device(scenario.device_type)
    with set_current_vllm_config(vllm_config):
        if scenario.upstream:
            runner = UpstreamRunner(vllm_config, device)
        else:
            from fusescout_worker.ascend_runner import AscendRunner

            runner = AscendRunner(vllm_config, device)
        if is_draft(vllm_config):
            speculative = vllm_config.speculative_config
            runner.model = get_model(vllm_config=vllm_config, model_config=speculative.draft_model_config)
            share_head(runner.model, speculative.target_model_config)
        else:
            runner.model = get_model(vllm_config=vllm_config)
            if "FUSESCOUT_IMAGE" in scenario.environment:
                towers.settle_weights(runner.model)
        scenario.name_modules(runner.model)
        classes.report(runner.model)
        runner.prepare()
    return runner


def share_head(model, target):
    """A draft model without a head of its own has its target's, which is not made here."""
    from vllm.model_executor.layers.vocab_parallel_embedding import ParallelLMHead

    if hasattr(model, "logits_processor") and not hasattr(model, "lm_head"):
        model.lm_head = ParallelLMHead(target.get_vocab_size(), target.get_hidden_size(), params_dtype=target.dtype)


class UpstreamRunner:
    """Attention is opaque, so there is no cache and no metadata: a profile run, for vLLM."""

    def __init__(self, vllm_config, device):
        self.vllm_config = vllm_config
        self.device = device
        self.model = None

    def prepare(self):
        pass

    @contextmanager
    def step(self, input_ids, positions):
        import torch
        from vllm.forward_context import set_forward_context

        ranks = self.vllm_config.parallel_config.data_parallel_size
        across = None if ranks == 1 else torch.tensor([int(scenario.tokens)] * ranks, dtype=torch.int32, device="cpu")    # all ranks alike
        with set_forward_context(None, self.vllm_config, num_tokens=scenario.tokens, num_tokens_across_dp=across):
            yield
