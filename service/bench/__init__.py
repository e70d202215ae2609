"""Measurements that operators run themselves: `viva bench`."""
