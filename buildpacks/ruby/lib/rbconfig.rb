# Ruby looks for its library at the absolute paths that Debian compiled in. This file, from RUBYLIB, is the first of the library that
# is loaded, by rubygems.rb beside it or by Debian's: from here on the library is found in the layer it came in. In the same place of the
# search path: the app's gems go before it, as they do elsewhere.
require "@ARCH@/rbconfig.rb"

$LOAD_PATH.reject! { |path| path == __dir__ }
$LOAD_PATH.map! { |path| path.start_with?("/usr/lib/") ? "@ROOT@#{path}" : path }

# Builds have Ruby's headers, in another layer.
if File.directory?("@HEADERS@")
  [RbConfig::CONFIG, RbConfig::MAKEFILE_CONFIG].each do |config|
    config["rubyhdrdir"] = "@HEADERS@/ruby-#{RbConfig::CONFIG["ruby_version"]}"
    config["rubyarchhdrdir"] = "@HEADERS@/#{RbConfig::CONFIG["arch"]}/ruby-#{RbConfig::CONFIG["ruby_version"]}"
  end
end
