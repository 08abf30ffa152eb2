using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Clef;

namespace Conformance
{
    /// <summary>What the objects of clef have to show, as texts.</summary>
    internal static class Fields
    {
        private static readonly Field[] All =
        {
            Field.Of<Token>("access_token", token => token.AccessToken),
            Field.Of<Token>("refresh_token", token => token.RefreshToken),
            Field.Of<Token>("token_type", token => token.TokenType),
            Field.Of<Token>("scopes", token => Of(token.Scopes)),
            Field.Of<Token>("expires_at", token => Of(token.ExpiresAt)),
            Field.Of<Token>("expires_in", token => Of(token.ExpiresIn)),
            Field.Of<Token>("is_expiring", token => Of(token.IsExpiring)),
            Field.Of<Token>("uses_pkce", token => Of(token.UsesPkce)),
            Field.Of<Token>("authorised_at", token => Of(token.AuthorisedAt)),
            Field.Of<Token>("grant_expires_at", token => Of(token.GrantExpiresAt)),
            Field.Of<Token>("json", token => token.ToJson()),

            Field.Of<RefreshingToken>("refresh_token", token => token.RefreshToken),
            Field.Of<RefreshingToken>("token_type", token => token.TokenType),
            Field.Of<RefreshingToken>("scopes", token => Of(token.Scopes)),
            Field.Of<RefreshingToken>("uses_pkce", token => Of(token.UsesPkce)),
            Field.Of<RefreshingToken>("expires_at", token => Of(token.ExpiresAt)),
            Field.Of<RefreshingToken>("expires_in", token => Of(token.ExpiresIn)),
            Field.Of<RefreshingToken>("is_expiring", token => Of(token.IsExpiring)),
            Field.Of<RefreshingToken>("last_error", token => LastErrorOf(token)),
            Field.Of<RefreshingToken>("client_id", token => ClientIdOf(token)),

            Field.Of<Credentials>("client_id", credentials => credentials.ClientId),
            Field.Of<Credentials>("redirect_uri", credentials => credentials.RedirectUri),

            Field.Of<PreparedRequest>("method", prepared => prepared.Request.Method),
            Field.Of<PreparedRequest>("url", prepared => prepared.Request.Url),
            Field.Of<PreparedRequest>("body", prepared => BodyOf(prepared.Request)),
            Field.Of<PreparedRequest>("may_repeat", prepared => Of(prepared.Request.MayRepeat)),
            Field.Of<PreparedRequest>("authorization", prepared => HeaderOf(prepared.Request, "Authorization")),
            Field.Of<PreparedRequest>("content_type", prepared => HeaderOf(prepared.Request, "Content-Type")),

            Field.Of<UserAuth>("url", auth => auth.Url),
            Field.Of<UserAuth>("state", auth => auth.State),
            Field.Of<UserAuth>("verifier", auth => auth.Verifier),

            Field.Of<PkceAuthorisation>("url", authorisation => authorisation.Url),
            Field.Of<PkceAuthorisation>("verifier", authorisation => authorisation.Verifier),

            Field.Of<RedirectListener>("uri", listener => listener.Uri),

            Field.Of<IReadOnlyList<string>>("count", accounts => Of(accounts.Count)),
            Field.Of<IReadOnlyList<string>>("names", accounts => string.Join("|", accounts)),

            Field.Of<CustomSender>("count", sender => Of(sender.Count)),
            Field.Of<CustomSender>("last_method", sender => sender.Last?.Method),
            Field.Of<CustomSender>("last_url", sender => sender.Last?.Url),
            Field.Of<CustomSender>("last_body", sender => sender.Last == null ? null : BodyOf(sender.Last)),

            Field.Of<Listening>("events", listening => listening.Events),
            Field.Of<Listening>("status", listening => listening.LastStatus),
            Field.Of<Listening>("access_token", listening => listening.AccessToken),
        };

        internal static string Of(object value, string name)
        {
            Field field = All.FirstOrDefault(each => each.Name == name && each.IsOf(value))
                ?? throw new Failed($"there is no field {name}");
            return field.Read(value) ?? "none";
        }

        internal static string ConstantOf(Status status)
        {
            return status.Name().Substring("CLEF_STATUS_".Length);
        }

        internal static string Of(bool value)
        {
            return value ? "true" : "false";
        }

        internal static string Of(long value)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        internal static string Of(DateTimeOffset? time)
        {
            return time == null ? "unknown"
                : time == DateTimeOffset.MaxValue ? "never" : Of(time.Value.ToUnixTimeSeconds());
        }

        internal static string Of(TimeSpan duration)
        {
            return duration == TimeSpan.MaxValue ? "never" : Of((long)duration.TotalSeconds);
        }

        private static string Of(ScopeSet scopes)
        {
            using (scopes)
            {
                return scopes.ToString();
            }
        }

        private static string LastErrorOf(RefreshingToken token)
        {
            ClefException error = token.LastError;
            return error == null ? null : ConstantOf(error.Status);
        }

        private static string ClientIdOf(RefreshingToken token)
        {
            using (Credentials credentials = token.Credentials)
            {
                return credentials.ClientId;
            }
        }

        private static string BodyOf(TokenRequest request)
        {
            return Encoding.UTF8.GetString(request.GetBody());
        }

        private static string HeaderOf(TokenRequest request, string name)
        {
            return request.Headers
                .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(header => header.Value)
                .FirstOrDefault();
        }

        /// <summary>One text that objects of one class have.</summary>
        private sealed class Field
        {
            internal string Name { get; private set; }

            internal Func<object, bool> IsOf { get; private set; }

            internal Func<object, string> Read { get; private set; }

            internal static Field Of<T>(string name, Func<T, string> read)
            {
                return new Field { Name = name, IsOf = value => value is T, Read = value => read((T)value) };
            }
        }
    }
}
