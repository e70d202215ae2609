"""What keeps Viva going: `viva backup`, `viva restore`, `viva doctor`."""
