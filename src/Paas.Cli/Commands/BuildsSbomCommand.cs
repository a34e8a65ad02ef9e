using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Cli.Ssh;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class BuildsSbomCommand : Command
{
    private static readonly Option Directory = new("--output", 'o', "DIR", "write them below this directory; else they are listed");

    public override string Name => "builds:sbom";

    public override string Summary => "list or fetch the bills of materials that a build's buildpacks made";

    public override string Words => "[N]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [Directory];

    public override string Details => "Without a number it takes the newest build. Below launch/ is what runs, below build/ what only the build had.";

    public override IReadOnlyList<string> Examples => ["paas builds:sbom", "paas builds:sbom 12 -o sbom"];

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var target = call.Line.Value(Directory);
        // Over SSH the files would be written on the server.
        if (target is not null && SshSession.IsOne)
            throw new UsageException("-o writes files where paas runs, and over SSH that is the server", "Run it on your own machine: install paas there, and log in: paas login");
        var app = call.App;
        var number = call.FirstWord is { } word ? BuildNumber.Parse(word) : (await BuildNumber.NewestAsync(call, app)).Number;
        var bills = await call.Client.ListBillsAsync(app, number, call.Cancelled);
        if (target is not null) await WriteAsync(call, app, number, bills, target);
        if (call.Json)
        {
            call.Terminal.Json(bills, ApiJsonContext.Default.IReadOnlyListBillOfMaterialsDocument);
            return 0;
        }

        if (bills.Count == 0) call.Terminal.Line($"The buildpacks of build {number} of {app} made no bill of materials.");
        foreach (var line in Columns.Align([.. bills.Select(bill => (IReadOnlyList<string>)[bill.Path, bill.MediaType, Bytes.Text(bill.SizeBytes)])])) call.Terminal.Line(line);
        if (bills.Count > 0 && target is null) call.Terminal.Next($"Fetch them: paas builds:sbom -a {app} {number} -o DIR");
        return 0;
    }

    private static async Task WriteAsync(Invocation call, string app, int number, IReadOnlyList<BillOfMaterialsDocument> bills, string target)
    {
        var root = Path.GetFullPath(target);
        foreach (var bill in bills)
        {
            var path = Path.GetFullPath(Path.Combine(root, bill.Path));
            if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new UsageException($"The server names a file outside of {target}: {bill.Path}");
            try
            {
                System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
                await call.Client.ReadBillAsync(app, number, bill.Path, file, call.Cancelled);
            }
            catch (Exception error) when (error is UnauthorizedAccessException or IOException)
            {
                throw new UsageException($"{path} cannot be written: {error.Message}");
            }
        }
    }
}
