namespace Paas.ControlPlane;

/// <summary>Where things answer, as people type it.</summary>
internal sealed class AppUrls(ControlPlaneOptions options)
{
    /// <summary>Of the dashboard and the API.</summary>
    internal string Platform => $"http://paas.{options.Domain}{Port}";

    /// <summary>Of the registry, as the first part of an image's name.</summary>
    internal string Registry => $"paas.{options.Domain}{Port}";

    private string Port => options.HttpPort == 80 ? "" : $":{options.HttpPort}";

    /// <summary>The app's addresses, the default one first.</summary>
    internal IReadOnlyList<string> Of(string app) => [$"http://{app}.{options.Domain}{Port}"];

    /// <summary>The app's git remote.</summary>
    internal string Git(string app) => $"{Platform}/{app}.git";
}
