"""What goes over the wire. One file per resource; the domain's types stay inside."""
