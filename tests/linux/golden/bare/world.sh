# A node as a fresh machine has it: an interface without an address.
ip link set lo up
ip link add eth1 type veth peer name far
