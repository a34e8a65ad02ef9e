using System.IO.Compression;

namespace Paas.Build.Tests.Buildpacks;

public sealed class JavaBuildpackTests
{
    [Theory]
    [InlineData("target/app-1.0.jar Main-Class:com.example.Server", "exec java $JAVA_OPTS -jar target/app-1.0.jar")]
    [InlineData("build/libs/app.jar Main-Class:org.springframework.boot.loader.JarLauncher Spring-Boot-Version:3.2.0", "exec java $JAVA_OPTS -Dserver.port=$PORT -jar build/libs/app.jar")]
    [InlineData("web/target/app.war Main-Class:x Start-Class:y", "exec java $JAVA_OPTS -Dserver.port=$PORT -jar web/target/app.war")]
    [InlineData("target/quarkus-app/quarkus-run.jar Main-Class:io.quarkus.bootstrap.runner.QuarkusEntryPoint", "-Dquarkus.http.port=$PORT -jar target/quarkus-app/quarkus-run.jar")]
    [InlineData("server.jar Main-Class:x", "-jar server.jar")]
    public async Task The_jar_that_can_be_run_is_started_on_the_port(string jar, string expected)
    {
        using var shell = new BuildpackShell("java");
        Jar(shell, jar);
        foreach (var beside in (string[])["target/app-1.0-sources.jar Main-Class:x", "build/libs/app-plain.jar Main-Class:x", "target/original-app.jar Main-Class:x", "target/library.jar Created-By:x"])
        {
            Jar(shell, beside);
        }

        var (status, output) = await shell.RunAsync("layers start", "declare_start; cat \"$layers/launch.toml\"");
        Assert.Equal(0, status);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Contains("type = \"web\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_jars_none_is_guessed()
    {
        using var shell = new BuildpackShell("java");
        Jar(shell, "a/target/a.jar Main-Class:x");
        Jar(shell, "b/target/b.jar Main-Class:x");
        var (status, output) = await shell.RunAsync("layers start", "declare_start; ls \"$layers\"");
        Assert.Equal((0, "There are several jars that can be run; name one in a Procfile: web: java $JAVA_OPTS -jar FILE\n  a/target/a.jar\n  b/target/b.jar\nlaunch.sbom.cdx.json\n"), (status, output));
    }

    [Theory]
    [InlineData("java.runtime.version=17", null)]
    [InlineData("java.runtime.version = 17.0.9\n", null)]
    [InlineData("java.runtime.version=zulu-17", null)]
    [InlineData("java.runtime.version=1.8\n", "FROM eclipse-temurin:8")]
    [InlineData("java.runtime.version=21\n", "asks for Java 21; the stack's Debian has Java 17.0.21")]
    public async Task A_version_that_Debian_has_not_is_told(string properties, string? expected)
    {
        using var shell = new BuildpackShell("java");
        shell.Write("system.properties", properties);
        var (status, output) = await shell.RunAsync("layers jvm", "java_version=17.0.21; check_version");
        Assert.Equal(expected is null ? 0 : 1, status);
        Assert.Contains(expected ?? "", output, StringComparison.Ordinal);
    }

    // As Maven and Gradle say it.
    [Theory]
    [InlineData("maven", "[ERROR] Could not transfer artifact x:y:pom:2.6 from/to central (https://repo.maven.apache.org/maven2): Unknown host repo.maven.apache.org: Name or service not known", "the Maven repository repo.maven.apache.org cannot be reached", "MAVEN_MIRROR_URL=")]
    [InlineData("maven", "[ERROR] COMPILATION ERROR :\n[ERROR] /workspace/src/main/java/A.java:[3,9] cannot find symbol", "A.java:[3,9] cannot find symbol", "Correct it")]
    [InlineData("maven", "[ERROR] Fatal error compiling: error: release version 21 not supported", "a newer Java than 17.0.21", "maven.compiler.release")]
    [InlineData("gradle", "Downloading https://services.gradle.org/distributions/gradle-8.10.2-all.zip\nException in thread \"main\" java.net.UnknownHostException: services.gradle.org\n\tat org.gradle.wrapper.GradleWrapperMain.main(SourceFile:67)", "Gradle itself cannot be fetched: services.gradle.org", "GRADLE_DISTRIBUTION_URL=")]
    [InlineData("gradle", "> Could not resolve com.google.guava:guava:31.0-jre.\n  > Could not GET 'https://repo.maven.apache.org/maven2/x.pom'.\n    > repo.maven.apache.org: Name or service not known", "the repository repo.maven.apache.org cannot be reached", "MAVEN_MIRROR_URL=")]
    [InlineData("gradle", "> Could not find com.example:nothing:1.0.", "Could not find com.example:nothing:1.0", "build.gradle")]
    [InlineData("gradle", "Task 'stage' not found in root project 'x'.", "Task 'stage' not found", "GRADLE_TASK=build")]
    public async Task What_the_builder_says_is_put_into_words_of_what_to_do(string builder, string log, string cause, string next)
    {
        using var shell = new BuildpackShell("java");
        shell.Write("log", log);
        var (status, output) = await shell.RunAsync("layers jvm maven gradle", $"java_version=17.0.21; explain_{builder} log");
        Assert.Equal(1, status);
        Assert.Contains(cause, output, StringComparison.Ordinal);
        Assert.Contains(next, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apply plugin: 'java'\n", "", "build -x check")]
    [InlineData("task stage(dependsOn: ['build'])\n", "", "stage")]
    [InlineData("tasks.register(\"stage\") { dependsOn(\"installDist\") }\n", "", "stage")]
    [InlineData("task stage\n", "shadowJar -x test", "shadowJar -x test")]
    public async Task Gradle_runs_the_tasks_that_Heroku_runs(string script, string named, string expected)
    {
        using var shell = new BuildpackShell("java");
        shell.Write("build.gradle", script);
        Assert.Equal((0, expected + "\n"), await shell.RunAsync("layers gradle", "gradle_tasks; echo \"${tasks[*]}\"", ("GRADLE_TASK", named)));
    }

    [Theory]
    [InlineData("", "", "[]")]
    [InlineData("http://user:pw@proxy.example.com:3128/", "localhost, .internal,10.0.0.1", "[ -Dhttps.proxyHost=proxy.example.com -Dhttps.proxyPort=3128 -Dhttp.nonProxyHosts=localhost|*.internal|10.0.0.1]")]
    public async Task The_server_s_proxy_is_told_to_Java(string proxy, string exceptions, string expected)
    {
        using var shell = new BuildpackShell("java");
        Assert.Equal((0, expected + "\n"), await shell.RunAsync(
            "layers jvm", "echo \"[$(proxy_options)]\"", ("https_proxy", proxy), ("http_proxy", ""), ("no_proxy", exceptions)));
    }

    private static void Jar(BuildpackShell shell, string described)
    {
        var words = described.Split(' ');
        shell.Write(words[0]);
        using var jar = ZipFile.Open(Path.Combine(shell.Source, words[0]), ZipArchiveMode.Update);
        using var manifest = new StreamWriter(jar.CreateEntry("META-INF/MANIFEST.MF").Open());
        manifest.Write("Manifest-Version: 1.0\r\n");
        foreach (var pair in words.Skip(1)) manifest.Write(pair.Replace(":", ": ", StringComparison.Ordinal) + "\r\n");
    }
}
