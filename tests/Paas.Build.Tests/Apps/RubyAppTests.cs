using Paas.Testing;

namespace Paas.Build.Tests.Apps;

/// <summary>What the sample of Ruby, which is pushed elsewhere, does not show.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class RubyAppTests(BuildNode node)
{
    private const string Script =
        """
        #!/usr/bin/env ruby
        require "bundler/setup"
        require "fileutils"
        FileUtils.mkdir_p(["public/assets", "tmp/cache/assets"])
        puts "#{ARGV.join(" ")} in #{ENV["RAILS_ENV"]}, a secret #{ENV["SECRET_KEY_BASE_DUMMY"]}, compiled before #{File.exist?("tmp/cache/assets/seen")}"
        FileUtils.touch(["tmp/cache/assets/seen", "public/assets/site.css"])
        """;

    [RootFact]
    public async Task A_Rails_app_s_assets_are_compiled_and_a_server_that_is_not_there_is_named()
    {
        using var app = new TestApp(node);
        // Gems of the source's own in the place of Rails: what is looked at here is what is done for such an app.
        foreach (var gem in (string[])["propshaft", "railties"])
        {
            app.Write($"gems/{gem}/{gem}.gemspec", $"Gem::Specification.new {{ |s| s.name = '{gem}'; s.version = '8.0.0'; s.summary = s.author = '-'; s.files = [] }}\n");
        }

        app.Write("Gemfile", "source 'https://rubygems.org'\ngem 'propshaft', path: 'gems/propshaft'\ngem 'railties', path: 'gems/railties'\n");
        app.Write("Gemfile.lock", Lockfile);
        app.Write("config/application.rb", "");
        app.Write("bin/rails", Script);
        File.SetUnixFileMode(Path.Combine(app.Source, "bin/rails"), (UnixFileMode)0b111_101_101);
        var outcome = await app.BuildAsync();
        Assert.Contains("       assets:precompile in production, a secret 1, compiled before false", app.Output);
        Assert.Contains(app.Output, line => line.Contains("Rails needs a secret to run", StringComparison.Ordinal));
        Assert.Equal("bin/rails server -b 0.0.0.0 -p $PORT -e $RAILS_ENV", outcome.Processes["web"]);
        Assert.Equal("bin/rails console", outcome.Processes["console"]);
        Assert.Equal((0, "/workspace/public/assets/site.css production enabled\n"), await app.RunAsync(
            outcome, null, "bash", "-c", "echo $(ls $PWD/public/assets/*) $RAILS_ENV $RAILS_SERVE_STATIC_FILES"));

        await app.BuildAsync(env: new Dictionary<string, string> { ["RAILS_MASTER_KEY"] = "k" });
        Assert.Contains("       assets:precompile in production, a secret 1, compiled before true", app.Output);
        Assert.Contains("       Using the gems from the cache: the Gemfile and its lockfile are unchanged", app.Output);
        Assert.DoesNotContain(app.Output, line => line.Contains("Rails needs a secret to run", StringComparison.Ordinal));

        app.Write("Gemfile", File.ReadAllText(Path.Combine(app.Source, "Gemfile")) + "gem 'rack'\n");
        app.Write("Gemfile.lock", Lockfile.Replace("  specs:\n\nPLATFORMS", "  specs:\n    rack (3.1.8)\n\nPLATFORMS", StringComparison.Ordinal).Replace("  railties!", "  rack\n  railties!", StringComparison.Ordinal));
        await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync(env: new Dictionary<string, string> { ["BUNDLE_MIRROR__ALL"] = "https://gems.invalid" }));
        Assert.Contains(" !     the gem server gems.invalid cannot be reached from this server", app.Output);
    }

    private const string Lockfile =
        """
        PATH
          remote: gems/propshaft
          specs:
            propshaft (8.0.0)

        PATH
          remote: gems/railties
          specs:
            railties (8.0.0)

        GEM
          remote: https://rubygems.org/
          specs:

        PLATFORMS
          x86_64-linux

        DEPENDENCIES
          propshaft!
          railties!

        BUNDLED WITH
           2.5.9

        """;
}
