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
        internal static string Of(object value, string field)
        {
            string text;
            if (!TryOf(value as Token, field, out text)
                && !TryOf(value as RefreshingToken, field, out text)
                && !TryOf(value as Credentials, field, out text)
                && !TryOf(value as PreparedRequest, field, out text)
                && !TryOf(value as UserAuth, field, out text)
                && !TryOf(value as PkceAuthorisation, field, out text)
                && !TryOf(value as RedirectListener, field, out text)
                && !TryOf(value as IReadOnlyList<string>, field, out text)
                && !TryOf(value as CustomSender, field, out text)
                && !TryOf(value as Listening, field, out text))
            {
                throw new Failed($"there is no field {field}");
            }
            return text ?? "none";
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

        private static bool TryOf(Token token, string field, out string text)
        {
            text = null;
            switch (token == null ? "" : field)
            {
                case "access_token":
                    text = token.AccessToken;
                    return true;
                case "refresh_token":
                    text = token.RefreshToken;
                    return true;
                case "token_type":
                    text = token.TokenType;
                    return true;
                case "scopes":
                    text = Of(token.Scopes);
                    return true;
                case "expires_at":
                    text = Of(token.ExpiresAt);
                    return true;
                case "expires_in":
                    text = Of(token.ExpiresIn);
                    return true;
                case "is_expiring":
                    text = Of(token.IsExpiring);
                    return true;
                case "uses_pkce":
                    text = Of(token.UsesPkce);
                    return true;
                case "authorised_at":
                    text = Of(token.AuthorisedAt);
                    return true;
                case "grant_expires_at":
                    text = Of(token.GrantExpiresAt);
                    return true;
                case "json":
                    text = token.ToJson();
                    return true;
                default:
                    return false;
            }
        }

        private static bool TryOf(RefreshingToken token, string field, out string text)
        {
            text = null;
            switch (token == null ? "" : field)
            {
                case "refresh_token":
                    text = token.RefreshToken;
                    return true;
                case "token_type":
                    text = token.TokenType;
                    return true;
                case "scopes":
                    text = Of(token.Scopes);
                    return true;
                case "uses_pkce":
                    text = Of(token.UsesPkce);
                    return true;
                case "expires_at":
                    text = Of(token.ExpiresAt);
                    return true;
                case "expires_in":
                    text = Of(token.ExpiresIn);
                    return true;
                case "is_expiring":
                    text = Of(token.IsExpiring);
                    return true;
                case "last_error":
                    ClefException error = token.LastError;
                    text = error == null ? null : ConstantOf(error.Status);
                    return true;
                case "client_id":
                    using (Credentials credentials = token.Credentials)
                    {
                        text = credentials.ClientId;
                    }
                    return true;
                default:
                    return false;
            }
        }

        internal static string ConstantOf(Status status)
        {
            return status.Name().Substring("CLEF_STATUS_".Length);
        }

        private static bool TryOf(Credentials credentials, string field, out string text)
        {
            text = null;
            switch (credentials == null ? "" : field)
            {
                case "client_id":
                    text = credentials.ClientId;
                    return true;
                case "redirect_uri":
                    text = credentials.RedirectUri;
                    return true;
                default:
                    return false;
            }
        }

        private static bool TryOf(PreparedRequest prepared, string field, out string text)
        {
            text = null;
            if (prepared == null)
            {
                return false;
            }
            TokenRequest request = prepared.Request;
            switch (field)
            {
                case "method":
                    text = request.Method;
                    return true;
                case "url":
                    text = request.Url;
                    return true;
                case "body":
                    text = Encoding.UTF8.GetString(request.GetBody());
                    return true;
                case "may_repeat":
                    text = Of(request.MayRepeat);
                    return true;
                case "authorization":
                    text = HeaderOf(request, "Authorization");
                    return true;
                case "content_type":
                    text = HeaderOf(request, "Content-Type");
                    return true;
                default:
                    return false;
            }
        }

        private static string HeaderOf(TokenRequest request, string name)
        {
            return request.Headers
                .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(header => header.Value)
                .FirstOrDefault();
        }

        private static bool TryOf(UserAuth auth, string field, out string text)
        {
            text = null;
            switch (auth == null ? "" : field)
            {
                case "url":
                    text = auth.Url;
                    return true;
                case "state":
                    text = auth.State;
                    return true;
                case "verifier":
                    text = auth.Verifier;
                    return true;
                default:
                    return false;
            }
        }

        private static bool TryOf(PkceAuthorisation authorisation, string field, out string text)
        {
            text = field == "url" ? authorisation?.Url : authorisation?.Verifier;
            return authorisation != null && (field == "url" || field == "verifier");
        }

        private static bool TryOf(RedirectListener listener, string field, out string text)
        {
            text = listener?.Uri;
            return listener != null && field == "uri";
        }

        private static bool TryOf(IReadOnlyList<string> accounts, string field, out string text)
        {
            text = null;
            switch (accounts == null ? "" : field)
            {
                case "count":
                    text = Of(accounts.Count);
                    return true;
                case "names":
                    text = string.Join("|", accounts);
                    return true;
                default:
                    return false;
            }
        }

        private static bool TryOf(CustomSender sender, string field, out string text)
        {
            text = null;
            switch (sender == null ? "" : field)
            {
                case "count":
                    text = Of(sender.Count);
                    return true;
                case "last_method":
                    text = sender.Last?.Method;
                    return true;
                case "last_url":
                    text = sender.Last?.Url;
                    return true;
                case "last_body":
                    text = sender.Last == null ? null : Encoding.UTF8.GetString(sender.Last.GetBody());
                    return true;
                default:
                    return false;
            }
        }

        private static bool TryOf(Listening listening, string field, out string text)
        {
            text = null;
            switch (listening == null ? "" : field)
            {
                case "events":
                    text = listening.Events;
                    return true;
                case "status":
                    text = listening.LastStatus;
                    return true;
                case "access_token":
                    text = listening.AccessToken;
                    return true;
                default:
                    return false;
            }
        }
    }
}
