namespace Paas.Images.Remote;

/// <summary>Who we are at a registry. Prints without the password, so that no log can have it.</summary>
public sealed record RegistryCredential(string UserName, string Password)
{
    public override string ToString() => $"{nameof(RegistryCredential)} {UserName}";
}

/// <summary>The credential for a registry (<c>docker.io</c>, <c>registry.example:5000</c>), or null to come as nobody.</summary>
public delegate RegistryCredential? FindCredential(string registry);
