namespace Paas.Build.Tests.Buildpacks;

public sealed class RubyBuildpackTests
{
    private const string Rails = "GEM\n  specs:\n    puma (6.4.0)\n    railties (7.1.0)\n";
    private const string Puma = "GEM\n  specs:\n    puma (6.4.0)\n    rack (3.1.8)\n";

    [Theory]
    [InlineData(Rails, "config/application.rb bin/rails config.ru", "bin/rails server -b 0.0.0.0 -p $PORT -e $RAILS_ENV")]
    [InlineData(Rails, "config/application.rb", "bundle exec rails server -b 0.0.0.0 -p $PORT -e $RAILS_ENV")]
    [InlineData(Puma, "config.ru config/puma.rb", "bundle exec puma -C config/puma.rb -p $PORT")]
    [InlineData(Puma, "config.ru web.rb", "bundle exec puma -b tcp://0.0.0.0:$PORT")]
    [InlineData("GEM\n", "config.ru", "bundle exec rackup config.ru -o 0.0.0.0 -p $PORT -E $RACK_ENV")]
    [InlineData("GEM\n", "web.rb app.rb", "bundle exec ruby web.rb")]
    [InlineData("GEM\n", "app.rb", "bundle exec ruby app.rb")]
    [InlineData("GEM\n", "lib/x.rb", "")]
    public async Task The_web_process_is_that_of_the_framework(string lockfile, string files, string expected)
    {
        using var shell = new BuildpackShell("ruby");
        shell.Write("Gemfile.lock", lockfile);
        foreach (var file in files.Split(' ')) shell.Write(file);
        Assert.Equal((0, expected.Length == 0 ? "" : expected + "\n"), await shell.RunAsync("layers gems start", "start_command"));
    }

    [Theory]
    [InlineData(".ruby-version", "ruby-3.1.4\n", "ok")]
    [InlineData(".ruby-version", "3.1", "ok")]
    [InlineData(".ruby-version", "3.3.6\n", ".ruby-version asks for Ruby 3.3.6; the stack's Debian has Ruby 3.1.2")]
    [InlineData("Gemfile", "ruby \"3.1.4\"\n", "Write ruby \"~> 3.1.0\" there")]
    [InlineData("Gemfile", "ruby '~> 3.0', '>= 3.0.1'\n", "ok")]
    [InlineData("Gemfile", "source 'x'\nruby('3.2.0')\n", "FROM ruby:3.2.0")]
    public async Task A_version_that_Debian_has_not_is_told(string file, string text, string expected)
    {
        using var shell = new BuildpackShell("ruby");
        shell.Write("Gemfile");
        shell.Write(file, text);
        var (status, output) = await shell.RunAsync("layers interpreter", "ruby_version=3.1.2; check_version; echo ok");
        Assert.Equal(expected == "ok" ? 0 : 1, status);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Could not reach host gems.example.com. Check your network connection and try\nagain.", "the gem server gems.example.com cannot be reached", "BUNDLE_MIRROR__ALL=https://MIRROR")]
    [InlineData("Your bundle only supports platforms [\"arm64-darwin-22\"] but your local platform\nis x86_64-linux.", "Gemfile.lock is not for Linux", "bundle lock --add-platform x86_64-linux")]
    [InlineData("You are trying to install in deployment mode after changing\nyour Gemfile.", "Gemfile.lock is out of date", "run bundle install")]
    [InlineData("checking for libpq-fe.h... no\nCan't find the 'libpq-fe.h' header\n", "libpq-fe.h is missing in the build", "Aptfile: libpq-dev")]
    [InlineData("native.c:2:10: fatal error: rdkafka.h: No such file or directory\n", "rdkafka.h is missing in the build", "packages.debian.org finds it by rdkafka.h")]
    [InlineData("sh: 1: make: not found\n", "there is no compiler in the build", "Write build-essential in an Aptfile")]
    public async Task What_Bundler_says_is_put_into_words_of_what_to_do(string log, string cause, string next)
    {
        using var shell = new BuildpackShell("ruby");
        shell.Write("log", log);
        var (status, output) = await shell.RunAsync("layers native gems", "bundler_version=2.3.15; mkdir -p \"$layers/gems\"; explain_bundler log");
        Assert.Equal(1, status);
        Assert.Contains(" !     ", output, StringComparison.Ordinal);
        Assert.Contains(cause, output, StringComparison.Ordinal);
        Assert.Contains(next, output, StringComparison.Ordinal);
    }
}
