#include "vllm/installed_packages.h"

#include <string>
#include <unordered_set>

namespace fusescout::vllm {

namespace {

// The requirements of vLLM and vllm-ascend (requirements/common.txt, requirements.txt) by import name, with what these bring along.
// torchair comes with torch_npu. opentelemetry is left out: nothing is traced. Not there: flash_attn, flashinfer, aiter, deep_ep, deep_gemm, xformers, bitsandbytes, apex, ray, ...
const char* const packages[] = {
    "regex", "cachetools", "psutil", "sentencepiece", "numpy", "requests", "tqdm", "blake3", "cpuinfo", "transformers", "tokenizers",
    "google", "fastapi", "aiohttp", "openai", "pydantic", "pydantic_core", "prometheus_client", "PIL",
    "prometheus_fastapi_instrumentator", "tiktoken", "lmformatenforcer", "llguidance", "outlines_core", "diskcache", "lark", "xgrammar",
    "typing_extensions", "filelock", "partial_json_parser", "zmq", "msgspec", "gguf", "mistral_common", "cv2", "yaml", "six",
    "setuptools", "einops", "compressed_tensors", "depyf", "cloudpickle", "watchfiles", "pythonjsonlogger", "ninja", "pybase64",
    "cbor2", "ijson", "setproctitle", "openai_harmony", "anthropic", "model_hosting_container_standards", "mcp", "grpc",
    "kaldi_native_fbank", "numba", "decorator", "packaging", "pip", "pybind11", "scipy", "pandas", "torch",
    "torchvision", "torchaudio", "wheel", "msgpack", "quart", "torch_npu", "arctic_inference", "triton", "huggingface_hub",
    "safetensors", "jinja2", "starlette", "uvicorn", "sympy", "networkx", "fsspec", "httpx", "anyio", "markupsafe", "urllib3",
    "certifi", "idna", "attr", "jsonschema", "click", "pygments", "rich", "typing_inspection", "annotated_types", "functorch",
    "torchgen", "torchair",
};

const char* const standard_library[] = {
    "abc", "aifc", "argparse", "array", "ast", "asynchat", "asyncio", "asyncore", "atexit", "audioop", "base64", "bdb", "binascii",
    "bisect", "builtins", "bz2", "cProfile", "calendar", "cgi", "cgitb", "chunk", "cmath", "cmd", "code", "codecs", "codeop",
    "collections", "colorsys", "compileall", "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg", "crypt",
    "csv", "ctypes", "curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "distutils", "doctest", "email",
    "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch", "fractions", "ftplib",
    "functools", "gc", "genericpath", "getopt", "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac",
    "html", "http", "imaplib", "imghdr", "imp", "importlib", "inspect", "io", "ipaddress", "itertools", "json", "keyword", "linecache",
    "locale", "logging", "lzma", "mailbox", "mailcap", "marshal", "math", "mimetypes", "mmap", "modulefinder", "multiprocessing",
    "netrc", "nis", "nntplib", "numbers", "opcode", "operator", "optparse", "os", "ossaudiodev", "pathlib", "pdb", "pickle",
    "pickletools", "pipes", "pkgutil", "platform", "plistlib", "poplib", "posix", "posixpath", "pprint", "profile", "pstats", "pty",
    "pwd", "py_compile", "pyclbr", "pydoc", "pydoc_data", "pyexpat", "queue", "quopri", "random", "re", "readline", "reprlib",
    "resource", "rlcompleter", "runpy", "sched", "secrets", "select", "selectors", "shelve", "shlex", "shutil", "signal", "site",
    "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3", "sre_compile", "sre_constants", "sre_parse", "ssl",
    "stat", "statistics", "string", "stringprep", "struct", "subprocess", "sunau", "symtable", "sys", "sysconfig", "syslog", "tabnanny",
    "tarfile", "telnetlib", "tempfile", "termios", "textwrap", "threading", "time", "timeit", "token", "tokenize", "tomllib", "trace",
    "traceback", "tracemalloc", "tty", "types", "typing", "unicodedata", "unittest", "urllib", "uu", "uuid", "venv", "warnings", "wave",
    "weakref", "webbrowser", "wsgiref", "xdrlib", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
};

constexpr std::pair<std::string_view, std::string_view> versions[] = {
    {"torch", "2.9.0"}, {"torchvision", "0.24.0"}, {"torchaudio", "2.9.0"}, {"torch-npu", "2.9.0"}, {"triton", "3.2.0"}, {"numpy", "1.26.4"},
    {"pydantic", "2.12.5"}, {"packaging", "25.0"}, {"tokenizers", "0.22.1"}, {"huggingface-hub", "0.36.0"}, {"safetensors", "0.7.0"},
    {"compressed-tensors", "0.13.0"}, {"einops", "0.8.1"}, {"filelock", "3.20.0"}, {"pyyaml", "6.0.3"}, {"regex", "2025.11.3"},
    {"requests", "2.32.5"}, {"tqdm", "4.67.1"}, {"sentencepiece", "0.2.1"}, {"pillow", "12.0.0"}, {"scipy", "1.16.3"},
    {"outlines-core", "0.2.11"}, {"mistral-common", "1.9.1"}, {"gguf", "0.17.1"}, {"xgrammar", "0.1.30"}, {"typing-extensions", "4.15.0"},
};

}  // namespace

std::span<const std::pair<std::string_view, std::string_view>> normal_versions() { return versions; }

bool normally_installed(std::string_view package) {
  static const std::unordered_set<std::string_view> names = [] {
    std::unordered_set<std::string_view> all;
    all.insert(std::begin(packages), std::end(packages));
    all.insert(std::begin(standard_library), std::end(standard_library));
    return all;
  }();
  return names.contains(package) || package.starts_with("_");  // a private part of the standard library
}

}  // namespace fusescout::vllm
