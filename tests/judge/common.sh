# shellcheck shell=sh
#
# What the judges share. A judge is called with the path of a generated tree, copies what it judges so that the tree
# stays as it is, asks stock tools and prints what they found. Its last line says what it saw and whether all is well:
#
#   opentofu: ok, 14 modules, 37 test runs, 21 s
#   opentofu: 2 findings, 14 modules, 35 test runs, 20 s
#
# Lines that a test may compare come before it: a word that says what, a path, and JSON on one line.

# judge NAME TREE: how every judge begins. Afterwards the working directory is an empty folder of its own.
judge() {
  name=$1
  if [ $# -ne 2 ] || [ ! -d "$2" ]; then
    echo "usage: tests/judge/$name TREE, where TREE is a folder that infrac wrote" >&2
    exit 2
  fi
  tree=$(cd "$2" && pwd)
  environment=$(cd "$(dirname "$0")/../.." && pwd)/.tools/env
  if [ ! -f "$environment" ]; then
    echo "$name: the stock tools are not installed: run tests/tools/install" >&2
    exit 2
  fi
  # shellcheck source=/dev/null
  . "$environment"
  # A project with providers of its own has them laid out in a mirror of its own.
  [ -z "${JUDGE_TOFU_CONFIG-}" ] || export TF_CLI_CONFIG_FILE="$JUDGE_TOFU_CONFIG"
  began=$(date +%s)
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 129' HUP INT TERM
  mkdir "$work/tree"
  : > "$work/findings"
  : > "$work/said"
  cd "$work/tree" || exit 2
}

# copy PATH...: brings parts of the tree here; a part that the tree lacks is left out.
copy() {
  for part in "$@"; do
    if [ -e "$tree/$part" ]; then
      mkdir -p "$(dirname "$part")"
      cp -R "$tree/$part" "$part"
    fi
  done
}

# ask WHAT COMMAND...: runs a tool; what it says is shown when it fails, and kept in $work/said when it does not.
ask() {
  what=$1
  shift
  answer=$(mktemp "$work/answer.XXXXXX")
  if "$@" > "$answer" 2>&1 < /dev/null; then
    cat "$answer" >> "$work/said"
    rm "$answer"
  else
    {
      printf '== %s: %s\n' "$name" "$what"
      cat "$answer"
      echo
    } > "$answer.shown"
    cat "$answer.shown"
    echo "$what" >> "$work/findings"
    rm "$answer" "$answer.shown"
    return 1
  fi
}

# two_at_once COMMAND: calls it for every line of standard input, on two cores.
two_at_once() {
  sed '/^$/d' > "$work/lines"
  for lane in 0 1; do
    awk -v lane="$lane" 'NR % 2 == lane' "$work/lines" | while read -r line; do
      "$1" "$line" < /dev/null || true
    done &
  done
  wait
}

# count PATH-LIST: how many lines a text has.
count() {
  printf '%s' "$1" | grep -c . || true
}

# verdict TEXT: the last line, and the exit code.
verdict() {
  findings=$(wc -l < "$work/findings" | tr -d ' ')
  case $findings in
    0) outcome=ok ;;
    1) outcome='1 finding' ;;
    *) outcome="$findings findings" ;;
  esac
  echo "$name: $outcome, $1, $(($(date +%s) - began)) s"
  [ "$findings" -eq 0 ]
  exit
}
