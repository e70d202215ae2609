"""What keeps a Viva going: copies of its data, and a look at whether all is well. Behind `viva backup`, `restore`, `doctor`."""
