# Other people's entries, with everything that our model does not have: none of it may look like a wish of ours.
ip link set lo up
ip link add eth1 address 02:00:00:00:00:11 type veth peer name far address 02:00:00:00:00:12
ip link set eth1 up
ip link set far up
ip address add 10.10.10.11/24 dev eth1
ip address add fd00:1::11/64 dev eth1 nodad
ip link add br0 address 02:00:00:00:00:12 type bridge
ip link set far master br0
ip link add vxlan.calico address 66:fb:ad:98:aa:13 type vxlan id 4096 dstport 4789 group 239.1.1.1 dev eth1
ip link set vxlan.calico up
ip link add flow address 66:fb:ad:98:aa:14 type vxlan external dstport 4790
ip route replace 192.168.24.64/26 tos 0x10 via 10.10.10.10 dev eth1 proto 80
ip route replace 192.168.24.64/26 via 10.10.10.10 dev eth1 proto 80 onlink
ip route replace 1.2.3.5 via inet6 fe80::1 dev eth1 proto 80 onlink
ip nexthop add id 10 via 10.10.10.5 dev eth1
ip route replace 1.2.3.6 nhid 10 proto 80
ip route replace 1.2.3.7 encap ip id 5 dst 1.1.1.1 dev eth1 proto 80
ip route replace 1.2.3.8 dev eth1 realms 4/5 rtt 10 congctl cubic initcwnd 10 quickack 1 proto 80
ip route replace 192.168.23.64/26 via 10.10.10.10 dev eth1 proto 80 onlink mtu 1450 advmss 1400
ip -6 route replace fd00:3::/64 via fd00:1::2 dev eth1 proto 80 pref high
ip -6 route replace fd00:5::/64 via fd00:1::2 dev eth1 proto 80 expires 1000
ip -6 route replace fd00:6::/64 from fd00:7::/64 via fd00:1::1 dev eth1 proto 80
bridge fdb replace 66:d2:0c:f0:ef:e5 dev vxlan.calico dst 10.10.20.21 port 8000 vni 77 via eth1 self permanent
bridge fdb replace 66:d2:0c:f0:ef:e6 dev vxlan.calico dst 10.10.20.21 self permanent extern_learn
bridge fdb replace 66:d2:0c:f0:ef:e7 dev vxlan.calico dst 10.10.20.22 self dynamic
bridge fdb replace 66:d2:0c:f0:ef:e8 dev far master static
ip rule add priority 100 from 10.1.0.0/16 iif gone table 100 protocol 142
ip rule add not priority 101 to 10.2.0.0/16 fwmark 0x200000/0x200000 tos 0x10 table 1
ip rule add priority 102 ipproto tcp sport 80 dport 100-200 uidrange 1000-2000 oif eth1 tun_id 7 prohibit
ip rule add priority 103 table main suppress_prefixlength 0 suppress_ifgroup 5 realms 1/2
ip rule add priority 104 l3mdev
ip rule add priority 105 goto 9999
ip rule add priority 106 nop
ip -6 rule add priority 100 from fd00:7::/64 blackhole
