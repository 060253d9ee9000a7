# A node with an IPIP tunnel of Calico's, one of flannel's, and Calico's WireGuard. The captures are not a kernel's:
# written from iproute2's link_iptnl.c and wg's show.c, since no kernel here has these modules.
ip link set lo up
ip link add eth1 type veth peer name far
ip link set eth1 up
ip link set far up
ip address add 192.168.1.11/24 dev eth1
ip link set dev tunl0 mtu 1440
ip link add flannel.ipip mtu 1480 type ipip local 192.168.1.10
ip link set flannel.ipip up
ip address add 10.42.0.0/32 dev flannel.ipip
ip link add wireguard.cali mtu 1440 type wireguard
wg set wireguard.cali listen-port 51821 fwmark 0x100000
wg set wireguard.cali peer xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg= endpoint 192.168.1.12:51820 allowed-ips 10.65.2.0/26
wg set wireguard.cali peer TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0= endpoint 192.168.1.99:51820 allowed-ips 10.65.3.0/26
ip link set wireguard.cali up
