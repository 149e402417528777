using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailStore.Host.Admin.Doctoring;
using MailStore.Host.Admin.Importing;
using MailStore.Host.Admin.Moving;

namespace MailStore.Host.Admin;

/// <summary>The JSON of the admin socket and of <c>--json</c>: one form for both.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserView))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(UserReport))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(StoredMailView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(ModuleView))]
[JsonSerializable(typeof(DoctorLine))]
[JsonSerializable(typeof(ImportedMail))]
[JsonSerializable(typeof(ImportedMailResult))]
[JsonSerializable(typeof(KnownMail))]
[JsonSerializable(typeof(ImportFolder))]
[JsonSerializable(typeof(MoveState))]
[JsonSerializable(typeof(MoveRequest))]
[JsonSerializable(typeof(MoveLine))]
[JsonSerializable(typeof(ErrorView))]
internal sealed partial class AdminJson : JsonSerializerContext
{
    /// <summary>Addresses are to be read by people: nothing is escaped that need not be.</summary>
    public static AdminJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
