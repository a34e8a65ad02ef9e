namespace Paas.ControlPlane.Access;

/// <summary>What somebody may or may not do.</summary>
public enum AccessAction
{
    /// <summary>What everybody who is logged in may: ask who they are, list what they may see, make tokens of their own.</summary>
    Identify,

    /// <summary>See an app: <see cref="Contracts.Api.AccessRole.Read"/>.</summary>
    See,

    /// <summary>Change what runs of an app, and see its config vars: <see cref="Contracts.Api.AccessRole.Deploy"/>.</summary>
    Deploy,

    /// <summary>Destroy an app, or say who may do what with it: <see cref="Contracts.Api.AccessRole.Admin"/>.</summary>
    Administer,

    /// <summary>Create an app, and be its administrator from then on.</summary>
    CreateApp,

    /// <summary>What is of the platform and no app's: users, base images, logins at registries, images by name, cleaning up.</summary>
    Operate,
}
