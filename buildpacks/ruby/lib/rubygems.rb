require "rbconfig"
require "@ROOT@/usr/lib/ruby/vendor_ruby/rubygems.rb"
