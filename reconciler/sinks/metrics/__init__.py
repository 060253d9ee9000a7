"""What Prometheus scrapes: how every device stands, and how the daemon itself is."""
