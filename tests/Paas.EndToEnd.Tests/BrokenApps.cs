namespace Paas.EndToEnd.Tests;

/// <summary>An app that cannot go live.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Files">Path → text; <c>*</c> before a path makes it executable.</param>
/// <param name="Cause">What the push has to say.</param>
/// <param name="Next">What it has to say about the way out.</param>
public sealed record BrokenApp(string Name, IReadOnlyDictionary<string, string> Files, string Cause, string Next)
{
    private const string Server = "require('http').createServer((_, r) => r.end('Hello')).listen(process.env.PORT);\n";

    /// <summary>The failure catalogue.</summary>
    public static IReadOnlyList<BrokenApp> All { get; } =
    [
        Procfile("syntax-error", "web: node server.js", "SyntaxError", "correct it, commit and push again", ("server.js", "const = 1;\n")),
        new("no-detection", Tree(("notes.md", "# Notes\n")), "no buildpack recognises this app", "Add one of these to the root of the source: "),
        Node("no-start-script", """{"name":"a","private":true}""", "the app has no process to run", "Add a Procfile with a line such as 'web: COMMAND'"),
        Procfile("wrong-port", "web: node server.js", "port 3000", "the port that the variable PORT names: 5000", ("server.js", Server.Replace("process.env.PORT", "3000", StringComparison.Ordinal))),
        Procfile("loopback-only", "web: node server.js", "127.0.0.1:5000 only", "listen on 0.0.0.0", ("server.js", Server.Replace("process.env.PORT", "process.env.PORT, '127.0.0.1'", StringComparison.Ordinal))),
        Procfile("missing-dependency", "web: node server.js", "Cannot find module 'left-out'", "The package 'left-out' is not in the image. Name it in the app's dependencies", ("server.js", "require('left-out');\n")),
        Procfile("crash-after-a-while", "web: node server.js", "exit status 3", "shows all of its log; fix the cause and push again", ("server.js", "console.log('warming up'); setTimeout(() => process.exit(3), 5000);\n")),
        Procfile("missing-variable", "web: node server.js", "missing variable DATABASE_URL", "paas config:set DATABASE_URL=VALUE", ("server.js", "if (!process.env.DATABASE_URL) throw new Error('missing variable DATABASE_URL');\n")),
        Procfile("writes-to-its-image", "web: node server.js", "permission denied", "Write to /tmp", ("server.js", "require('fs').writeFileSync('/etc/state.json', '{}');\n")),
        Procfile("unknown-host", "web: node server.js", "database.invalid", "Look at the variable that names it", ("server.js", "require('net').connect(5432, 'database.invalid');\n")),
        Procfile("out-of-memory", "web: node --max-old-space-size=8000 server.js", "out of memory", "make it need less, then push again", ("server.js", "const all = []; setInterval(() => { for (let i = 0; i < 20; i++) all.push(Buffer.alloc(8 << 20, 1)); }, 1);\n")),
        Procfile("no-such-command", "web: gunicornn app:app", "exit status 127", "There is no command 'gunicornn' in the image. Correct the Procfile"),
        Procfile("not-executable", "web: ./start.sh", "exit status 126", "git update-index --chmod=+x ./start.sh", ("start.sh", "#!/bin/sh\nexec sleep 1000\n")),
        Procfile("bad-interpreter", "web: ./start.sh", "start.sh", "Correct its first line", ("*start.sh", "#!/opt/nothing/here\n")),
        Procfile("bad-procfile-line", "web: node server.js\nworker node worker.js", "Procfile", "line 2", ("server.js", Server)),
        Procfile("bad-app-json", "web: node server.js", "app.json", "line 1", ("server.js", Server), ("app.json", "{\"formation\": [}\n")),
        Node("bad-package-json", "{\"name\": \"a\",}", "package.json is not valid", "Correct it, commit and push again."),
        Node("no-such-node", """{"engines":{"node":"99.x"},"scripts":{"start":"node server.js"}}""", "there is no Node.js for engines.node \"99.x\"", "Name a version such as \"24.x\""),
        Node("engines-are-no-range", """{"engines":{"node":"newest please"},"scripts":{"start":"node server.js"}}""", "engines.node \"newest please\"", "Name a version such as \"24.x\""),
        Node("lockfile-out-of-date", """{"name":"a","version":"1.0.0","dependencies":{"is-number":"7.0.0"},"scripts":{"start":"node server.js"}}""", "npm ci", "run npm install, commit package-lock.json and push again", ("package-lock.json", """{"name":"a","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"a","version":"1.0.0"}}}""")),
        Node("no-such-package", """{"dependencies":{"paas-test-no-such-package-x9":"1.0.0"},"scripts":{"start":"node server.js"}}""", "404", "Correct its name or version in package.json"),
        Node("native-module-does-not-compile", """{"private":true,"dependencies":{"native":"file:./native"},"scripts":{"start":"node server.js"}}""", "libpq-fe.h is missing in the build", "Name the Debian package that has it in an Aptfile: libpq-dev", ("native/package.json", """{"name":"native","version":"1.0.0"}"""), ("native/binding.gyp", """{"targets":[{"target_name":"native","sources":["native.c"]}]}"""), ("native/native.c", "#include <node_api.h>\n#include <libpq-fe.h>\n")),
        Node("native-module-without-compiler", """{"private":true,"dependencies":{"native":"file:./native"},"scripts":{"start":"node server.js"}}""", "there is no compiler in the build", "Write build-essential in an Aptfile", ("native/package.json", """{"name":"native","version":"1.0.0","scripts":{"install":"PATH=/nowhere make"}}""")),
        Node("build-script-fails", """{"scripts":{"build":"node -e \"throw new Error('no template')\"","start":"node server.js"}}""", "no template", "npm run build failed"),
        Node("build-script-is-missing-a-tool", """{"scripts":{"build":"webpack --mode production","start":"node server.js"}}""", "webpack: not found", "Name what brings 'webpack' under devDependencies"),
        Node("build-out-of-memory", """{"scripts":{"build":"node --max-old-space-size=8000 eat.js","start":"node server.js"}}""", "ran out of its", "Build with less memory", ("eat.js", "const all = []; while (true) all.push(Buffer.alloc(8 << 20, 1));\n")),
        Node("build-never-ends", """{"scripts":{"build":"node -e \"setInterval(() => {}, 1000)\"","start":"node server.js"}}""", "took longer than the limit", "never ends"),
    ];

    private static BrokenApp Procfile(string name, string procfile, string cause, string next, params (string Path, string Text)[] files) =>
        new(name, Tree([("Procfile", procfile + "\n"), .. files, .. Manifest(files)]), cause, next);

    private static BrokenApp Node(string name, string package, string cause, string next, params (string Path, string Text)[] files) =>
        new(name, Tree([("package.json", package), .. name == "no-start-script" ? [] : new[] { ("server.js", Server) }, .. files]), cause, next);

    // Node.js comes with a package.json.
    private static (string Path, string Text)[] Manifest((string Path, string Text)[] files) =>
        files.Any(file => file.Path == "server.js") ? [("package.json", "{\"private\":true}\n")] : [];

    private static Dictionary<string, string> Tree(params (string Path, string Text)[] files) => files.ToDictionary(file => file.Path, file => file.Text);
}
