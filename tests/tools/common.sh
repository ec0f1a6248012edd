# shellcheck shell=sh
#
# What the recipes share. A recipe is called with TOOLS, the folder that everything goes into; it prints one line for
# each tool that it leaves there in the right version, or says what is missing and fails.

: "${TOOLS:?is the folder of the tools, set by tests/tools/install}"
BIN=$TOOLS/bin
# The recipes use it.
# shellcheck disable=SC2034
here=$(cd "$(dirname "$0")" && pwd)
started=$(date +%s)

# No tool asks its maker for news, and no setting of the machine changes what is built or checked.
export CHECKPOINT_DISABLE=1 CGO_ENABLED=0 GOFLAGS='' GOWORK=off TF_CLI_CONFIG_FILE=/dev/null
unset TF_CLI_ARGS PACKER_PLUGIN_PATH || true

# say NAME VERSION HOW: the line of a tool.
say() {
  printf '%-18s %-12s %s\n' "$1" "$2" "$3"
}

# fail TEXT: a recipe that cannot go on says why.
fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

# need PROGRAM HELP: a program of the machine that the recipe itself calls.
need() {
  command -v "$1" > /dev/null || fail "\`$1\` is missing: $2"
}

# need_go: the Go modules of some tools ask for a recent toolchain.
need_go() {
  need go 'install Go 1.26 or newer (https://go.dev/dl) and put its bin folder on PATH'
}

# reuse NAME VERSION [PROGRAM]: ends the recipe when the tool stands in BIN, or on PATH as PROGRAM, in this version. The
# recipe defines version_of PATH, which prints the version of a binary.
reuse() {
  if [ -x "$BIN/$1" ] && [ "$(version_of "$BIN/$1" 2> /dev/null)" = "$2" ]; then
    say "$1" "$2" reused
    exit 0
  fi
  elsewhere=$(command -v "${3:-$1}" || true)
  if [ -n "$elsewhere" ] && [ "$elsewhere" != "$BIN/${3:-$1}" ] && [ "$(version_of "$elsewhere" 2> /dev/null)" = "$2" ]; then
    ln -sfn "$elsewhere" "$BIN/$1"
    say "$1" "$2" "taken from $elsewhere"
    exit 0
  fi
}

# built NAME VERSION FILE: moves a new binary into BIN, checks that it is the version that was asked for and says so.
built() {
  chmod +x "$3"
  mv "$3" "$BIN/$1"
  real=$(version_of "$BIN/$1" || true)
  [ "$real" = "$2" ] || fail "built \`$1\` $2, but the binary calls itself \`$real\`"
  say "$1" "$2" "made in $(($(date +%s) - started)) s"
}

# go_source MODULE VERSION FOLDER: a copy of a module's source that can be built with the module's own replacements,
# which `go install` refuses.
go_source() {
  source=$(cd / && go mod download -json "$1@v$2" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
  [ -n "$source" ] || fail "the Go module proxy did not give \`$1\` $2"
  rm -rf "$3"
  mkdir -p "${3%/*}"
  cp -R "$source" "$3"
  chmod -R u+w "$3"
}

# debian PACKAGE FOLDER: unpacks a Debian package into a folder, without changing the machine. Package lists of its own
# are fetched only where the machine has none.
debian() {
  need apt-get "the package \`$1\` comes from Debian; install the tool in the right version by other means and put it on PATH"
  need dpkg-deb "install the Debian package \`dpkg\`"
  lists=$TOOLS/apt
  mkdir -p "$lists/lists/partial" "$lists/archives/partial" "$2"
  rm -f "$lists/$1"_*.deb
  if ! (cd "$lists" && apt-get -q download "$1" > download.log 2>&1); then
    set -- "$1" "$2" -q -o "Dir::State::lists=$lists/lists" -o "Dir::Cache=$lists" -o APT::Sandbox::User=
    package=$1 folder=$2
    shift 2
    apt-get "$@" update > "$lists/update.log" 2>&1 || fail "\`apt-get update\` failed: $(tail -n 3 "$lists/update.log")"
    (cd "$lists" && apt-get "$@" download "$package" > download.log 2>&1) ||
      fail "\`apt-get download $package\` failed: $(tail -n 3 "$lists/download.log")"
    set -- "$package" "$folder"
  fi
  dpkg-deb -x "$lists/$1"_*.deb "$2"
  rm -f "$lists/$1"_*.deb
}
