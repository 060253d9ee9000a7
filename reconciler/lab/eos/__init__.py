"""A switch that speaks Arista EOS over SSH and forwards in the kernel: the lab's ``ceos01``.

VLANs are Linux bridges, SVIs their addresses, access ports veth ends; `ip routing`, static routes and `shutdown` are
real, so what the running configuration says is what forwards. Trunks, LAGs and VRFs are configuration only: the kernel
this runs on has neither 802.1Q nor VRF devices. The language follows cEOS-lab 4.34.0F.
"""
