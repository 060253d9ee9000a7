"""From documents to what they mean: which device is to have which resource, and why. Pure."""
