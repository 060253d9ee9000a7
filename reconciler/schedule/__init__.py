"""In which order the changes of all devices are sent, so that no packet is lost that need not be lost.

`schedule(changes, worlds, topology)` gives a `core.schedule.Schedule`: stages one after the other, in a stage devices
side by side.
"""
