"""Mistakes that are planted in generated roles: each is one that a person makes, and no stock tool notices."""

import re

# The file of a role, what stands there, and what stands there instead.
DEFECTS = {
    # The daemon goes on with what it had.
    "handler": ("consul/tasks/certificate.yml", r"\n  notify: Restart consul", ""),
    # Everybody on the machine reads the secrets.
    "mode": ("consul/tasks/configure.yml", r'(dest: /etc/consul.d/secrets.json\n(?:.*\n){2}    mode: )"0640"', r'\1"0644"'),
    # One port of the model is not opened.
    "port": ("base/templates/nftables.conf.j2", r"if r.ipv4 \| length > 0 and r.ports != ''", r"\g<0> and '51820' not in r.ports and '8501' not in r.ports"),
    # One port is open that the model has not.
    "open": ("base/templates/nftables.conf.j2", r"    iif lo accept\n", r"\g<0>    tcp dport 80 accept\n"),
    # Ansible says what is in the secrets.
    "log": ("consul/tasks/configure.yml", r"\n  no_log: true", ""),
}


def known(name):
    """Refuses a name of nothing."""
    if name not in DEFECTS:
        raise SystemExit(f"there is no defect {name}: there are {', '.join(sorted(DEFECTS))}")


def plant(name, roles):
    """Puts the mistake into the role."""
    file, right, wrong = DEFECTS[name]
    path = roles / file
    text, count = re.subn(right, wrong, path.read_text(encoding="utf-8"))
    if not count:
        raise SystemExit(f"{file} has nothing to plant {name} in")
    path.write_text(text, encoding="utf-8")
