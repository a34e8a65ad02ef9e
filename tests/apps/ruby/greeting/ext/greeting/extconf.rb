require "mkmf"
create_makefile("greeting/native")
