# shellcheck shell=sh
#
# Read in by scripts that run for long or keep something to themselves. Who is told to stop tells what it runs, waits until that has
# ended, and then ends with 128 and the number of the signal, by its trap for EXIT. A shell alone would be gone at once: what it runs
# would go on, and what lies on the disk would stay, because not every shell runs that trap for a signal.

signal='' running=''

# stop NUMBER: what a signal does.
stop() {
  signal=$1
  case "$running" in
    '') exit $((128 + signal)) ;;
    starting) ;;
    *) kill -TERM "$running" 2> /dev/null || true ;;
  esac
}
trap 'stop 1' HUP
trap 'stop 2' INT
trap 'stop 15' TERM

# run COMMAND...: its exit status. A signal ends the waiting, but not the command.
run() {
  running=starting
  "$@" <&0 &
  running=$!
  [ -z "$signal" ] || kill -TERM "$running" 2> /dev/null || true
  until
    status=0
    wait "$running" || status=$?
    ! kill -0 "$running" 2> /dev/null
  do :; done
  running=''
  [ -z "$signal" ] || exit $((128 + signal))
  return "$status"
}
