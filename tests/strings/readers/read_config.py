"""Prints file.out as JSON, as the reader of the format that the argument names takes it."""

import configparser
import json
import re
import shlex
import sys
import tomllib

LETTERS = " \t\n\r"


def json_file(text):
    return json.loads(text)


def ini(text, inline):
    reader = configparser.ConfigParser(interpolation=None, delimiters=("=",), inline_comment_prefixes=inline)
    reader.optionxform = str
    reader.read_string(text)
    return {name: dict(reader[name]) for name in reader.sections()}


def settings(text):
    """The settings of a unit, by the rules of systemd.syntax(7) and of specifiers in systemd.unit(5)."""
    section, joined = None, ""
    for line in text.split("\n"):
        line = line.strip(LETTERS)
        if not joined and (not line or line[0] in "#;"):
            continue
        joined += line
        if joined.endswith("\\"):
            joined = joined[:-1] + " "
            continue
        if joined.startswith("["):
            section = joined[1:-1]
        else:
            key, value = joined.split("=", 1)
            yield section, key.strip(LETTERS), re.sub(r"%(.)", lambda of: "%" if of[1] == "%" else f"!{of[0]}", value.strip(LETTERS))
        joined = ""


def systemd(text):
    sections = {}
    for section, key, value in settings(text):
        sections.setdefault(section, {})[key] = value
    return sections


def words(text):
    """The words of commands and assignments, in quotes where they have to be; `$$` is a dollar in a command."""
    found = []
    for _, key, value in settings(text):
        split = shlex.split(value)
        if key.startswith("Exec"):
            split = [re.sub(r"\$(.?)", lambda of: "$" if of[1] == "$" else f"!{of[0]}", word) for word in split]
        found.append(split)
    return found


READERS = {
    "json": json_file,
    "toml": tomllib.loads,
    "ini": lambda text: ini(text, None),
    "ini-inline": lambda text: ini(text, ("#", ";")),
    "systemd": systemd,
    "systemd-words": words,
    "lines": lambda text: text.split("\n")[:-1],
}

sys.setrecursionlimit(100_000)
with open("file.out", encoding="utf-8", newline="") as file:
    json.dump(READERS[sys.argv[1]](file.read()), sys.stdout)
