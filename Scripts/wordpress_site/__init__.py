"""WordPress sites on loopback, from Debian's packages: nothing outside their directories is touched."""
