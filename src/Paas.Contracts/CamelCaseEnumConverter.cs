using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paas.Contracts;

/// <summary>Enums cross process boundaries as camelCase names, never as numbers.</summary>
public sealed class CamelCaseEnumConverter<TEnum> : JsonStringEnumConverter<TEnum>
    where TEnum : struct, Enum
{
    public CamelCaseEnumConverter()
        : base(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    {
    }
}
