require "greeting"
require "socket"

server = TCPServer.new("0.0.0.0", ENV.fetch("PORT"))
$stdout.sync = true
puts "listening on port #{ENV.fetch("PORT")}"
trap("TERM") { exit }
loop do
  client = server.accept
  # The head of the request ends with an empty line.
  while (line = client.gets) && line != "\r\n"; end
  body = Greeting.hello("Ruby #{RUBY_VERSION}")
  client.write "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
  client.close
end
