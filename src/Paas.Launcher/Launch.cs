using Paas.Launch.Environments;
using Paas.Launch.Processes;

namespace Paas.Launcher;

/// <summary>One launch: finds out what is wanted, makes its environment, becomes it.</summary>
internal sealed class Launch(Places places)
{
    /// <summary>Returns only by throwing.</summary>
    /// <param name="self">The name this program was called by.</param>
    /// <param name="arguments">What follows it.</param>
    internal void Run(string self, string[] arguments)
    {
        var plan = ReadPlan();
        var command = LaunchCommand.Of(self, arguments, plan);
        var layers = LaunchLayers.Find(places.Layers, plan.Buildpacks);
        var env = Places.Environ();
        foreach (var buildpack in layers)
        {
            LayerEnvironment.Apply(env, EnvironmentPhase.Launch, buildpack.Select(layer => layer.Environment(command.Type)));
        }

        Enter(command.WorkingDirectory is null ? places.App : Path.Combine(places.App, command.WorkingDirectory));
        var all = layers.SelectMany(buildpack => buildpack).ToList();
        foreach (var program in all.SelectMany(layer => layer.Files("exec.d", command.Type))) ExecD.Run(program, env);
        var scripts = all.SelectMany(layer => layer.Files("profile.d", command.Type)).ToList();
        var own = Path.Combine(places.App, ".profile");
        if (File.Exists(own)) scripts.Add(own);
        Execution.Become(command.Words(scripts), env);
    }

    private LaunchPlan ReadPlan()
    {
        var path = Path.Combine(places.Layers, LaunchPlan.File);
        return File.Exists(path) ? LaunchPlan.Parse(File.ReadAllText(path)) : throw new LaunchException($"{path} is missing: this image was not made by buildpacks");
    }

    private static void Enter(string directory)
    {
        try
        {
            Directory.SetCurrentDirectory(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"the working directory {directory} cannot be entered");
        }
    }
}
