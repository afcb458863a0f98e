# Runs a host until it is switched off. A host that reboots makes systemd-nspawn end with code 133, and whoever
# started it has to start it again.   sh supervise.sh PID_FILE "CGROUP …" COMMAND …
pid_file=$1 groups=$2
shift 2
cd /
# With the start time, so that a later process with the same id is not taken for this one.
echo "$$ $(cut -d ' ' -f 22 /proc/$$/stat)" > "$pid_file.new"
mv "$pid_file.new" "$pid_file"
code=133
while [ "$code" = 133 ]; do
  # A machine's kernel forgets its firewall with its power; this one's namespace outlives the host.
  for word; do
    case $word in --network-namespace-path=*) nsenter --net="${word#*=}" nft flush ruleset;; esac
  done
  # 0 is whoever writes it: the host's processes are in their cgroups from the first one on.
  (for group in $groups; do echo 0 > "$group/cgroup.procs"; done; exec "$@")
  code=$?
done
exit "$code"
