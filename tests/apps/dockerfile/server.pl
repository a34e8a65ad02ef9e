use strict;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 16, ReuseAddr => 1) or die "cannot listen: $@";
open(my $file, '<', 'proof') or die "no proof: $!";
chomp(my $proof = <$file>);
while (my $visitor = $server->accept) {
    while (defined(my $line = <$visitor>)) { last if $line =~ /^\r?\n$/ }
    my $body = "Hello from port $ENV{PORT}, proof $proof\n";
    print $visitor "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
    close $visitor;
}
