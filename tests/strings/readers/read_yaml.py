"""Prints values.yml as JSON, as the reader that the argument names takes it."""

import json
import sys


def plain(value):
    """The value, if it is of the types that JSON has; a date is none of them."""
    if type(value) is dict:
        return {key if type(key) is str else f"!{key!r}": plain(value) for key, value in value.items()}
    if type(value) is list:
        return [plain(item) for item in value]
    if value is None or type(value) in (str, bool, int, float):
        return value
    return {f"!{type(value).__name__}": repr(value)}


sys.setrecursionlimit(100_000)
with open("values.yml", encoding="utf-8", newline="") as file:
    text = file.read()
if sys.argv[1] == "ruamel":
    from ruamel.yaml import YAML

    reader = YAML(typ="safe", pure=True)
    found = reader.load(text)
else:
    import yaml

    found = yaml.load(text, Loader=getattr(yaml, sys.argv[1]))
json.dump(plain(found), sys.stdout)
