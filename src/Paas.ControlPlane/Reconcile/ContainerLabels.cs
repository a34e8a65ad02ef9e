namespace Paas.ControlPlane.Reconcile;

/// <summary>Labels that the control plane puts on the containers it asks for.</summary>
internal static class ContainerLabels
{
    internal const string App = "paas.app";
    internal const string Type = "paas.type";
    internal const string Instance = "paas.instance";
    internal const string Release = "paas.release";
}
