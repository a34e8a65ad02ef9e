Gem::Specification.new do |spec|
  spec.name = "greeting"
  spec.version = "1.0.0"
  spec.summary = "A greeting, from C"
  spec.authors = ["Paas"]
  spec.license = "MIT"
  spec.homepage = "https://example.com"
  spec.files = Dir["lib/*.rb", "ext/**/*.{c,rb}"]
  spec.extensions = ["ext/greeting/extconf.rb"]
end
