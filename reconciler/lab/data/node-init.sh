# PID 1 of a lab's host: files, host name, links and processes of its own, then a real sshd. Ending it ends the host.
# Started in the host's folder, within its namespaces: node-init.sh NAME SSHD. Prints `ready PID` (the machine's count).
set -eu
umask 022
read -r pid _ < /proc/self/stat      # before our own /proc hides the machine's
mount -t proc proc /proc
umount -l /run/netns                 # else every host would hold a reference to every namespace
for place in /root:0700 /home:0755 /tmp:1777 /var/tmp:1777 /run:0755; do
    mount -t tmpfs -o "mode=${place#*:}" tmpfs "${place%:*}"
done
mkdir /run/lab /run/sshd /run/lock
mount --no-canonicalize --bind . /run/lab     # "." was hidden by the tmpfs above: its path means nothing any more
cd /run/lab
mkdir -p /run/etc/upper /run/etc/work /home/ops
cp -a etc/. /run/etc/upper
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
mount -o remount,bind,ro /           # whoever plays on a host must not break the machine: /usr is the machine's own
chown ops:ops /home/ops
if [ -f /etc/kubernetes/admin.conf ]; then
    mkdir /root/.kube
    cp /etc/kubernetes/admin.conf /root/.kube/config
fi
hostname "$1"
cd /proc/sys/net/ipv4
echo 1 > ip_forward                  # pods' packets pass through
for switch in conf/*/rp_filter; do
    echo 0 > "$switch"               # a pod's packet may come in by VXLAN and be answered over the underlay
done
for workload in conf/cali*; do
    if [ -d "$workload" ]; then
        echo 1 > "$workload/proxy_arp"                  # answers for the pods' gateway 169.254.1.1
        echo 0 > "neigh/${workload#conf/}/proxy_delay"  # at once, as Felix sets it; the default waits up to 0.8 s
    fi
done
if [ -d /proc/sys/net/ipv6 ]; then
    cd /proc/sys/net/ipv6
    echo 1 > conf/all/forwarding
    for switch in conf/*/accept_dad; do
        echo 0 > "$switch"           # no address is taken twice here; looking for duplicates takes seconds
    done
fi
cd /run/lab
ip -batch links
"$2" -f /run/lab/sshd_config -E /run/lab/sshd.log
tries=0
until [ -s /run/sshd.pid ]; do       # written when the port is open
    tries=$((tries + 1))
    if [ "$tries" -gt 1000 ]; then echo "sshd did not start: $(cat sshd.log)" >&2; exit 1; fi
    sleep 0.01
done
echo "ready $pid"
exec < /dev/null > /dev/null 2>&1
while :; do sleep infinity & wait; done       # waiting also collects orphans
