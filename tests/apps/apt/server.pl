use strict;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 16, ReuseAddr => 1) or die "cannot listen: $@";
while (my $visitor = $server->accept) {
    while (defined(my $line = <$visitor>)) { last if $line =~ /^\r?\n$/ }
    my ($tool) = `gm version` =~ /^(\S+)/;
    my $cow = `cowsay moo`;
    my $body = "Hello from Debian's $tool\n$cow";
    print $visitor "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
    close $visitor;
}
