"""A switch that speaks Arista EOS over SSH and forwards in the kernel: the lab's ``ceos01``.

VLANs are Linux bridges, SVIs their addresses, access ports veth ends; `ip routing`, static routes and `shutdown` are
real, so what the running configuration says is what forwards. Trunks, LAGs, VRFs and BGP are configuration only: the
kernel this runs on has neither 802.1Q nor VRF devices. The language follows cEOS-lab 4.34.0F.

Where the reference says that EOS was not verified, this is assumed: a commit without merge overwrites the whole
configuration, one with merge keeps foreign changes attribute by attribute; a route typed again with another distance
replaces the first; an interface cannot enter a VRF that is not there; a range of interfaces takes a line as a whole or
not at all; a lock keeps others out of every configuration mode and lets them abort; a lock without a transaction ends
with its terminal; the texts of refusals for sessions that are full, over or waiting, for internal VLANs and for
`configure replace` are ours and begin with ``% ``.
"""
