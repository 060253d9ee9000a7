"""In which order the changes of all devices are sent, and what each intermediate state does to the packets. Pure.

From the changes of all devices to stages: what may go side by side, what has to wait, and which node pairs suffer.
"""
