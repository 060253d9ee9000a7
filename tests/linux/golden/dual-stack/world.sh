# Both families, addresses of every sort, multipath, several tables and metrics.
ip link set lo up
ip link add eth1 address 02:00:00:00:00:11 type veth peer name far address 02:00:00:00:00:12
ip link set eth1 up
ip link set far up
ip address add 10.10.10.11/24 dev eth1
ip address add 10.10.10.12/24 dev eth1
ip address add 10.10.11.12/24 dev eth1 scope link
ip address add 10.9.9.1 peer 10.9.9.2/32 dev eth1
ip address add fd00:1::11/64 dev eth1 nodad
ip address add fd00:1::12/64 dev eth1 nodad valid_lft 100000 preferred_lft 90000
ip link add vxlan-v6.calico address 66:a0:68:c9:4c:79 type vxlan id 4096 dstport 4789 local fd00:1::11 dev eth1 nolearning
ip link set vxlan-v6.calico up
ip address add fd00:10::1/128 dev vxlan-v6.calico nodad
ip neigh replace fd00:10:1::1 lladdr 66:3e:ca:a4:db:65 dev vxlan-v6.calico nud permanent
ip neigh replace 10.10.10.99 lladdr 02:00:00:00:00:99 dev eth1 nud permanent protocol 142
bridge fdb replace 66:3e:ca:a4:db:65 dev vxlan-v6.calico dst fd00:1::20 self permanent
bridge fdb append 00:00:00:00:00:00 dev vxlan-v6.calico dst fd00:1::20 self permanent
bridge fdb append 00:00:00:00:00:00 dev vxlan-v6.calico dst fd00:1::21 self permanent
ip route replace default via 10.10.10.1 dev eth1
ip route replace default via 10.10.10.2 dev eth1 metric 100
ip route replace 192.168.25.64/26 proto 142 nexthop via 10.10.10.10 dev eth1 weight 2 nexthop via 10.10.10.13 dev eth1
ip route replace 10.7.0.0/16 via 10.10.10.10 dev eth1 proto 142 table 77 src 10.10.10.11 mtu 1300
ip route replace unreachable 10.8.0.0/16 proto 142
ip route replace prohibit 10.9.0.0/16 proto 142
ip route replace throw 10.10.0.0/16 proto 142 table 77
ip -6 route replace blackhole fd00:10::/122 proto 80
ip -6 route replace default via fd00:1::1 dev eth1
ip -6 route replace fd00:10:1::/122 via fd00:10:1::1 dev vxlan-v6.calico proto 3 onlink
ip -6 route replace fd00:3::/64 via fd00:1::2 dev eth1 proto 142 metric 7
ip -6 route replace fd00:4::/64 proto 142 nexthop via fd00:1::2 dev eth1 nexthop via fd00:1::3 dev eth1 weight 3
ip -6 route replace fd00:9::2/128 dev eth1 proto 142
