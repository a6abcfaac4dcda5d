if (architecture == "LlamaForCausalLM") return true;
if (file.ends_with("/qwen3_moe.py")) return true;
