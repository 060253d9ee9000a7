# k01-worker of the seed's lab, IPv4: a peer in its own subnet, one in another, and a stale row of a node that is gone.
ip link set lo up
ip link add eth1 address 02:00:00:00:00:11 type veth peer name far address 02:00:00:00:00:12
ip link set eth1 up
ip link set far up
ip address add 10.10.10.11/24 dev eth1
ip route add 10.10.20.0/24 via 10.10.10.1 dev eth1 proto 142
ip link add vxlan.calico address 66:fb:ad:98:aa:13 type vxlan id 4096 dstport 4789 local 10.10.10.11 dev eth1 nolearning
ip link set vxlan.calico mtu 1450 up
ip address add 192.168.81.64/32 dev vxlan.calico
ip neigh replace 192.168.209.64 lladdr 66:d2:0c:f0:ef:e5 dev vxlan.calico nud permanent
ip neigh replace 192.168.23.64 lladdr 66:15:9d:fa:c6:aa dev vxlan.calico nud permanent
ip neigh replace 10.10.10.1 lladdr 02:00:00:00:00:01 dev eth1 nud stale
bridge fdb replace 66:d2:0c:f0:ef:e5 dev vxlan.calico dst 10.10.20.20 self permanent
bridge fdb replace 66:15:9d:fa:c6:aa dev vxlan.calico dst 10.10.10.10 self permanent
bridge fdb replace 66:00:00:00:00:01 dev vxlan.calico dst 10.10.10.99 self permanent
ip route replace blackhole 192.168.81.64/26 proto 80
ip route replace 192.168.209.64/26 via 192.168.209.64 dev vxlan.calico proto 3 onlink
ip route replace 192.168.23.64/26 via 10.10.10.10 dev eth1 proto 80 onlink
ip route replace 192.168.99.64/26 via 10.10.10.99 dev eth1 proto 80 onlink
ip route replace 192.168.81.65 dev far scope link
